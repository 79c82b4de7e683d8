using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Grains.Feeds;

/// <summary>Tells ticks that cannot be true from those that can. Quotes crossed by a little do happen on real venues and are taken.</summary>
public static class TickCheck
{
    /// <summary>How far ahead of our own clock a source's clock may be, ms.</summary>
    public const long MaxAheadMs = 10 * 1000;

    /// <summary>No market moves by this factor between two ticks.</summary>
    private const decimal AbsurdFactor = 10m;

    private const decimal MaxValue = 1_000_000_000_000m;

    /// <summary>A bid above the ask times this is no market.</summary>
    private const decimal MaxCross = 1.05m;

    /// <summary>The first fault found, or none.</summary>
    /// <param name="nowMs">Our own time, ms since 1970 UTC.</param>
    public static TickFault FindFault(in Tick tick, long nowMs)
    {
        if (tick.Price is null && tick.Bid is null && tick.Ask is null)
        {
            return TickFault.Empty;
        }

        if (!IsPrice(tick.Price) || !IsPrice(tick.Bid) || !IsPrice(tick.Ask)
            || !IsSize(tick.Size) || !IsSize(tick.BidSize) || !IsSize(tick.AskSize) || tick.TimestampMs < 0)
        {
            return TickFault.OutOfBounds;
        }

        if (tick.Bid is { } bid && tick.Ask is { } ask && bid > ask && bid > ask * MaxCross)
        {
            return TickFault.Crossed;
        }

        return tick.TimestampMs > nowMs + MaxAheadMs ? TickFault.Future : TickFault.None;
    }

    /// <summary>Whether a price of the tick is far from what the market was a moment ago.</summary>
    public static bool IsAbsurd(in Tick tick, decimal reference) =>
        IsFar(tick.Price, reference) || IsFar(tick.Bid, reference) || IsFar(tick.Ask, reference);

    private static bool IsFar(decimal? price, decimal reference) =>
        price is { } value && (value >= reference * AbsurdFactor || value * AbsurdFactor <= reference);

    private static bool IsPrice(decimal? price) => price is not { } value || (value > 0 && value <= MaxValue);

    private static bool IsSize(decimal? size) => size is not { } value || (value >= 0 && value <= MaxValue);
}
