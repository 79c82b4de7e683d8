namespace Bourse.Domain.Instruments;

/// <summary>What kind of thing an instrument is; fees, sessions and short selling follow it.</summary>
public enum AssetClass : byte { Stock = 1, Crypto = 2, Fx = 3 }

/// <summary>Whether an instrument takes orders now.</summary>
public enum InstrumentStatus : byte { Open = 1, Halted = 2, Closed = 3 }

/// <summary>
/// A tradable symbol. Tick and lot size never change once an instrument exists, because resting orders and the
/// journal count in them.
/// </summary>
/// <param name="Symbol">1 to 24 characters, upper case: <c>AAPL</c>, <c>BTC/USD</c>, <c>EUR/USD</c>.</param>
/// <param name="Currency">What prices are in and cash is held in: <c>USD</c>.</param>
/// <param name="TickSize">Smallest price step, above 0, in <paramref name="Currency"/>.</param>
/// <param name="LotSize">Smallest quantity step, above 0.</param>
/// <param name="CollarFraction">Greatest distance of an order's price from the reference price, as a fraction: 0.10 is 10 %.</param>
/// <param name="Calendar">The session calendar's name: <c>us-equity</c>, <c>always</c>, <c>fx</c>.</param>
/// <param name="MakerFeeRate">Fee on a resting order's fill, as a fraction of its notional, 0 or more.</param>
/// <param name="TakerFeeRate">Fee on an aggressing order's fill, as a fraction of its notional, 0 or more.</param>
/// <param name="Venue">The outside venue that its orders go to; null = the platform's own book. Never changes either.</param>
public sealed record Instrument(
    string Symbol,
    string Name,
    AssetClass AssetClass,
    string Currency,
    decimal TickSize,
    decimal LotSize,
    decimal CollarFraction,
    string Calendar,
    InstrumentStatus Status,
    decimal MakerFeeRate,
    decimal TakerFeeRate,
    string? Venue = null)
{
    /// <summary>The price as a whole number of ticks; false when it is off-tick, not above 0, or past the bound of a book (10^12 ticks).</summary>
    public bool TryToTicks(decimal price, out long ticks) => TryToUnits(price, TickSize, out ticks);

    /// <summary>The quantity as a whole number of lots; false when it is off-lot, not above 0, or past the bound of a book (10^12 lots).</summary>
    public bool TryToLots(decimal quantity, out long lots) => TryToUnits(quantity, LotSize, out lots);

    public decimal ToPrice(long ticks) => ticks * TickSize;

    public decimal ToQuantity(long lots) => lots * LotSize;

    private static bool TryToUnits(decimal value, decimal unit, out long units)
    {
        const long maxUnits = 1_000_000_000_000;
        units = 0;
        if (value <= 0 || value > maxUnits * unit)
        {
            return false;
        }

        var count = value / unit;
        if (count != decimal.Truncate(count))
        {
            return false;
        }

        units = (long)count;
        return true;
    }
}
