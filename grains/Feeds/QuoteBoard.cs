using System.Collections.Concurrent;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Grains.Feeds;

/// <summary>
/// The silo's memory of reference prices, for risk checks. A price younger than one second is answered at once, without a lock
/// or a call; past half of that a refresh is started beside the answer, so that a busy symbol never waits. Safe for any thread.
/// </summary>
public sealed class QuoteBoard(IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    /// <summary>That there is no price yet is soon not true any more.</summary>
    private static readonly TimeSpan MaxNoneAge = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan RefreshAge = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan IdleAge = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly long _maxAge = Ticks(time, MaxAge);
    private readonly long _maxNoneAge = Ticks(time, MaxNoneAge);
    private readonly long _refreshAge = Ticks(time, RefreshAge);
    private readonly long _idleAge = Ticks(time, IdleAge);
    private long _lastSweep = time.GetTimestamp();

    /// <summary>How many symbols are remembered; idle ones are forgotten after five minutes.</summary>
    public int Count => _entries.Count;

    /// <summary>
    /// The price that anchors a collar and values a position, at most one second old; null when the symbol has none yet.
    /// Throws what the feed's call throws when the feed cannot be asked.
    /// </summary>
    /// <param name="symbol">A symbol of the catalogue: callers check that first, which bounds this memory.</param>
    public ValueTask<decimal?> GetReference(string symbol)
    {
        var now = time.GetTimestamp();
        if (_entries.TryGetValue(symbol, out var entry) && entry.Known is { } known)
        {
            var age = now - known.ReadAt;
            if (age < (known.Price is null ? _maxNoneAge : _maxAge))
            {
                if (age > _refreshAge && entry.Refresh is null)
                {
                    _ = Refresh(entry);
                }

                return new ValueTask<decimal?>(known.Price);
            }
        }

        return new ValueTask<decimal?>(Wait(symbol, now));
    }

    private Task<decimal?> Wait(string symbol, long now)
    {
        Sweep(now);
        return Refresh(_entries.GetOrAdd(symbol, static s => new Entry(s)));
    }

    /// <summary>One call at a time for each symbol, shared by all who wait; made outside of any grain's turn.</summary>
    private Task<decimal?> Refresh(Entry entry)
    {
        lock (entry)
        {
            if (entry.Refresh is { } running)
            {
                return running;
            }

            using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            {
                var refresh = Task.Run(() => Ask(entry));
                entry.Refresh = refresh;
                _ = refresh.ContinueWith(
                    static (done, state) => ((Entry)state!).Forget(done), entry, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                return refresh;
            }
        }
    }

    private async Task<decimal?> Ask(Entry entry)
    {
        var askedAt = time.GetTimestamp();
        var quote = await grains.GetGrain<IFeedGrain>(entry.Symbol).GetQuote();
        var price = quote?.Reference;
        entry.Known = new Known(price, askedAt);
        return price;
    }

    /// <summary>Forgets symbols that nobody has refreshed for a while; at most once in that time.</summary>
    private void Sweep(long now)
    {
        var last = Volatile.Read(ref _lastSweep);
        if (now - last < _idleAge || Interlocked.CompareExchange(ref _lastSweep, now, last) != last)
        {
            return;
        }

        foreach (var (symbol, entry) in _entries)
        {
            if (entry.Refresh is null && (entry.Known is not { } known || now - known.ReadAt > _idleAge))
            {
                _entries.TryRemove(KeyValuePair.Create(symbol, entry));
            }
        }
    }

    private static long Ticks(TimeProvider time, TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private sealed record Known(decimal? Price, long ReadAt);

    private sealed class Entry(string symbol)
    {
        private volatile Known? _known;
        private volatile Task<decimal?>? _refresh;

        public string Symbol => symbol;

        /// <summary>Replaced whole by the refresh, read by any thread.</summary>
        public Known? Known { get => _known; set => _known = value; }

        /// <summary>The call under way, or null.</summary>
        public Task<decimal?>? Refresh { get => _refresh; set => _refresh = value; }

        public void Forget(Task<decimal?> done)
        {
            // Looking at the exception marks it as seen: a refresh beside an answer has nobody who awaits it.
            _ = done.Exception;
            lock (this)
            {
                _refresh = null;
            }
        }
    }
}
