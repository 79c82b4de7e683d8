namespace Bourse.ApiHost.Live.Quotes;

/// <summary>
/// What one connection watches, and what it has been sent. A flush sends the newest state of each symbol that changed since it was last sent and whose interval
/// is over; at most one flush is under way, so that a slow connection gets fewer and newer quotes and costs nobody else anything. Memory is bounded by
/// the number of symbols.
/// </summary>
/// <param name="send">Completes when the connection has taken the batch, which is good until it returns only.</param>
/// <param name="abort">Ends a connection that took nothing for <paramref name="stallMs"/>; does not block.</param>
public sealed class QuoteOutbox(Func<IReadOnlyList<QuoteFragment>, ValueTask> send, Action abort, int intervalMs, long stallMs)
{
    private const int FirstRoom = 4;
    private readonly Lock guard = new();
    private Watch[] watches = [];
    private int count;
    private LiveUser? user;
    private int defaultIntervalMs = intervalMs;
    private volatile int shortestMs = intervalMs;
    private volatile bool closed;
    private int flushing;
    private long flushingSinceMs;
    private int turn;

    /// <summary>Time between two flushes: the shortest interval of a watched symbol, ms.</summary>
    public int IntervalMs => shortestMs;

    public bool Closed => closed;

    /// <summary>Where in its interval the connection is flushed; given once by <see cref="FlushWheel"/>, from 0.</summary>
    public int Phase { get; set; } = -1;

    /// <summary>Which of the wheel's entries for this outbox is in force.</summary>
    public int Turn => Volatile.Read(ref turn);

    public int Count
    {
        get
        {
            lock (guard)
            {
                return count;
            }
        }
    }

    /// <summary>The symbols that are watched.</summary>
    public string[] Symbols
    {
        get
        {
            lock (guard)
            {
                return [.. watches.Take(count).Select(watch => watch.Quotes.Symbol)];
            }
        }
    }

    public int NextTurn() => Interlocked.Increment(ref turn);

    /// <summary>Counts what is watched, now and later, with a user's symbols; false when that one has too many.</summary>
    public bool TrySignIn(LiveUser owner)
    {
        lock (guard)
        {
            if (!owner.TryAdd(count))
            {
                return false;
            }

            user = owner;
            return true;
        }
    }

    /// <summary>The time between two updates of symbols that have no interval of their own, ms.</summary>
    public void SetDefaultInterval(int ms)
    {
        lock (guard)
        {
            defaultIntervalMs = ms;
            FindShortest();
        }
    }

    /// <summary>Watches those that are not watched yet; all, or none when that would be too many.</summary>
    /// <param name="ownIntervalMs">Null = the connection's; symbols that are watched already keep theirs.</param>
    /// <param name="added">Those that were not watched.</param>
    public bool TryAdd(IReadOnlyCollection<SymbolQuotes> wanted, int? ownIntervalMs, int max, out IReadOnlyList<SymbolQuotes> added)
    {
        lock (guard)
        {
            SymbolQuotes[] fresh = [.. wanted.Where(quotes => IndexOf(quotes) < 0)];
            added = [];
            if (closed || count + fresh.Length > max || user?.TryAdd(fresh.Length) == false)
            {
                return false;
            }

            foreach (var quotes in fresh)
            {
                Append(quotes);
            }

            added = fresh;
            if (ownIntervalMs is { } own)
            {
                foreach (var quotes in wanted)
                {
                    watches[IndexOf(quotes)].OwnIntervalMs = own;
                }
            }

            FindShortest();
            return true;
        }
    }

    /// <summary>Stops watching a symbol; gives back what was watched, or null.</summary>
    public SymbolQuotes? Remove(string symbol)
    {
        lock (guard)
        {
            for (var i = 0; i < count; i++)
            {
                if (watches[i].Quotes.Symbol == symbol)
                {
                    var removed = watches[i].Quotes;
                    watches[i] = watches[--count];
                    watches[count] = default;
                    user?.Remove(1);
                    FindShortest();
                    return removed;
                }
            }

            return null;
        }
    }

    /// <summary>Ends the outbox; gives back all that was watched.</summary>
    public IReadOnlyList<SymbolQuotes> Close()
    {
        lock (guard)
        {
            closed = true;
            SymbolQuotes[] all = [.. watches.Take(count).Select(watch => watch.Quotes)];
            watches = [];
            count = 0;
            user?.Remove(all.Length);
            return all;
        }
    }

    /// <summary>Sends what changed, unless the batch before is still under way.</summary>
    /// <param name="nowMs">The wheel's time.</param>
    /// <param name="batch">Room for what is sent, which the outbox leaves empty: thousands of them need one list.</param>
    public void Flush(long nowMs, List<QuoteFragment> batch)
    {
        if (closed)
        {
            return;
        }

        if (Interlocked.Exchange(ref flushing, 1) == 1)
        {
            EndStalled(nowMs);
            return;
        }

        Volatile.Write(ref flushingSinceMs, nowMs);
        if (!Collect(nowMs, batch))
        {
            Volatile.Write(ref flushing, 0);
            return;
        }

        var sent = send(batch);
        batch.Clear();
        if (sent.IsCompletedSuccessfully)
        {
            Volatile.Write(ref flushing, 0);
        }
        else
        {
            _ = Finish(sent.AsTask());
        }
    }

    private async Task Finish(Task sent)
    {
        // The connection reports its own end; a batch that it did not take is of no use to anybody.
        await sent.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Volatile.Write(ref flushing, 0);
    }

    private void EndStalled(long nowMs)
    {
        var since = Volatile.Read(ref flushingSinceMs);
        if (nowMs - since > stallMs && Interlocked.CompareExchange(ref flushingSinceMs, long.MaxValue, since) == since)
        {
            abort();
        }
    }

    private bool Collect(long nowMs, List<QuoteFragment> batch)
    {
        lock (guard)
        {
            var half = shortestMs / 2;
            foreach (ref var watch in watches.AsSpan(0, count))
            {
                if (watch.Quotes.Version != watch.SentVersion && nowMs >= watch.DueMs)
                {
                    var quote = watch.Quotes.Current!;
                    watch.SentVersion = quote.Version;
                    watch.DueMs = nowMs + IntervalOf(watch) - half;
                    batch.Add(quote);
                }
            }

            return batch.Count > 0;
        }
    }

    private int IndexOf(SymbolQuotes quotes)
    {
        for (var i = 0; i < count; i++)
        {
            if (ReferenceEquals(watches[i].Quotes, quotes))
            {
                return i;
            }
        }

        return -1;
    }

    private void Append(SymbolQuotes quotes)
    {
        if (count == watches.Length)
        {
            Array.Resize(ref watches, Math.Max(FirstRoom, 2 * count));
        }

        watches[count++] = new Watch { Quotes = quotes };
    }

    private int IntervalOf(in Watch watch) => watch.OwnIntervalMs > 0 ? watch.OwnIntervalMs : defaultIntervalMs;

    private void FindShortest()
    {
        var shortest = count == 0 ? defaultIntervalMs : int.MaxValue;
        foreach (ref var watch in watches.AsSpan(0, count))
        {
            shortest = Math.Min(shortest, IntervalOf(watch));
        }

        shortestMs = shortest;
    }

    private struct Watch
    {
        public SymbolQuotes Quotes;
        public long SentVersion;

        /// <summary>Not sent before this time of the wheel.</summary>
        public long DueMs;

        /// <summary>0 = the connection's.</summary>
        public int OwnIntervalMs;
    }
}
