using Bourse.GrainInterfaces.Risk;

namespace Bourse.Grains.Risk;

/// <summary>What the kill switches' grain keeps.</summary>
[GenerateSerializer, Alias("bourse.switch-state")]
public sealed record SwitchState
{
    /// <summary>Counts changes; a job of cancelling that ends counts too.</summary>
    [Id(0)] public long Version { get; init; }

    /// <summary>One for each scope and id.</summary>
    [Id(1)] public IReadOnlyList<SwitchView> Switches { get; init; } = [];

    /// <summary>One for each user class that has one.</summary>
    [Id(2)] public IReadOnlyList<RestrictedList> Restricted { get; init; } = [];
}
