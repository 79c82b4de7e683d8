using Bourse.ApiHost.Live.Orders;
using Bourse.ApiHost.Wire;

namespace Bourse.ApiHost.Live.Depth;

/// <summary>
/// One connection's view of a symbol: depth and trades, in order, with one message under way. A connection that does not keep up gets the newest
/// snapshot in place of the differences that it missed; of the trades the newest wait, and <c>resync</c> tells when some were left out.
/// </summary>
/// <param name="send">Brings an event to the connection.</param>
public sealed class DepthWatcher(Func<DepthMessage, Task> send)
{
    private const int MaxWaitingTrades = 1_000;

    /// <summary>All under the lock of the channel.</summary>
    private readonly Queue<TradeFragment> trades = [];
    private RawJson? difference;
    private bool snapshotDue = true;
    private bool missedTrades;
    private bool closed;

    /// <summary>A message is under way, or about to be.</summary>
    public bool Busy { get; private set; }

    /// <summary>Lets the next message be a snapshot.</summary>
    public void Restart_NeedsLock() => (snapshotDue, difference) = (true, null);

    public void Close_NeedsLock() => closed = true;

    public void OfferDifference_NeedsLock(RawJson next)
    {
        // A difference that still waits has been overtaken: the snapshot has both.
        snapshotDue |= difference is not null;
        difference = snapshotDue ? null : next;
    }

    public void OfferTrade_NeedsLock(TradeFragment trade)
    {
        if (trades.Count == MaxWaitingTrades)
        {
            trades.Dequeue();
            missedTrades = true;
        }

        trades.Enqueue(trade);
    }

    /// <summary>What to send next, or null when there is nothing; then the watcher is not busy any more.</summary>
    public DepthMessage? Next_NeedsLock(DepthGroup group)
    {
        var next = closed ? null : Take(group);
        Busy = next is not null;
        return next;
    }

    public Task Send(DepthMessage message) => send(message);

    private DepthMessage? Take(DepthGroup group)
    {
        if (snapshotDue && group.Snapshot is { } snapshot)
        {
            Restart_NeedsLock();
            snapshotDue = false;
            return new DepthMessage("depth_update", snapshot);
        }

        if (difference is { } changed)
        {
            difference = null;
            return new DepthMessage("depth_update", changed);
        }

        if (missedTrades)
        {
            missedTrades = false;
            return new DepthMessage("resync", RawJson.From(new ResyncJson("trades")));
        }

        return trades.TryDequeue(out var trade) ? new DepthMessage(trade) : null;
    }
}
