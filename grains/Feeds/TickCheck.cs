using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Grains.Feeds;

/// <summary>Why a tick is not taken.</summary>
public enum TickFault : byte { None = 0, Empty = 1, OutOfBounds = 2, Crossed = 3, Future = 4 }

/// <summary>Tells ticks that cannot be true from those that can. Quotes crossed by a little do happen on real venues and are taken.</summary>
public static class TickCheck
{
    /// <summary>How far ahead of our own clock a source's clock may be, ms.</summary>
    public const long MaxAheadMs = 5 * 60 * 1000;

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

    private static bool IsPrice(decimal? price) => price is not { } value || (value > 0 && value <= MaxValue);

    private static bool IsSize(decimal? size) => size is not { } value || (value >= 0 && value <= MaxValue);
}
