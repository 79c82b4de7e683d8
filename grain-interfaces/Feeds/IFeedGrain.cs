namespace Bourse.GrainInterfaces.Feeds;

/// <summary>
/// The market data of one symbol; the key is the symbol. Publishes the newest <see cref="Quote"/> on the stream
/// <c>quotes/{symbol}</c> at most once per conflation interval.
/// </summary>
[Alias("bourse.feed")]
public interface IFeedGrain : IGrainWithStringKey
{
    /// <summary>Takes ticks of a source, in the source's order, at most 10,000 a call; what cannot be true or was there before is told and not spread.</summary>
    [Alias("push")]
    Task<PushReceipt> Push(IReadOnlyList<Tick> ticks);

    /// <summary>Takes committed trades of the symbol's book, in order; a number seen before is passed over.</summary>
    [Alias("push-trades")]
    Task PushTrades(IReadOnlyList<TradePrint> trades);

    /// <summary>The newest state; null when the symbol never had a tick or trade.</summary>
    [Alias("get-quote")]
    Task<Quote?> GetQuote();

    /// <summary>The newest trades, newest first, at most <paramref name="max"/> (1 to 1,000).</summary>
    [Alias("get-trades")]
    Task<IReadOnlyList<TradePrint>> GetTrades(int max);

    /// <summary>
    /// The number of the newest trade, and each further one on the stream <c>trades/{symbol}</c> for the next 15 s at least: ask again in that time.
    /// </summary>
    [Alias("watch-trades")]
    Task<long> WatchTrades();

    /// <summary>Bars with a start in [from, to), oldest first, at most <paramref name="max"/> of the newest (1 to 50,000); null price means trade, or mid where there are only quotes.</summary>
    [Alias("get-bars")]
    Task<IReadOnlyList<Bar>> GetBars(Timeframe timeframe, BarPrice? price, long fromMs, long toMs, int max);

    /// <summary>
    /// The newest bar of a length and the one before it, and each change on the stream <c>bars/{symbol}</c> for the next 15 s at least: ask again in that time.
    /// Of trades, or of the middle where there are only quotes.
    /// </summary>
    [Alias("watch-bars")]
    Task<BarBatch> WatchBars(Timeframe timeframe);

    /// <summary>What the last 24 hours were like; null when the symbol never had a tick or trade.</summary>
    [Alias("get-statistics")]
    Task<RollingStatistics?> GetStatistics();
}
