using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Feeds;
using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace Bourse.Grains.Feeds;

/// <content>The tape that others watch: committed trades go out as they come in, while somebody watches.</content>
public sealed partial class FeedGrain
{
    private readonly WatchLease _tradesLease = new(time);
    private IAsyncStream<TradeBatch>? _tradeStream;

    public Task<long> WatchTrades()
    {
        _tradeStream ??= this.GetStreamProvider(Streams.Provider).GetStream<TradeBatch>(StreamId.Create(Streams.Trades, _symbol));
        _tradesLease.Renew(1);
        return Task.FromResult(_state.LastTrade);
    }

    private void TellTrades(IReadOnlyList<TradePrint> trades)
    {
        if (_tradesLease.Wanted > 0 && trades.Count > 0)
        {
            _ = TellTrades(new TradeBatch(trades));
        }
    }

    private async Task TellTrades(TradeBatch batch)
    {
        try
        {
            await _tradeStream!.OnNextAsync(batch);
        }
        catch (Exception full)
        {
            // Whatever the stream's provider throws: the numbers show the gap, and who watches asks for it.
            LogTradesNotTold(full);
        }
    }

    [LoggerMessage(3, LogLevel.Warning, "Trades could not be told; who watches reads them.")]
    private partial void LogTradesNotTold(Exception exception);
}
