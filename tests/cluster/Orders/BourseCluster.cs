using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.Instruments;
using Bourse.Grains.Breakers;
using Bourse.Grains.Instruments;
using Bourse.Silo;
using Bourse.Silo.Journal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Bourse.Tests.Cluster.Orders;

/// <summary>A cluster with Bourse's grains on a database of its own, and one instrument, AAPL, last at 100.</summary>
internal sealed class BourseCluster : IAsyncDisposable
{
    public const string Symbol = "AAPL";

    private readonly SiloStorage _storage;
    private int _clientOrderIds;

    private BourseCluster(SiloStorage storage, InProcessTestCluster cluster, CallFaults faults) =>
        (_storage, Cluster, Faults) = (storage, cluster, faults);

    public InProcessTestCluster Cluster { get; }

    /// <summary>Makes chosen calls fail before or after they are done.</summary>
    public CallFaults Faults { get; }

    public IGrainFactory Grains => Cluster.Client;

    public SiloStorage Storage => _storage;

    public static async Task<BourseCluster> Start(
        string connectionString, short silos = 1, JournalOptions? journal = null, BreakerOptions? breakers = null, Action<ISiloBuilder>? configure = null)
    {
        var storage = await SiloStorage.OpenAsync(
            connectionString, null, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None, journal);
        var faults = new CallFaults();
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddBourseGrains(storage);
            silo.Services.AddSingleton(breakers ?? new BreakerOptions());
            silo.AddIncomingGrainCallFilter(faults);
            configure?.Invoke(silo);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        var started = new BourseCluster(storage, cluster, faults);
        await started.AddInstrument(Symbol, 100m);
        return started;
    }

    public async Task AddInstrument(string symbol, decimal price, string? venue = null, string calendar = "always")
    {
        await Grains.GetGrain<ICatalogueGrain>("catalogue").Upsert([new InstrumentView(
            symbol, symbol, AssetClass.Stock, "USD", 0.01m, 1m, 0.10m, calendar, InstrumentStatus.Open, 0.0005m, 0.001m, venue)]);
        foreach (var silo in Cluster.Silos)
        {
            await Cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<InstrumentCatalogue>().Refresh();
        }

        var nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await Grains.GetGrain<IFeedGrain>(symbol).Push([new Tick(nowMs, price, 1m, price - 0.01m, 1m, price + 0.01m, 1m)]);
    }

    /// <summary>A new account: a trader's with 100,000 USD, or a house account, which may sell short.</summary>
    public async Task<IAccountGrain> OpenAccount(bool house = false)
    {
        var id = (house ? "house-" : "") + Guid.NewGuid().ToString("N");
        var account = Grains.GetGrain<IAccountGrain>(id);
        await account.Open(new OpenAccount(id, "USD", 100_000m, house ? "house" : "trader"));
        return account;
    }

    public PlaceOrder Limit(Side side, decimal quantity, decimal price, TimeInForce timeInForce = TimeInForce.Gtc, string? clientOrderId = null, string symbol = Symbol) =>
        new(new OrderTerms(
            symbol, side, OrderType.Limit, timeInForce, quantity, price, null, false, false, SelfTradePrevention.CancelNewest,
            clientOrderId ?? $"c{Interlocked.Increment(ref _clientOrderIds)}"));

    public PlaceOrder Market(Side side, decimal quantity) => new(new OrderTerms(
        Symbol, side, OrderType.Market, TimeInForce.Ioc, quantity, null, null, false, false, SelfTradePrevention.CancelNewest,
        $"c{Interlocked.Increment(ref _clientOrderIds)}"));

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await _storage.DisposeAsync();
    }
}
