using System.Net;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.History;
using Bourse.GrainInterfaces.Silos;
using Bourse.Grains.Alerts;
using Bourse.Grains.Books;
using Bourse.Grains.Breakers;
using Bourse.Grains.Journal;
using Bourse.Grains.Limits;
using Bourse.Grains.Risk;
using Bourse.Silo.Alerts;
using Bourse.Silo.Books;
using Bourse.Silo.Breakers;
using Bourse.Silo.Journal;
using Bourse.Silo.Limits;
using Bourse.Silo.MarketData;
using Bourse.Silo.Outside;
using Bourse.Silo.Postgres;
using Bourse.Silo.ReadModel;
using Bourse.Silo.Risk;
using Bourse.Silo.Silos;
using Bourse.Silo.Venues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
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
        builder.UseOrleans(silo => silo.ServeAlone().AddBourseGrains(storage).AddDashboardIfWanted().AddMarketData(marketData).AddVenues());

    /// <summary>Hosts a silo among others: those on the same database are one cluster.</summary>
    /// <param name="name">Names it in logs and for operators.</param>
    /// <param name="storage">Open until after the host has stopped.</param>
    public static IHostApplicationBuilder AddBourseClusterSilo(
        this IHostApplicationBuilder builder, string name, SiloStorage storage, Action<MarketDataOptions> marketData) =>
        builder.UseOrleans(silo =>
        {
            silo.ServeAmongOthers(storage.ConnectionString).RehearseBeforeJoin(storage);
            silo.Configure<SiloOptions>(options => options.SiloName = name);
            silo.Configure<EndpointOptions>(options => Configure(options, builder.Configuration.GetSection("Cluster")));
            silo.AddBourseGrains(storage).AddDashboardIfWanted().AddMarketData(marketData).AddVenues();
        });

    /// <summary>Connects to the silos on a database, without one in this process.</summary>
    /// <param name="history">Open until after the host has stopped.</param>
    public static IHostApplicationBuilder AddBourseClient(this IHostApplicationBuilder builder, string connectionString, HistoryStorage history)
    {
        builder.Services.AddSingleton<IHistoryReader>(new HistoryReader(history.Source, TimeProvider.System));
        builder.Services.AddSingleton<ISiloReports>(new SiloReports(history.Source));
        return builder.UseOrleansClient(client =>
        {
            client.JoinByDatabase(connectionString);
            client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = s_callTimeout);
            client.AddBourseStreams();
        });
    }

    /// <summary>A silo of its own on this machine: others on it do not meet this one.</summary>
    public static ISiloBuilder ServeAlone(this ISiloBuilder silo) => silo.JoinNobody();

    /// <summary>A silo that finds the others by a database, and listens on a free port of 127.0.0.1.</summary>
    public static ISiloBuilder ServeAmongOthers(this ISiloBuilder silo, string connectionString) => silo.JoinByDatabase(connectionString);

    /// <summary>Everything that the grains need: journal, grain storage, streams, read model, feeds.</summary>
    public static ISiloBuilder AddBourseGrains(this ISiloBuilder silo, SiloStorage storage)
    {
        silo.AddBourseStreams(isLasting: true).AddEngineStorage(storage.ConnectionString);
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
        services.AddHostedService<SecondBarRetention>();
        services.AddSingleton<IRateCounts>(new PostgresRateCounts(storage.Source));
        services.AddSingleton<IBookDeadlines, PostgresBookDeadlines>();
        services.AddSingleton<CommitPacer>();
        services.AddOptions<BreakerOptions>().BindConfiguration("Breakers").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<BreakerOptions>>().Value);
        services.AddHostedService<MarketBreakerService>();
        services.AddSingleton<KillSwitches>();
        services.AddHostedService(provider => provider.GetRequiredService<KillSwitches>());
        services.AddSingleton<IAlertStore, AlertStore>();
        services.AddHostedService<AlertWaker>();
        services.AddHostedService<WatchWaker>();
        services.AddSingleton(new GrainCounts());
        services.AddSingleton<GrainClasses>();
        services.AddSingleton<ISiloReports>(new SiloReports(storage.ReadSource));
        services.AddHostedService<SiloReporter>();
        services.AddHostedService<HugePages>();
        services.AddSingleton<OutsideServices>();
        services.AddHealthChecks().AddCheck<JournalCheck>("journal", tags: ["ready"]).AddCheck<OutsideServices>("outside", tags: ["ready"]);
        return silo.AddFeeds(storage.Source);
    }

    /// <summary>
    /// <c>Address</c>, <c>Port</c> and <c>AdvertisedPort</c>: where the silo listens, and where the others are told that it does; <c>GatewayPort</c>: where
    /// clients of official Orleans connect.
    /// </summary>
    private static void Configure(EndpointOptions endpoint, IConfiguration cluster)
    {
        endpoint.AdvertisedIPAddress = cluster["Address"] is { } address ? IPAddress.Parse(address) : endpoint.AdvertisedIPAddress;
        endpoint.SiloPort = cluster.GetValue("AdvertisedPort", cluster.GetValue("Port", endpoint.SiloPort));
        endpoint.GatewayPort = cluster.GetValue("GatewayPort", endpoint.GatewayPort);
        if (cluster["Port"] is not null)
        {
            endpoint.SiloListeningEndpoint = new IPEndPoint(endpoint.AdvertisedIPAddress, cluster.GetValue<int>("Port"));
        }
    }
}
