using Bourse.GrainInterfaces.Feeds;
using Orleans.Streams;

namespace Bourse.ApiHost.Live.Quotes;

/// <summary>
/// One symbol as this front end watches it: the newest quote, and the one stream subscription that brings it. Written by the stream's
/// deliveries and by the sweep, read by every outbox.
/// </summary>
public sealed class SymbolQuotes(string symbol)
{
    private readonly Lock writing = new();
    private volatile QuoteFragment? current;
    private long version;
    private long heardAt;
    private int tending;

    public string Symbol { get; } = symbol;

    /// <summary>How many outboxes watch; changed under the lock of <see cref="QuoteFanOut"/> only.</summary>
    public int Watchers { get; set; }

    /// <summary>When the last watcher left, as the clock's timestamp; under the same lock.</summary>
    public long IdleSince { get; set; }

    /// <summary>Set by the one who tends the symbol only.</summary>
    public StreamSubscriptionHandle<Quote>? Subscription { get; set; }

    /// <summary>The newest quote; null as long as there was none.</summary>
    public QuoteFragment? Current => current;

    /// <summary>The version of <see cref="Current"/> or of one before it; 0 as long as there was none.</summary>
    public long Version => Volatile.Read(ref version);

    /// <summary>When the stream last brought something, as the clock's timestamp.</summary>
    public long HeardAt => Volatile.Read(ref heardAt);

    /// <summary>False when somebody else is subscribing or asking just now.</summary>
    public bool TryTend() => Interlocked.Exchange(ref tending, 1) == 0;

    public void EndTend() => Volatile.Write(ref tending, 0);

    /// <summary>Takes what the stream brings, in its order; it may begin with what was published before anybody listened.</summary>
    public void Hear(Quote quote, long now)
    {
        Volatile.Write(ref heardAt, now);
        if (current?.Quote is not { } known || quote.TimestampMs >= known.TimestampMs)
        {
            Put(quote);
        }
    }

    /// <summary>Takes a state that was asked for; true when it is other than what is known, which the stream should have told.</summary>
    public bool Correct(Quote quote)
    {
        if (current?.Quote is { } known && known.Seq == quote.Seq && known.TimestampMs == quote.TimestampMs)
        {
            return false;
        }

        Put(quote);
        return true;
    }

    private void Put(Quote quote)
    {
        lock (writing)
        {
            current = new QuoteFragment(version + 1, quote);
            Volatile.Write(ref version, version + 1);
        }
    }
}
