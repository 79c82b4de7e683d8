using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.Instruments;

namespace Bourse.ApiHost.Market;

/// <summary>The newest state of a symbol; <paramref name="Price"/> is the last trade, or the middle of the quote where there was none.</summary>
/// <param name="Timestamp">ms since 1970 UTC.</param>
/// <param name="Stale">The source has been silent for some seconds.</param>
public sealed record QuoteJson(
    string Symbol,
    decimal? Price,
    decimal? Change,
    decimal? ChangePct,
    decimal? Bid,
    decimal? BidSize,
    decimal? Ask,
    decimal? AskSize,
    decimal Volume,
    long Timestamp,
    long Seq,
    bool Stale)
{
    /// <summary>Changes in percent are cut here.</summary>
    private const int PercentDecimals = 4;

    public static QuoteJson From(Quote q) => new(
        q.Symbol, q.Reference, q.Change, q.ChangePercent is { } pct ? decimal.Round(pct, PercentDecimals) : null,
        q.Bid, q.BidSize, q.Ask, q.AskSize, q.Volume, q.TimestampMs, q.Seq, q.Stale);
}

/// <summary>
/// What a market did in its last 24 hours, to five minutes; the prices are null while there was none. Beside it, a quote's <c>change</c> and <c>volume</c> are those
/// of the UTC day.
/// </summary>
/// <param name="From">Where the window begins, ms since 1970 UTC.</param>
/// <param name="To">The market's time now; in a replay, where it is.</param>
public sealed record StatisticsJson(
    string Symbol, long From, long To, decimal? Open, decimal? High, decimal? Low, decimal? Last, decimal? Change, decimal? ChangePct, decimal Volume)
{
    public static StatisticsJson Of(RollingStatistics s) => new(
        s.Symbol, s.FromMs, s.ToMs, s.Open, s.High, s.Low, s.Last, s.Change, s.ChangePercent, s.Volume);
}

/// <summary>A trade of one of our books; <paramref name="Side"/> is the aggressor's.</summary>
public sealed record TradeJson(string Symbol, decimal Price, decimal Qty, string Side, long Seq, long Timestamp);

/// <summary>Price levels, best first, each <c>[price, qty]</c>.</summary>
public sealed record DepthJson(string Symbol, long Seq, IReadOnlyList<decimal[]> Bids, IReadOnlyList<decimal[]> Asks);

/// <summary>A bar; <paramref name="T"/> is its start in ms since 1970 UTC. Streamed by <see cref="BarsResult"/>.</summary>
public sealed record BarJson(long T, decimal O, decimal H, decimal L, decimal C, decimal V);

/// <summary>An instrument.</summary>
public sealed record InstrumentJson(
    string Symbol, string Name, string AssetClass, string Currency, decimal TickSize, decimal LotSize, string Status, string Calendar)
{
    public static InstrumentJson From(InstrumentView i) => new(
        i.Symbol, i.Name, MarketNames.Of(i.AssetClass), i.Currency, i.TickSize, i.LotSize, MarketNames.Of(i.Status), i.Calendar);
}

/// <summary>A cheap instrument and its price.</summary>
public sealed record Under100Json(string Symbol, string Name, string AssetClass, decimal Price, decimal? Change, decimal? ChangePct, decimal Volume);

/// <summary>Whether a calendar's session is on.</summary>
public sealed record ClockJson(DateTimeOffset Timestamp, string Calendar, bool IsOpen, DateTimeOffset NextOpen, DateTimeOffset NextClose);

/// <summary>One session.</summary>
public sealed record SessionJson(string Date, DateTimeOffset Open, DateTimeOffset Close);

/// <summary>A tick of a source.</summary>
public sealed record TickBody(
    string? Symbol, decimal? Price, decimal? Size, decimal? Bid, decimal? BidSize, decimal? Ask, decimal? AskSize, long? Timestamp);

/// <summary>What became of a batch of ticks.</summary>
/// <param name="Accepted">Taken in their order.</param>
/// <param name="Late">Older than the newest of their symbol: counted in volumes and open bars, but no price changes by them.</param>
/// <param name="Duplicate">Taken before, and passed over.</param>
/// <param name="Refused">Those that cannot be true, at most the first 100; <paramref name="RefusedCount"/> counts them all.</param>
public sealed record TicksTakenJson(int Accepted, int Late, int Duplicate, int RefusedCount, IReadOnlyList<RefusedTickJson> Refused);

/// <summary>A tick that was not taken.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Code"><c>out_of_bounds</c>, <c>crossed</c>, <c>future</c> or <c>absurd</c>.</param>
public sealed record RefusedTickJson(int Index, string Symbol, string Code);
