namespace Bourse.Domain.Venues;

/// <summary>How an order stands at an outside venue.</summary>
public enum VenueOrderStatus : byte
{
    /// <summary>The venue has it and has not decided on it.</summary>
    Pending = 1,

    /// <summary>It is live; some of it may have filled.</summary>
    Open = 2,

    Filled = 3,

    Canceled = 4,

    Expired = 5,

    /// <summary>The venue does not take it.</summary>
    Rejected = 6,
}

/// <summary>One execution at an outside venue.</summary>
/// <param name="ExecutionId">The venue's, unique among the fills of an order.</param>
/// <param name="Cumulative">How much of the venue's order had filled with this one.</param>
/// <param name="Fee">In the instrument's currency; null = the venue does not say, and the instrument's own rate counts.</param>
public readonly record struct VenueFill(
    string ExecutionId, decimal Price, decimal Quantity, decimal Cumulative, decimal? Fee, bool IsMaker, long TimeMs);

/// <summary>What an outside venue says of an order: a state, which may be repeated, be old, or lack fills.</summary>
/// <param name="ClientId">The id that it was sent under.</param>
/// <param name="VenueId">The venue's own id of it.</param>
/// <param name="Filled">How much of the venue's order has filled.</param>
/// <param name="Code">Why it was rejected or ended; null where there is nothing to say.</param>
/// <param name="Fills">In their order; those before may be missing.</param>
public sealed record VenueState(
    string ClientId, string VenueId, VenueOrderStatus Status, decimal Filled, string? Code, IReadOnlyList<VenueFill> Fills);
