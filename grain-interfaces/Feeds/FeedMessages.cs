using Bourse.Domain.Matching;

namespace Bourse.GrainInterfaces.Feeds;

/// <summary>One tick of a market data source; null where the source did not say.</summary>
/// <param name="TimestampMs">The source's time, ms since 1970 UTC.</param>
[GenerateSerializer, Immutable, Alias("bourse.tick")]
public readonly record struct Tick(
    long TimestampMs, decimal? Price, decimal? Size, decimal? Bid, decimal? BidSize, decimal? Ask, decimal? AskSize);

/// <summary>Why a tick is not taken. The words of the API are these in snake case.</summary>
public enum TickFault : byte
{
    None = 0,

    /// <summary>Neither price nor bid nor ask.</summary>
    Empty = 1,

    /// <summary>A price that is not above 0, a size or time below 0, or a number past all bounds.</summary>
    OutOfBounds = 2,

    /// <summary>A bid far above the ask.</summary>
    Crossed = 3,

    /// <summary>Ahead of our own clock by more than clocks differ.</summary>
    Future = 4,

    /// <summary>Ten times the price of a moment ago or more, or a tenth of it or less.</summary>
    Absurd = 5,
}

/// <summary>A tick that was not taken.</summary>
/// <param name="Index">Its place among those pushed, from 0.</param>
[GenerateSerializer, Immutable, Alias("bourse.refused-tick")]
public readonly record struct RefusedTick(int Index, TickFault Fault);

/// <summary>What became of pushed ticks; the counts and the refused ones together are all of them.</summary>
/// <param name="Taken">Taken in their order.</param>
/// <param name="Late">Older than the newest: counted in volumes and open bars, but no price changes by them.</param>
/// <param name="Duplicates">Taken before, and passed over.</param>
[GenerateSerializer, Immutable, Alias("bourse.push-receipt")]
public sealed record PushReceipt(int Taken, int Late, int Duplicates, IReadOnlyList<RefusedTick> Refused);

/// <summary>A trade of our own book.</summary>
/// <param name="Number">The book's number of the trade, from 1.</param>
/// <param name="Side">The aggressor's side.</param>
[GenerateSerializer, Immutable, Alias("bourse.trade-print")]
public readonly record struct TradePrint(long Number, decimal Price, decimal Quantity, Side Side, long TimestampMs);

/// <summary>Trades of one book, in order of their numbers.</summary>
[GenerateSerializer, Immutable, Alias("bourse.trade-batch")]
public sealed record TradeBatch(IReadOnlyList<TradePrint> Trades);

/// <summary>The newest state of a symbol. Change is against the first price of the UTC day.</summary>
/// <param name="Seq">Counts up with each change of the state, for this activation of the feed.</param>
/// <param name="Stale">The source has been silent for some seconds, so that the market may be elsewhere by now.</param>
[GenerateSerializer, Immutable, Alias("bourse.quote")]
public sealed record Quote(
    string Symbol,
    decimal? Price,
    decimal? Change,
    decimal? ChangePercent,
    decimal? Bid,
    decimal? BidSize,
    decimal? Ask,
    decimal? AskSize,
    decimal Volume,
    long TimestampMs,
    long Seq,
    bool Stale = false)
{
    /// <summary>
    /// The price that values a position and anchors a collar: the last trade as far as it lies within the quote, else the nearer side of the
    /// quote, because a trade may be long ago; without a trade the middle of the quote, or the side there is.
    /// </summary>
    public decimal? Reference => ReferenceOf(Price, Bid, Ask);

    /// <summary>See <see cref="Reference"/>.</summary>
    public static decimal? ReferenceOf(decimal? price, decimal? bid, decimal? ask) => (price, bid, ask) switch
    {
        ({ } p, { } b, { } a) => Math.Clamp(p, Math.Min(b, a), Math.Max(b, a)),
        ({ } p, { } b, null) => Math.Max(p, b),
        ({ } p, null, { } a) => Math.Min(p, a),
        ({ } p, null, null) => p,
        (null, { } b, { } a) => (b + a) / 2,
        _ => bid ?? ask,
    };
}

/// <summary>One bar. A bar exists only where there was a tick.</summary>
/// <param name="StartMs">The bar's start, ms since 1970 UTC.</param>
[GenerateSerializer, Immutable, Alias("bourse.bar")]
public readonly record struct Bar(long StartMs, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume);

/// <summary>Bars of one series, oldest first: those that are complete since the batch before, and the open one as it stands.</summary>
[GenerateSerializer, Immutable, Alias("bourse.bar-batch")]
public sealed record BarBatch(Timeframe Timeframe, IReadOnlyList<Bar> Bars);

/// <summary>What a market did in its last 24 hours, to five minutes. The prices are null while there was none.</summary>
/// <param name="FromMs">Where the window begins, ms since 1970 UTC.</param>
/// <param name="ToMs">The market's time now: in a replay, where it is.</param>
/// <param name="ChangePercent">Against <paramref name="Open"/>.</param>
[GenerateSerializer, Immutable, Alias("bourse.rolling-statistics")]
public sealed record RollingStatistics(
    string Symbol, long FromMs, long ToMs, decimal? Open, decimal? High, decimal? Low, decimal? Last, decimal? Change, decimal? ChangePercent, decimal Volume);

/// <summary>A bar's length.</summary>
public enum Timeframe : byte { Second = 1, Minute = 2, FiveMinutes = 3, Hour = 4, Day = 5 }

/// <summary>Which price a bar is made of.</summary>
public enum BarPrice : byte { Trade = 1, Bid = 2, Ask = 3, Mid = 4 }
