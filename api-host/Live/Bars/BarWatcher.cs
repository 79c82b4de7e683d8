using Bourse.GrainInterfaces.Feeds;

namespace Bourse.ApiHost.Live.Bars;

/// <summary>
/// One connection's view of a series, with one bar under way. A bar is a state: a newer state that waits replaces an older of the same bar, so that a slow
/// connection gets fewer and newer ones. Of more bars than a chart shows, the oldest are left out.
/// </summary>
/// <param name="send">Brings a bar to the connection.</param>
/// <param name="onlyComplete">Wants each bar once, when it is complete.</param>
public sealed class BarWatcher(Func<Bar, Task> send, bool onlyComplete)
{
    private const int MaxWaiting = 1_000;

    /// <summary>By start; all under the lock of the channel.</summary>
    private readonly SortedDictionary<long, Bar> waiting = [];
    private bool busy;
    private bool closed;

    public bool OnlyComplete => onlyComplete;

    public void Close_NeedsLock() => closed = true;

    public void Offer_NeedsLock(in Bar bar)
    {
        waiting[bar.StartMs] = bar;
        if (waiting.Count > MaxWaiting)
        {
            waiting.Remove(waiting.First().Key);
        }
    }

    /// <summary>Whether somebody has to send what waits: then it counts as under way.</summary>
    public bool TryBegin_NeedsLock()
    {
        var begins = !busy && !closed && waiting.Count > 0;
        busy |= begins;
        return begins;
    }

    /// <summary>What to send next, or null when there is nothing; then nothing is under way any more.</summary>
    public Bar? Next_NeedsLock()
    {
        if (closed || waiting.Count == 0)
        {
            busy = false;
            return null;
        }

        var (start, bar) = waiting.First();
        waiting.Remove(start);
        return bar;
    }

    public Task Send(Bar bar) => send(bar);
}
