using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.Feeds;
using Orleans.Streams;

namespace Bourse.ApiHost.Live.Depth;

/// <summary>
/// One symbol's depth and trades as this front end watches them, for all of its connections. The book tells states, so that a lost one is made good by the
/// next; trades are numbered, and missing ones are read. The lease's renewal brings both, should the streams have been silent.
/// </summary>
public sealed class DepthChannel(string symbol, IClusterClient cluster) : IWatchedChannel
{
    private const int MaxTradesRead = 1_000;

    private readonly Lock guard = new();
    private readonly SemaphoreSlim tending = new(1);

    /// <summary>Under <see cref="guard"/>, as are the three after it.</summary>
    private readonly Dictionary<int, DepthGroup> groups = [];
    private DepthWindow? newest;
    private long heardSeq;
    private long lastTrade = -1;

    /// <summary>While holding <see cref="tending"/>.</summary>
    private StreamSubscriptionHandle<DepthWindow>? depthStream;
    private StreamSubscriptionHandle<TradeBatch>? tradeStream;
    private long expectedSeq;
    private bool closed;

    public int Users { get; set; }

    /// <summary>Adds a watcher of so many levels, whose first message is a snapshot; of none, to whom only trades go.</summary>
    public async Task Join(DepthWatcher watcher, int levels)
    {
        lock (guard)
        {
            if (!groups.TryGetValue(levels, out var group))
            {
                groups[levels] = group = new DepthGroup(symbol, levels);
            }

            group.Watchers.Add(watcher);
        }

        // Even when the window is known here: a client asks again because it does not trust what it has.
        await Tend();
        Pump(watcher, levels);
    }

    /// <summary>Takes a watcher out.</summary>
    public void Leave(DepthWatcher watcher, int levels)
    {
        lock (guard)
        {
            watcher.Close_NeedsLock();
            if (groups.TryGetValue(levels, out var group) && group.Watchers.Remove(watcher) && group.Watchers.Count == 0)
            {
                groups.Remove(levels);
            }
        }
    }

    public async Task Tend()
    {
        await tending.WaitAsync();
        try
        {
            if (closed || Levels() is not { } levels)
            {
                return;
            }

            await Listen(levels);
            var (_, tradesTold) = Known();
            if (levels > 0)
            {
                await TendDepth(levels);
            }

            await TakeTradesUpTo(await cluster.GetGrain<IFeedGrain>(symbol).WatchTrades(), tradesTold);
        }
        finally
        {
            tending.Release();
        }
    }

    public async Task Close()
    {
        await tending.WaitAsync();
        try
        {
            closed = true;
            await Unlisten();
        }
        finally
        {
            tending.Release();
        }
    }

    private async Task TendDepth(int levels)
    {
        var window = await cluster.GetGrain<IBookGrain>(symbol).WatchDepth(levels);
        var (told, _) = Known();
        if (told < expectedSeq)
        {
            await Unlisten();
            await Listen(levels);
        }

        expectedSeq = window.Depth.Seq;
        Take(window, heard: false);
    }

    /// <summary>Null when nobody watches; 0 when only trades are watched.</summary>
    private int? Levels()
    {
        lock (guard)
        {
            return groups.Count == 0 ? null : groups.Keys.Max();
        }
    }

    private (long Depth, long Trade) Known()
    {
        lock (guard)
        {
            return (heardSeq, lastTrade);
        }
    }

    private async Task Listen(int levels)
    {
        var streams = cluster.GetStreamProvider(Streams.Provider);
        if (levels > 0)
        {
            depthStream ??= await streams.GetStream<DepthWindow>(StreamId.Create(Streams.Depth, symbol)).SubscribeAsync((window, _) =>
            {
                Take(window, heard: true);
                return Task.CompletedTask;
            });
        }

        tradeStream ??= await streams.GetStream<TradeBatch>(StreamId.Create(Streams.Trades, symbol)).SubscribeAsync((batch, _) => Hear(batch.Trades));
    }

    private async Task Unlisten()
    {
        var (depth, trades) = (depthStream, tradeStream);
        (depthStream, tradeStream) = (null, null);
        await (depth?.UnsubscribeAsync() ?? Task.CompletedTask);
        await (trades?.UnsubscribeAsync() ?? Task.CompletedTask);
    }

    private void Take(DepthWindow window, bool heard)
    {
        var ready = new List<(DepthWatcher, DepthGroup)>();
        lock (guard)
        {
            heardSeq = heard ? Math.Max(heardSeq, window.Depth.Seq) : heardSeq;
            if (newest is { } known && window.Depth.Seq < known.Depth.Seq)
            {
                return;
            }

            newest = window;
            foreach (var group in groups.Values.Where(g => g.Levels > 0 && g.Levels <= window.Levels))
            {
                if (group.Take(window.Depth) is { } difference)
                {
                    group.Watchers.ForEach(w => w.OfferDifference_NeedsLock(difference));
                }

                ready.AddRange(group.Watchers.Where(w => !w.Busy).Select(w => (w, group)));
            }
        }

        ready.ForEach(r => _ = Run(r.Item1, r.Item2));
    }

    private async Task Hear(IReadOnlyList<TradePrint> trades)
    {
        var (_, known) = Known();
        if (known >= 0 && trades.Count > 0 && trades[0].Number > known + 1)
        {
            await TakeTradesUpTo(trades[0].Number - 1, known);
        }

        Take(trades);
    }

    /// <summary>Reads the trades between two numbers, as far back as the feed remembers.</summary>
    private async Task TakeTradesUpTo(long upTo, long known)
    {
        if (known < 0)
        {
            lock (guard)
            {
                lastTrade = Math.Max(lastTrade, upTo);
            }
        }
        else if (upTo > known)
        {
            var missed = await cluster.GetGrain<IFeedGrain>(symbol).GetTrades((int)Math.Min(upTo - known, MaxTradesRead));
            Take([.. missed.Where(t => t.Number <= upTo).Reverse()]);
        }
    }

    private void Take(IReadOnlyList<TradePrint> trades)
    {
        var ready = new List<(DepthWatcher, DepthGroup)>();
        lock (guard)
        {
            foreach (var trade in trades)
            {
                if (trade.Number <= lastTrade)
                {
                    continue;
                }

                lastTrade = trade.Number;
                var message = new TradeFragment(symbol, trade);
                foreach (var group in groups.Values)
                {
                    group.Watchers.ForEach(w => w.OfferTrade_NeedsLock(message));
                }
            }

            foreach (var group in groups.Values)
            {
                ready.AddRange(group.Watchers.Where(w => !w.Busy).Select(w => (w, group)));
            }
        }

        ready.ForEach(r => _ = Run(r.Item1, r.Item2));
    }

    private void Pump(DepthWatcher watcher, int levels)
    {
        DepthGroup? group;
        lock (guard)
        {
            group = watcher.Busy ? null : groups.GetValueOrDefault(levels);
        }

        if (group is not null)
        {
            _ = Run(watcher, group);
        }
    }

    /// <summary>Sends what waits for one watcher, one message at a time.</summary>
    private async Task Run(DepthWatcher watcher, DepthGroup group)
    {
        for (var held = false; ; held = true)
        {
            DepthMessage? next;
            lock (guard)
            {
                next = watcher.Busy && !held ? null : watcher.Next_NeedsLock(group);
            }

            if (next is null)
            {
                return;
            }

            // The connection reports its own end; what it did not take is of no use to anybody.
            await watcher.Send(next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
