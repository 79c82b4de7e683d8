using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Grains.Feeds;

/// <summary>
/// Keeps the bars and the newest state of every feed. A room's border: the adapter on PostgreSQL stands in the silo's room.
/// </summary>
public interface ICandleStore
{
    /// <summary>
    /// Hands a feed's cut over, to be written behind; a newer bar, mark or open bar of the same key replaces an older one. Waits while the
    /// queue is full. False when the queue is full and PostgreSQL does not answer: the cut was not taken.
    /// </summary>
    ValueTask<bool> Enqueue(FeedCut cut);

    /// <summary>Completes when everything that was handed over for the symbol is durable.</summary>
    Task Flush(string symbol, CancellationToken cancellation);

    /// <summary>
    /// The marks of feeds whose price may be below a bound, by symbol, after a symbol (empty = from the first); as old as <see cref="FeedOptions.SaveInterval"/> at most
    /// but for feeds that have been silent.
    /// </summary>
    Task<IReadOnlyList<FeedMark>> LoadMarksBelow(decimal bound, string after, int max, CancellationToken cancellation);

    /// <summary>What brings a feed back: its mark and its open bars; cuts under way are counted in.</summary>
    Task<FeedCut?> LoadNewest(string symbol, CancellationToken cancellation);

    /// <summary>Complete bars with a start in [from, to), oldest first, at most <paramref name="max"/> of the newest; cuts under way are counted in.</summary>
    Task<IReadOnlyList<Bar>> Load(
        string symbol, Timeframe timeframe, BarPrice price, long fromMs, long toMs, int max, CancellationToken cancellation);
}

/// <summary>A bar with the series it belongs to.</summary>
public readonly record struct SeriesBar(Timeframe Timeframe, BarPrice Price, Bar Bar);

/// <summary>A consistent cut through one feed: the mark tells exactly what the bars hold. Kept whole or not at all.</summary>
/// <param name="Closed">The bars that are complete since the cut before.</param>
/// <param name="Open">The bars that go on, of every series that has one; they replace those of the cut before.</param>
public sealed record FeedCut(FeedMark Mark, IReadOnlyList<SeriesBar> Closed, IReadOnlyList<SeriesBar> Open);

/// <summary>The newest state of a feed, from which it goes on after a restart.</summary>
/// <param name="DayOpen">The first price of the UTC day that <paramref name="TimestampMs"/> falls in.</param>
/// <param name="Volume">What was traded in that day.</param>
/// <param name="LastTrade">The number of the newest trade of our own book that is counted in.</param>
/// <param name="HasPrints">A source has told trade prices, not only quotes.</param>
public sealed record FeedMark(
    string Symbol,
    decimal? Price,
    decimal? Bid,
    decimal? BidSize,
    decimal? Ask,
    decimal? AskSize,
    decimal? DayOpen,
    decimal Volume,
    long TimestampMs,
    long LastTrade,
    bool HasPrints);
