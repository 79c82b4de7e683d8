using Bourse.Domain.Matching;

namespace Bourse.GrainInterfaces.Feeds;

/// <summary>One tick of a market data source; null where the source did not say.</summary>
/// <param name="TimestampMs">The source's time, ms since 1970 UTC.</param>
[GenerateSerializer, Immutable, Alias("bourse.tick")]
public readonly record struct Tick(
    long TimestampMs, decimal? Price, decimal? Size, decimal? Bid, decimal? BidSize, decimal? Ask, decimal? AskSize);

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
    long Seq)
{
    /// <summary>
    /// The price that values a position and anchors a collar: the last trade as far as it lies within the quote, else the nearer side of the
    /// quote, because a trade may be long ago; without a trade the middle of the quote, or the side there is.
    /// </summary>
    public decimal? Reference => (Price, Bid, Ask) switch
    {
        ({ } price, { } bid, { } ask) => Math.Clamp(price, Math.Min(bid, ask), Math.Max(bid, ask)),
        ({ } price, { } bid, null) => Math.Max(price, bid),
        ({ } price, null, { } ask) => Math.Min(price, ask),
        ({ } price, null, null) => price,
        (null, { } bid, { } ask) => (bid + ask) / 2,
        _ => Bid ?? Ask,
    };
}

/// <summary>One bar. A bar exists only where there was a tick.</summary>
/// <param name="StartMs">The bar's start, ms since 1970 UTC.</param>
[GenerateSerializer, Immutable, Alias("bourse.bar")]
public readonly record struct Bar(long StartMs, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume);

/// <summary>A bar's length.</summary>
public enum Timeframe : byte { Second = 1, Minute = 2, FiveMinutes = 3, Hour = 4, Day = 5 }

/// <summary>Which price a bar is made of.</summary>
public enum BarPrice : byte { Trade = 1, Bid = 2, Ask = 3, Mid = 4 }
