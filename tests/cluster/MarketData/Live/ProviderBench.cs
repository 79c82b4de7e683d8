using System.Collections.Concurrent;
using Bourse.Silo.MarketData;
using Bourse.Silo.MarketData.Live;
using Bourse.Silo.Outside;
using Bourse.Tests.Cluster.Outside;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bourse.Tests.Cluster.MarketData.Live;

/// <summary>Providers of local services, impatient ones, and what they bring.</summary>
internal sealed class ProviderBench : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly List<IDisposable> _made = [];

    public OutsideServices Services { get; } = new();

    /// <summary>What was brought, in its order.</summary>
    public ConcurrentQueue<SymbolTick> Ticks { get; } = new();

    public IMarketDataProvider Make(string kind, LocalService service, params string[] symbols) => Make(kind, service.Address, service.Stream, symbols);

    public IMarketDataProvider Make(string kind, Uri address, Uri stream, params string[] symbols)
    {
        var options = new ProviderOptions { Kind = kind, Address = address, Stream = stream, Key = "the-key", Secret = "the-secret", Symbols = [.. symbols], WeightPerMinute = 100_000 };
        var factory = new ProviderFactory(Services, TimeProvider.System, NullLoggerFactory.Instance)
        {
            Http = new OutsideHttpOptions { Retries = 0, BreakerAttempts = 1_000 },
            Socket = new OutsideSocketOptions { Backoff = TimeSpan.FromMilliseconds(1), MaxBackoff = TimeSpan.FromMilliseconds(50), KeepAlive = TimeSpan.FromMilliseconds(250) },
        };
        var provider = factory.Make(options);
        _made.Add(provider);
        return provider;
    }

    public void Run(IMarketDataProvider provider) => _running.Add(provider.Run(
        new TickSink(
            (tick, _) =>
            {
                Ticks.Enqueue(tick);
                return ValueTask.CompletedTask;
            },
            _ => true),
        _stop.Token));

    /// <summary>Reads a source into <see cref="Ticks"/>.</summary>
    public void Run(LiveSource source) => _running.Add(Task.Run(async () =>
    {
        await foreach (var batch in source.Read(_stop.Token))
        {
            foreach (var tick in batch)
            {
                Ticks.Enqueue(tick);
            }
        }
    }));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _made.ForEach(m => m.Dispose());
        Services.Dispose();
        _stop.Dispose();
    }
}
