using Bourse.Domain.Books;
using Bourse.GrainInterfaces.Feeds;
using Microsoft.Extensions.Logging;

namespace Bourse.Grains.Books;

/// <summary>
/// Brings a book's durable trades to its feed, in order, one call under way at a time. Market data, not truth: beyond the bound
/// the oldest are left out, which their numbers show, and the feed reads what it missed.
/// </summary>
internal sealed class TradePublisher(string symbol, IGrainFactory grains, ILogger log)
{
    private const int MaxPerCall = 5_000;
    private const int MaxWaiting = 20_000;

    private readonly Queue<(long Version, TradePrint Print)> _waiting = [];
    private long _durable;
    private bool _underWay;

    /// <summary>Takes the trades of the book's event <paramref name="version"/>, to be told when that is durable.</summary>
    public void Add(long version, IReadOnlyList<BookTrade> trades)
    {
        for (var i = 0; i < trades.Count; i++)
        {
            if (_waiting.Count == MaxWaiting)
            {
                _waiting.Dequeue();
            }

            var trade = trades[i];
            _waiting.Enqueue((version, new TradePrint(trade.Number, trade.Price, trade.Quantity, trade.Side, trade.TimeMs)));
        }
    }

    /// <summary>Events up to a version are durable: their trades may be told.</summary>
    public void Release(long durableVersion)
    {
        _durable = durableVersion;
        if (!_underWay && _waiting.TryPeek(out var next) && next.Version <= _durable)
        {
            _underWay = true;
            _ = PublishAll();
        }
    }

    private async Task PublishAll()
    {
        try
        {
            var feed = grains.GetGrain<IFeedGrain>(symbol);
            while (TakeDurable() is { Count: > 0 } batch)
            {
                await feed.PushTrades(batch);
            }
        }
        catch (Exception away)
        {
            BookLog.FeedUnavailable(log, symbol, away);
        }
        finally
        {
            _underWay = false;
        }
    }

    private List<TradePrint> TakeDurable()
    {
        var batch = new List<TradePrint>(Math.Min(_waiting.Count, MaxPerCall));
        while (batch.Count < MaxPerCall && _waiting.TryPeek(out var next) && next.Version <= _durable)
        {
            batch.Add(_waiting.Dequeue().Print);
        }

        return batch;
    }
}
