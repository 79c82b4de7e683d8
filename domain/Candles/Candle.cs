namespace Bourse.Domain.Candles;

/// <summary>One bar: first, highest, lowest and last price of a stretch of time, and how much was traded in it.</summary>
/// <param name="StartMs">The stretch's beginning, ms since 1970 UTC; a multiple of its length.</param>
/// <param name="Volume">Traded quantity; 0 for bars of quotes.</param>
public readonly record struct Candle(long StartMs, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume);

/// <summary>A bar's length. The numbers are kept in journals and tables.</summary>
public enum CandleLength : byte { Second = 1, Minute = 2, FiveMinutes = 3, Hour = 4, Day = 5 }

/// <summary>Which price a bar is made of. The numbers are kept in journals and tables.</summary>
public enum CandlePrice : byte { Trade = 1, Bid = 2, Ask = 3, Mid = 4 }

/// <summary>Lengths in time.</summary>
public static class CandleLengths
{
    public static long Milliseconds(this CandleLength length) => length switch
    {
        CandleLength.Second => 1_000,
        CandleLength.Minute => 60_000,
        CandleLength.FiveMinutes => 300_000,
        CandleLength.Hour => 3_600_000,
        CandleLength.Day => 86_400_000,
        _ => throw new ArgumentOutOfRangeException(nameof(length), length, "not a bar's length"),
    };
}
