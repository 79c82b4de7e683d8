using Bourse.Domain.Venues;

namespace Bourse.GrainInterfaces.Venues;

/// <summary>A <see cref="VenueFill"/> as it travels; same fields.</summary>
[GenerateSerializer, Immutable, Alias("bourse.broker-fill")]
public readonly record struct BrokerFill(
    string ExecutionId, decimal Price, decimal Quantity, decimal Cumulative, decimal? Fee, bool IsMaker, long TimeMs)
{
    public VenueFill ToDomain() => new(ExecutionId, Price, Quantity, Cumulative, Fee, IsMaker, TimeMs);
}

/// <summary>A <see cref="VenueState"/> as it travels; same fields.</summary>
[GenerateSerializer, Immutable, Alias("bourse.broker-state")]
public sealed record BrokerState(
    string ClientId, string VenueId, VenueOrderStatus Status, decimal Filled, string? Code, IReadOnlyList<BrokerFill> Fills)
{
    public VenueState ToDomain() => new(ClientId, VenueId, Status, Filled, Code, [.. Fills.Select(f => f.ToDomain())]);
}
