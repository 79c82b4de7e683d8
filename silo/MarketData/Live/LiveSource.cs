using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Bourse.GrainInterfaces.Instruments;
using Bourse.Silo.Outside;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Hedging;

namespace Bourse.Silo.MarketData.Live;

/// <summary>
/// Several live providers as one source. All of them are listened to; of each symbol the ticks of the best provider that is well go on. At the start each symbol's
/// state is asked for, of a second provider too when the first takes long.
/// </summary>
/// <param name="providers">The most preferred first; disposed of by the source.</param>
public sealed partial class LiveSource(
    IReadOnlyList<IMarketDataProvider> providers, LiveMarketOptions options, Func<string, InstrumentView> describe, TimeProvider time, ILogger logger)
    : IMarketDataSource, IDisposable
{
    /// <summary>Ticks that wait for the market; the lines wait when it is full.</summary>
    private const int Capacity = 65_536;

    private const int MaxBatch = 2_048;
    private const int MaxSnapshotsAtOnce = 8;

    private readonly Failover _failover = new(providers, options.StaleAfter, time);

    public IReadOnlyList<string> Symbols { get; } = [.. providers.SelectMany(p => p.Symbols.Ours).Distinct(StringComparer.Ordinal)];

    public InstrumentView Describe(string symbol) => describe(symbol);

    public async IAsyncEnumerable<IReadOnlyList<SymbolTick>> Read([EnumeratorCancellation] CancellationToken cancellation)
    {
        var ticks = Channel.CreateBounded<SymbolTick>(new BoundedChannelOptions(Capacity) { SingleReader = true });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] work = [TakeSnapshots(ticks.Writer, end.Token), .. providers.Select((provider, rank) => Listen(provider, rank, ticks.Writer, end.Token))];
        try
        {
            var batch = new List<SymbolTick>();
            while (await ticks.Reader.WaitToReadAsync(cancellation))
            {
                batch.Clear();
                while (batch.Count < MaxBatch && ticks.Reader.TryRead(out var tick))
                {
                    batch.Add(tick);
                }

                yield return batch;
            }
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        foreach (var provider in providers)
        {
            provider.Dispose();
        }
    }

    private async Task Listen(IMarketDataProvider provider, int rank, ChannelWriter<SymbolTick> ticks, CancellationToken cancellation)
    {
        var sink = new TickSink(
            (tick, token) => _failover.Takes(rank, tick.Symbol) ? ticks.WriteAsync(tick, token) : ValueTask.CompletedTask,
            symbol => _failover.Needs(rank, symbol));
        try
        {
            await provider.Run(sink, cancellation);
        }
        catch (Exception broken) when (!cancellation.IsCancellationRequested)
        {
            // A bug of an adapter costs this provider, and the others go on.
            provider.Health.LineDown(broken.GetType().Name);
            LogBroken(provider.Health.Name, broken);
        }
    }

    private async Task TakeSnapshots(ChannelWriter<SymbolTick> ticks, CancellationToken cancellation)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxSnapshotsAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(Symbols, parallel, async (symbol, token) =>
        {
            try
            {
                await ticks.WriteAsync(await Snapshot(symbol, token), token);
            }
            catch (OutsideException failed)
            {
                LogNoSnapshot(symbol, failed.Message);
            }
        });
    }

    /// <summary>The first good answer: the next provider is asked when one fails, or takes longer than the options allow.</summary>
    /// <exception cref="OutsideException">Nobody has one.</exception>
    internal async Task<SymbolTick> Snapshot(string symbol, CancellationToken cancellation)
    {
        var able = providers.Where(p => p.Symbols.ToTheirs(symbol) is not null).ToList();
        if (able.Count == 1)
        {
            return await Ask(able[0], symbol, cancellation);
        }

        var asked = 0;
        var hedged = new ResiliencePipelineBuilder<SymbolTick> { TimeProvider = time }.AddHedging(new HedgingStrategyOptions<SymbolTick>
        {
            MaxHedgedAttempts = Math.Min(able.Count - 1, 10),
            Delay = options.HedgeAfter,
            ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Exception is OutsideException),
            ActionGenerator = hedge => async () =>
            {
                try
                {
                    return Outcome.FromResult(await Ask(able[Interlocked.Increment(ref asked)], symbol, hedge.ActionContext.CancellationToken));
                }
                catch (Exception failed) when (failed is OutsideException or OperationCanceledException)
                {
                    return Outcome.FromException<SymbolTick>(failed);
                }
            },
        }).Build();
        return await hedged.ExecuteAsync(async token => await Ask(able[0], symbol, token), cancellation);
    }

    private static async Task<SymbolTick> Ask(IMarketDataProvider provider, string symbol, CancellationToken cancellation)
    {
        try
        {
            return await provider.Snapshot(symbol, cancellation);
        }
        catch (Exception unreadable) when (unreadable is FormatException or KeyNotFoundException or InvalidOperationException)
        {
            provider.Health.Garbled();
            throw new OutsideException(OutsideFault.Unknown, "the answer cannot be understood", unreadable);
        }
    }

    [LoggerMessage(4352, LogLevel.Error, "The adapter of {Provider} broke; the others go on.")]
    private partial void LogBroken(string provider, Exception exception);

    [LoggerMessage(4353, LogLevel.Warning, "No provider has a snapshot of {Symbol}: {Why}. Its stream goes on.")]
    private partial void LogNoSnapshot(string symbol, string why);
}
