using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.History;
using Bourse.Grains.Feeds;
using Bourse.Grains.Instruments;
using Bourse.Silo;
using Bourse.Silo.MarketData;
using Bourse.Silo.ReadModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Bourse.Tests.Cluster.MarketData;

/// <summary>A silo with feeds, catalogue and risk limits on a real database, without accounts and books.</summary>
internal sealed class FeedCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;
    private readonly NpgsqlDataSource _source;

    private FeedCluster(InProcessTestCluster cluster, NpgsqlDataSource source) => (_cluster, _source) = (cluster, source);

    public InProcessTestCluster Cluster => _cluster;

    public IClusterClient Client => _cluster.Client;

    public IServiceProvider Services => _cluster.GetSiloServiceProvider();

    public InstrumentCatalogue Catalogue => Services.GetRequiredService<InstrumentCatalogue>();

    public static async Task<FeedCluster> Start(string connectionString, Action<FeedOptions>? feeds = null, IIncomingGrainCallFilter? filter = null)
    {
        var source = NpgsqlDataSource.Create(connectionString);
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddBourseStreams();
            silo.AddMemoryGrainStorage("bourse");
            silo.Services.AddSingleton(TimeProvider.System);
            silo.Services.AddSingleton<IHistoryReader>(new HistoryReader(source, TimeProvider.System));
            silo.Services.Configure(feeds ?? (_ => { }));
            silo.AddFeeds(source);
            if (filter is not null)
            {
                silo.AddIncomingGrainCallFilter(filter);
            }
        });
        builder.ConfigureClient(client => client.AddBourseStreams());
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new FeedCluster(cluster, source);
    }

    public IFeedGrain Feed(string symbol) => Client.GetGrain<IFeedGrain>(symbol);

    /// <summary>Replays files at full speed into the feeds, without makers.</summary>
    public Task Replay(params string[] files)
    {
        var options = new MarketDataOptions { Source = MarketDataKind.Replay, Speed = "max", Makers = false };
        var source = new ReplaySource(new ReplaySource.Settings(files, ReplaySpeed.Max, Loop: false, []), TimeProvider.System);
        var pump = new MarketPump(
            Services.GetRequiredService<IGrainFactory>(), Catalogue, options, TimeProvider.System, NullLogger<MarketPump>.Instance);
        return pump.Run(source, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _source.DisposeAsync();
    }
}
