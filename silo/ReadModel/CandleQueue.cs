using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Feeds;

namespace Bourse.Silo.ReadModel;

/// <summary>
/// What waits to be written, and what is being written. Bounded: a feed's cut is taken while fewer bars wait than the bound. Safe for any thread.
/// </summary>
internal sealed class CandleQueue(int maxBars)
{
    private const int BatchBars = 10_000;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private Dictionary<string, FeedChanges> _waiting = new(StringComparer.Ordinal);
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

    /// <summary>Takes a cut; false while it is full.</summary>
    public bool TryAdd(FeedCut cut)
    {
        lock (_gate)
        {
            if (_bars >= maxBars)
            {
                return false;
            }

            if (!_waiting.TryGetValue(cut.Mark.Symbol, out var changes))
            {
                _waiting[cut.Mark.Symbol] = changes = new FeedChanges();
            }

            _bars -= changes.Bars.Count;
            changes.Take(cut);
            _bars += changes.Bars.Count;
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
            foreach (var (symbol, changes) in _waiting)
            {
                if (bars > 0 && bars + changes.Bars.Count > BatchBars)
                {
                    break;
                }

                batch.Feeds.Add(symbol, changes);
                bars += changes.Bars.Count;
            }

            foreach (var symbol in batch.Feeds.Keys)
            {
                _waiting.Remove(symbol);
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

    /// <summary>The newest mark of a symbol that is not durable yet, or null.</summary>
    public FeedMark? FindMark(string symbol)
    {
        lock (_gate)
        {
            return _waiting.GetValueOrDefault(symbol)?.Mark ?? _writing?.Feeds.GetValueOrDefault(symbol)?.Mark;
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

    /// <summary>The bars that a time falls into and that are not durable yet.</summary>
    public Dictionary<(Timeframe Timeframe, BarPrice Price), Bar> ReadOpen(string symbol, long timeMs)
    {
        var open = new Dictionary<(Timeframe, BarPrice), Bar>();
        lock (_gate)
        {
            _writing?.Feeds.GetValueOrDefault(symbol)?.ReadOpen(timeMs, open);
            _waiting.GetValueOrDefault(symbol)?.ReadOpen(timeMs, open);
        }

        return open;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Signal_NeedsLock()
    {
        _moved.TrySetResult();
        _moved = NewSignal();
    }
}
