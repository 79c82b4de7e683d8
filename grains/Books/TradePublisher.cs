using Bourse.Domain.Books;
using Bourse.GrainInterfaces.Feeds;
using Microsoft.Extensions.Logging;

namespace Bourse.Grains.Books;

/// <summary>
/// Brings a book's durable trades to its feed, one call under way at a time. Market data, not truth: beyond the bound the oldest
/// are left out, which their numbers show; the read model has them all.
/// </summary>
internal sealed class TradePublisher(string symbol, IGrainFactory grains, ILogger log)
{
    private const int MaxWaiting = 10_000;

    private List<TradePrint> _waiting = [];
    private bool _underWay;

    public void Publish(IReadOnlyList<TradePrint> trades)
    {
        if (_waiting.Count + trades.Count > MaxWaiting)
        {
            _waiting.RemoveRange(0, Math.Min(_waiting.Count, trades.Count));
        }

        _waiting.AddRange(trades);
        if (!_underWay && _waiting.Count > 0)
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
            while (_waiting.Count > 0)
            {
                var batch = _waiting;
                _waiting = [];
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
}
