using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Feeds;
using Orleans.Streams;

namespace Bourse.ApiHost.Live.Quotes;

/// <summary>
/// Brings quotes to outboxes: one stream subscription a symbol, however many connections watch it. A symbol that nobody watches is let go after
/// half a minute. Streams may drop what they carry: a symbol that was silent for some seconds is asked, and subscribed anew when it had something to say.
/// </summary>
public sealed partial class QuoteFanOut(IClusterClient cluster, TimeProvider clock, ILogger<QuoteFanOut> log) : BackgroundService
{
    private const int AtOnce = 32;
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeepIdle = TimeSpan.FromSeconds(30);
    private readonly Lock guard = new();

    /// <summary>Under <see cref="guard"/>, as are the counts of watchers.</summary>
    private readonly Dictionary<string, SymbolQuotes> symbols = new(StringComparer.Ordinal);

    /// <summary>How many symbols this front end is subscribed to.</summary>
    public int Subscriptions
    {
        get
        {
            lock (guard)
            {
                return symbols.Count;
            }
        }
    }

    /// <summary>Lets an outbox watch symbols, all of them or none; those that it watches already are passed over.</summary>
    /// <param name="intervalMs">Time between two updates of these symbols; null = the connection's.</param>
    /// <param name="max">How many symbols one connection may watch.</param>
    /// <returns>False when these would be too many, for the connection or for its user.</returns>
    public async Task<bool> TryWatch(QuoteOutbox outbox, IReadOnlyCollection<string> wanted, int? intervalMs, int max)
    {
        var begun = new List<SymbolQuotes>();
        lock (guard)
        {
            var all = new List<SymbolQuotes>(wanted.Count);
            foreach (var symbol in wanted)
            {
                if (!symbols.TryGetValue(symbol, out var quotes))
                {
                    symbols[symbol] = quotes = new SymbolQuotes(symbol);
                    begun.Add(quotes);
                }

                all.Add(quotes);
            }

            if (!outbox.TryAdd(all, intervalMs, max, out var added))
            {
                begun.ForEach(quotes => symbols.Remove(quotes.Symbol));
                return false;
            }

            foreach (var quotes in added)
            {
                quotes.Watchers++;
            }
        }

        await Parallel.ForEachAsync(begun, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (quotes, _) => await Tend(quotes));
        return true;
    }

    public void Unwatch(QuoteOutbox outbox, IEnumerable<string> unwanted)
    {
        lock (guard)
        {
            foreach (var symbol in unwanted)
            {
                Leave(outbox.Remove(symbol));
            }
        }
    }

    /// <summary>Ends the outbox and all that it watched.</summary>
    public void Close(QuoteOutbox outbox)
    {
        lock (guard)
        {
            foreach (var quotes in outbox.Close())
            {
                Leave(quotes);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SweepInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await Parallel.ForEachAsync(
                TakeDue(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
                async (due, _) => await (due.Idle ? End(due.Quotes) : Tend(due.Quotes)));
        }
    }

    private void Leave(SymbolQuotes? quotes)
    {
        if (quotes is not null && --quotes.Watchers == 0)
        {
            quotes.IdleSince = clock.GetTimestamp();
        }
    }

    /// <summary>Symbols to let go, which are taken out, and symbols that have been silent.</summary>
    private List<(SymbolQuotes Quotes, bool Idle)> TakeDue()
    {
        var now = clock.GetTimestamp();
        lock (guard)
        {
            var due = new List<(SymbolQuotes Quotes, bool Idle)>();
            foreach (var quotes in symbols.Values)
            {
                if (quotes.Watchers == 0 && clock.GetElapsedTime(quotes.IdleSince, now) > KeepIdle)
                {
                    due.Add((quotes, true));
                }
                else if (quotes.Watchers > 0 && clock.GetElapsedTime(quotes.HeardAt, now) > SweepInterval)
                {
                    due.Add((quotes, false));
                }
            }

            foreach (var (quotes, _) in due.Where(d => d.Idle))
            {
                symbols.Remove(quotes.Symbol);
            }

            return due;
        }
    }

    /// <summary>Subscribes where there is no subscription, or where the one there is has missed something.</summary>
    private async Task Tend(SymbolQuotes quotes)
    {
        if (!quotes.TryTend())
        {
            return;
        }

        try
        {
            var begun = quotes.Subscription is null;
            if (begun)
            {
                await Subscribe(quotes);
            }

            var quote = await cluster.GetGrain<IFeedGrain>(quotes.Symbol).GetQuote();
            if (quote is not null && quotes.Correct(quote) && !begun)
            {
                await Unsubscribe(quotes);
                await Subscribe(quotes);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogMissed(log, quotes.Symbol, e.GetType().Name); // the next sweep tries again
        }
        finally
        {
            quotes.EndTend();
        }
    }

    private async Task End(SymbolQuotes quotes)
    {
        try
        {
            await Unsubscribe(quotes);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogMissed(log, quotes.Symbol, e.GetType().Name); // the stream forgets a consumer that is gone
        }
    }

    private async Task Subscribe(SymbolQuotes quotes) =>
        quotes.Subscription = await cluster.GetStreamProvider(Streams.Provider)
            .GetStream<Quote>(StreamId.Create(Streams.Quotes, quotes.Symbol))
            .SubscribeAsync((quote, _) =>
            {
                quotes.Hear(quote, clock.GetTimestamp());
                return Task.CompletedTask;
            });

    private static async Task Unsubscribe(SymbolQuotes quotes)
    {
        if (quotes.Subscription is { } subscription)
        {
            quotes.Subscription = null;
            await subscription.UnsubscribeAsync();
        }
    }

    [LoggerMessage(EventId = 4030, Level = LogLevel.Warning, Message = "No quotes of {Symbol} for now: {Reason}")]
    private static partial void LogMissed(ILogger log, string symbol, string reason);
}
