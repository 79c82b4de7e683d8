using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.History;
using Bourse.Grains.Alerts;
using Bourse.Grains.Journal;
using Bourse.Grains.Limits;
using Bourse.Grains.Risk;
using Bourse.Silo.Alerts;
using Bourse.Silo.Journal;
using Bourse.Silo.Limits;
using Bourse.Silo.MarketData;
using Bourse.Silo.Postgres;
using Bourse.Silo.ReadModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Storage;

namespace Bourse.Silo;

/// <summary>Puts a silo of Bourse together.</summary>
public static class SiloHosting
{
    // Above the journal's commit timeout: a caller hears of an outage from the journal, not from a clock.
    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Hosts a silo on this machine, alone in its cluster, with its share of the read model and the market data.</summary>
    /// <param name="storage">Open until after the host has stopped.</param>
    public static IHostApplicationBuilder AddBourseSilo(
        this IHostApplicationBuilder builder, SiloStorage storage, Action<MarketDataOptions> marketData) =>
        builder.UseOrleans(silo => silo.UseLocalhostClustering().AddBourseGrains(storage).AddMarketData(marketData));

    /// <summary>Everything that the grains need: journal, grain storage, streams, read model, feeds.</summary>
    public static ISiloBuilder AddBourseGrains(this ISiloBuilder silo, SiloStorage storage)
    {
        silo.AddBourseStreams();
        silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = s_callTimeout);
        var services = silo.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(storage.Source);
        services.AddSingleton<IJournal>(storage.Journal);
        services.AddSingleton<MonthlyPartitions>();
        services.AddKeyedSingleton<IGrainStorage, PostgresGrainStorage>("bourse");
        services.AddSingleton<IHistoryReader>(new HistoryReader(storage.ReadSource, TimeProvider.System));
        services.AddSingleton(new ProjectorOptions());
        services.AddSingleton(new SweeperOptions());
        services.AddHostedService<Projector>();
        services.AddHostedService<Sweeper>();
        services.AddSingleton<IRateCounts>(new PostgresRateCounts(storage.Source));
        services.AddSingleton<KillSwitches>();
        services.AddHostedService(provider => provider.GetRequiredService<KillSwitches>());
        services.AddSingleton<IAlertStore, AlertStore>();
        services.AddHostedService<AlertWaker>();
        services.AddHealthChecks().AddCheck<JournalCheck>("journal", tags: ["ready"]);
        return silo.AddFeeds(storage.Source);
    }

    /// <summary>The streams that the grains publish on.</summary>
    internal static ISiloBuilder AddBourseStreams(this ISiloBuilder silo)
    {
#if ORLEANS
        silo.AddMemoryGrainStorage("PubSubStore");
#endif
        return silo.AddMemoryStreams(Streams.Provider);
    }
}
