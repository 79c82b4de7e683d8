using Bourse.GrainInterfaces.Risk;

namespace Bourse.Grains.Risk;

/// <summary>What an account's risk limit grain keeps.</summary>
[GenerateSerializer, Alias("bourse.risk-limit-state")]
public sealed class RiskLimitState
{
    /// <summary>Null until somebody set limits: the defaults are in force.</summary>
    [Id(0)]
    public LimitsView? Limits { get; set; }

    /// <summary>The newest changes, oldest first; the audit log keeps them all.</summary>
    [Id(1)]
    public List<RiskLimitChange> History { get; set; } = [];
}

/// <summary>Who set which limits, when and why.</summary>
[GenerateSerializer, Immutable, Alias("bourse.risk-limit-change")]
public sealed record RiskLimitChange(DateTimeOffset Time, string By, string Reason, LimitsView Limits);
