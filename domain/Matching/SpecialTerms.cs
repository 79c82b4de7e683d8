namespace Bourse.Domain.Matching;

/// <summary>Terms that few orders have; the book keeps them beside its orders, so that the others pay nothing for them.</summary>
/// <param name="DisplayLots">An iceberg shows at most so much at a time; each further slice goes behind its price. 0 = all is shown.</param>
/// <param name="TrailTicks">A trailing stop's distance from the market, in ticks; 0 = by <paramref name="TrailPpm"/>.</param>
/// <param name="TrailPpm">The same in millionths of the price, 1 to 999,999; 0 = by <paramref name="TrailTicks"/>.</param>
public readonly record struct SpecialTerms(long DisplayLots = 0, long TrailTicks = 0, int TrailPpm = 0)
{
    /// <summary>Where a stop stands that trails a price: on its tick or further away, at least one tick from it, never below 1.</summary>
    public long StopBehind(Side side, long priceTicks)
    {
        var distance = TrailTicks != 0 ? TrailTicks : Math.Max(1, (long)(((Int128)priceTicks * TrailPpm + 999_999) / 1_000_000));
        return side == Side.Buy ? Math.Min(priceTicks + distance, OrderBook.MaxPriceTicks) : Math.Max(priceTicks - distance, 1);
    }
}
