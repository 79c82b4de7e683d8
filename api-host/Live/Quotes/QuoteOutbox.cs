using Bourse.ApiHost.Wire;

namespace Bourse.ApiHost.Live.Quotes;

/// <summary>
/// What one connection watches, and what it has been sent. A flush sends the newest state of each symbol that changed since the flush before; at most one
/// flush is under way, so that a slow connection gets fewer and newer quotes and costs nobody else anything. Memory is bounded by the number of symbols.
/// </summary>
/// <param name="send">Completes when the connection has taken the batch.</param>
public sealed class QuoteOutbox(Func<RawJsonArray, Task> send, int intervalMs)
{
    private readonly Lock guard = new();
    private readonly Dictionary<string, Watch> watches = new(StringComparer.Ordinal);
    private int flushing;
    private volatile bool closed;
    private volatile int interval = intervalMs;

    public int IntervalMs
    {
        get => interval;
        set => interval = value;
    }

    public bool Closed => closed;

    public int Count
    {
        get
        {
            lock (guard)
            {
                return watches.Count;
            }
        }
    }

    /// <summary>Whether the symbol is watched.</summary>
    public bool Has(string symbol)
    {
        lock (guard)
        {
            return watches.ContainsKey(symbol);
        }
    }

    /// <summary>False when the symbol was watched already.</summary>
    public bool Add(SymbolQuotes quotes)
    {
        lock (guard)
        {
            return !closed && watches.TryAdd(quotes.Symbol, new Watch(quotes));
        }
    }

    /// <summary>What was watched, or null.</summary>
    public SymbolQuotes? Remove(string symbol)
    {
        lock (guard)
        {
            return watches.Remove(symbol, out var watch) ? watch.Quotes : null;
        }
    }

    /// <summary>Ends the outbox; gives back all that was watched.</summary>
    public IReadOnlyList<SymbolQuotes> Close()
    {
        lock (guard)
        {
            closed = true;
            SymbolQuotes[] all = [.. watches.Values.Select(watch => watch.Quotes)];
            watches.Clear();
            return all;
        }
    }

    /// <summary>Sends what changed, unless the batch before is still under way.</summary>
    public void Flush()
    {
        if (closed || Interlocked.Exchange(ref flushing, 1) == 1)
        {
            return;
        }

        var batch = Collect();
        var sent = batch is null ? Task.CompletedTask : send(batch);
        if (sent.IsCompletedSuccessfully)
        {
            Volatile.Write(ref flushing, 0);
        }
        else
        {
            _ = Finish(sent);
        }
    }

    private async Task Finish(Task sent)
    {
        // The connection reports its own end; a batch that it did not take is of no use to anybody.
        await sent.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Volatile.Write(ref flushing, 0);
    }

    private RawJsonArray? Collect()
    {
        lock (guard)
        {
            List<byte[]>? changed = null;
            foreach (var watch in watches.Values)
            {
                if (watch.Quotes.Current is { } quote && quote.Version != watch.SentVersion)
                {
                    watch.SentVersion = quote.Version;
                    (changed ??= []).Add(quote.Json);
                }
            }

            return changed is null ? null : new RawJsonArray(changed);
        }
    }

    private sealed class Watch(SymbolQuotes quotes)
    {
        public SymbolQuotes Quotes { get; } = quotes;

        public long SentVersion { get; set; }
    }
}
