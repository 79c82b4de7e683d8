using Bourse.Domain.Candles;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Feeds;
using Orleans.Streams;

namespace Bourse.ApiHost.Live.Bars;

/// <summary>
/// One symbol's bars of one length as this front end watches them, for all of its connections. The feed tells states; bars between those known and those told
/// are read. The lease's renewal brings the newest, should the stream have been silent.
/// </summary>
public sealed class BarChannel(string symbol, Timeframe timeframe, IClusterClient cluster, TimeProvider clock) : IWatchedChannel
{
    private const int MaxBarsRead = 1_000;
    private const int Recent = 2;

    /// <summary>So long after its end a bar counts as complete though no later tick has come, ms.</summary>
    private const long GraceMs = 2_000;

    private readonly Lock guard = new();
    private readonly SemaphoreSlim tending = new(1);

    /// <summary>Under <see cref="guard"/>, as are the four after it.</summary>
    private readonly List<BarWatcher> watchers = [];
    private List<Bar> recent = [];
    private long completeUntilMs = long.MaxValue;
    private bool openWhenHeard;
    private int heard;

    /// <summary>While holding <see cref="tending"/>.</summary>
    private StreamSubscriptionHandle<BarBatch>? stream;
    private int heardAtTend;
    private bool closed;

    public int Users { get; set; }

    /// <summary>Adds a watcher, who gets the newest bars first.</summary>
    public async Task Join(BarWatcher watcher)
    {
        lock (guard)
        {
            watchers.Add(watcher);
        }

        await Tend();
        lock (guard)
        {
            if (!watcher.OnlyComplete)
            {
                recent.ForEach(bar => watcher.Offer_NeedsLock(bar));
            }
        }

        Pump();
    }

    public void Leave(BarWatcher watcher)
    {
        lock (guard)
        {
            watcher.Close_NeedsLock();
            watchers.Remove(watcher);
        }
    }

    public async Task Tend()
    {
        await tending.WaitAsync();
        try
        {
            if (closed)
            {
                return;
            }

            await Listen();
            var (before, known) = Known();
            var batch = await cluster.GetGrain<IFeedGrain>(symbol).WatchBars(timeframe);
            if (batch.Bars is [.., var newest] && newest != known && Known().Heard == before)
            {
                if (known is not null && before == heardAtTend)
                {
                    await Unlisten(); // it should have told
                    await Listen();
                }

                await Take(batch.Bars);
            }

            heardAtTend = before;
        }
        finally
        {
            tending.Release();
        }

        CompleteByTime();
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

    private (int Heard, Bar? Newest) Known()
    {
        lock (guard)
        {
            return (heard, recent.Count > 0 ? recent[^1] : null);
        }
    }

    private async Task Listen() => stream ??= await cluster.GetStreamProvider(Streams.Provider)
        .GetStream<BarBatch>(StreamId.Create(Streams.Bars, symbol))
        .SubscribeAsync((batch, _) => batch.Timeframe == timeframe ? Hear(batch.Bars) : Task.CompletedTask);

    private async Task Unlisten()
    {
        var ending = stream;
        stream = null;
        await (ending?.UnsubscribeAsync() ?? Task.CompletedTask);
    }

    private async Task Hear(IReadOnlyList<Bar> bars)
    {
        lock (guard)
        {
            heard++;
        }

        await Take(bars);
    }

    /// <summary>Takes bars, after those between the newest known one and these.</summary>
    private async Task Take(IReadOnlyList<Bar> bars)
    {
        if (Known().Newest is { } known && bars.Count > 0 && bars[0].StartMs > known.StartMs)
        {
            var missed = await cluster.GetGrain<IFeedGrain>(symbol).GetBars(timeframe, null, known.StartMs, bars[0].StartMs, MaxBarsRead);
            Spread([.. missed, .. bars]);
        }
        else
        {
            Spread(bars);
        }
    }

    private void Spread(IReadOnlyList<Bar> bars)
    {
        if (bars.Count == 0)
        {
            return;
        }

        lock (guard)
        {
            var open = bars[^1];
            if (recent.Count == 0 || open.StartMs < recent[^1].StartMs)
            {
                // The first ones, or a replay that has started over: what is complete now was so before anybody watched.
                completeUntilMs = open.StartMs - 1;
                recent = [];
            }

            foreach (var bar in bars)
            {
                Offer_NeedsLock(bar, onlyComplete: false);
                if (bar.StartMs < open.StartMs)
                {
                    Complete_NeedsLock(bar);
                }
            }

            recent = [.. recent.Where(r => r.StartMs < bars[0].StartMs).Concat(bars).TakeLast(Recent)];
            openWhenHeard = EndMs(open) > clock.GetUtcNow().ToUnixTimeMilliseconds();
        }

        Pump();
    }

    /// <summary>A live market may be silent after a bar's end; a replayed one is always past it, and its bars end with the next tick alone.</summary>
    private void CompleteByTime()
    {
        lock (guard)
        {
            if (openWhenHeard && recent is [.., var open] && EndMs(open) + GraceMs < clock.GetUtcNow().ToUnixTimeMilliseconds())
            {
                Complete_NeedsLock(open);
            }
        }

        Pump();
    }

    private void Complete_NeedsLock(in Bar bar)
    {
        if (bar.StartMs > completeUntilMs)
        {
            completeUntilMs = bar.StartMs;
            Offer_NeedsLock(bar, onlyComplete: true);
        }
    }

    private void Offer_NeedsLock(in Bar bar, bool onlyComplete)
    {
        foreach (var watcher in watchers)
        {
            if (watcher.OnlyComplete == onlyComplete)
            {
                watcher.Offer_NeedsLock(bar);
            }
        }
    }

    private void Pump()
    {
        List<BarWatcher> ready;
        lock (guard)
        {
            ready = watchers.FindAll(w => w.TryBegin_NeedsLock());
        }

        ready.ForEach(w => _ = Run(w));
    }

    /// <summary>Sends what waits for one watcher, one bar at a time.</summary>
    private async Task Run(BarWatcher watcher)
    {
        while (true)
        {
            Bar? next;
            lock (guard)
            {
                next = watcher.Next_NeedsLock();
            }

            if (next is not { } bar)
            {
                return;
            }

            // The connection reports its own end; what it did not take is of no use to anybody.
            await watcher.Send(bar).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private long EndMs(in Bar bar) => bar.StartMs + ((CandleLength)timeframe).Milliseconds();
}
