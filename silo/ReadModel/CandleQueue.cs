using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Feeds;

namespace Bourse.Silo.ReadModel;

/// <summary>
/// What waits to be written, and what is being written. Bounded: a feed's cut is taken while fewer bars wait than the bound. Safe for any thread.
/// </summary>
internal sealed class CandleQueue(int maxBars)
{
    private const int BatchBars = 50_000;
    private const int BatchFeeds = 5_000;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private readonly Dictionary<string, FeedChanges> _waiting = new(StringComparer.Ordinal);

    /// <summary>The symbols that wait, the one that has waited longest first.</summary>
    private readonly Queue<string> _order = [];
    private CandleBatch? _writing;
    private int _bars;
    private TaskCompletionSource _moved = NewSignal();

    /// <summary>Completes at the next change: a batch was taken out or is done.</summary>
    public Task Moved
    {
        get
        {
            lock (_gate)
            {
                return _moved.Task;
            }
        }
    }

    /// <summary>Whether everything is durable.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count == 0 && _writing is null;
            }
        }
    }

    /// <summary>Takes a feed's changes, which are the queue's from then on; false while it is full.</summary>
    public bool TryAdd(FeedChanges changes)
    {
        lock (_gate)
        {
            if (_bars >= maxBars)
            {
                return false;
            }

            var symbol = changes.Mark!.Symbol;
            if (_waiting.TryGetValue(symbol, out var waiting))
            {
                _bars -= waiting.Count;
                waiting.Take(changes);
                _bars += waiting.Count;
            }
            else
            {
                _waiting.Add(symbol, changes);
                _order.Enqueue(symbol);
                _bars += changes.Count;
            }

            if (_arrived.CurrentCount == 0)
            {
                _arrived.Release();
            }

            return true;
        }
    }

    /// <summary>Waits until there is something to write.</summary>
    public Task WaitForWork(CancellationToken cancellation) => _arrived.WaitAsync(cancellation);

    /// <summary>Takes out whole feeds, up to about one batch; null when nothing waits. One batch at a time.</summary>
    public CandleBatch? TakeBatch()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                return null;
            }

            var batch = new CandleBatch();
            var bars = 0;
            while (_order.TryPeek(out var symbol))
            {
                var changes = _waiting[symbol];
                if (batch.Feeds.Count > 0 && (bars + changes.Count > BatchBars || batch.Feeds.Count == BatchFeeds))
                {
                    break;
                }

                batch.Feeds.Add(symbol, changes);
                _order.Dequeue();
                _waiting.Remove(symbol);
                bars += changes.Count;
            }

            _bars -= bars;
            _writing = batch;
            Signal_NeedsLock();
            return batch;
        }
    }

    /// <summary>Says that the batch is durable, or given up.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            _writing = null;
            if (_waiting.Count == 0)
            {
                // The room of fifty thousand feeds that wrote at once is not kept for them.
                _waiting.TrimExcess();
                _order.TrimExcess();
            }

            Signal_NeedsLock();
        }
    }

    /// <summary>Whether something of a symbol is not durable yet.</summary>
    public bool Holds(string symbol)
    {
        lock (_gate)
        {
            return _waiting.ContainsKey(symbol) || _writing?.Feeds.ContainsKey(symbol) == true;
        }
    }

    /// <summary>The newest mark of a symbol that is not durable yet, with its open bars, or null.</summary>
    public FeedCut? FindNewest(string symbol)
    {
        lock (_gate)
        {
            return (_waiting.GetValueOrDefault(symbol) ?? _writing?.Feeds.GetValueOrDefault(symbol)) is { } changes
                ? new FeedCut(changes.Mark!, [], BarCodec.Unpack(changes.Open))
                : null;
        }
    }

    /// <summary>The bars of one series that start in [from, to) and are not durable yet, by start.</summary>
    public SortedDictionary<long, Bar> Read(string symbol, Timeframe timeframe, BarPrice price, long fromMs, long toMs)
    {
        var bars = new SortedDictionary<long, Bar>();
        lock (_gate)
        {
            _writing?.Feeds.GetValueOrDefault(symbol)?.Read(timeframe, price, fromMs, toMs, bars);
            _waiting.GetValueOrDefault(symbol)?.Read(timeframe, price, fromMs, toMs, bars);
        }

        return bars;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Signal_NeedsLock()
    {
        _moved.TrySetResult();
        _moved = NewSignal();
    }
}
