using System.Net;
using System.Net.Sockets;
using Bourse.GrainInterfaces;
using Bourse.Silo.OfficialOrleans;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using Orleans.Dashboard;

namespace Bourse.Silo;

/// <summary>How the engine under the grains is set up. This one is official Orleans; <c>EmbeddedEngine/</c> holds the other.</summary>
internal static class Engine
{
    private const string Invariant = "Npgsql";
    private const string PubSubStore = "PubSubStore";

    /// <summary>Silos and clients have to agree on it.</summary>
    private const int StreamQueues = 4;
    private const int StreamBatch = 100;

    private static readonly TimeSpan s_streamPoll = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_gatewayRefresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_connectRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_connectPatience = TimeSpan.FromMinutes(1);

    public static ISiloBuilder JoinNobody(this ISiloBuilder silo) => silo.UseLocalhostClustering(FreePort(), FreePort());

    /// <summary>Who serves stands in the database. A silo that is gone is declared dead after three missed probes, within about 6 s.</summary>
    public static ISiloBuilder JoinByDatabase(this ISiloBuilder silo, string connectionString)
    {
        var bounded = Bounded(connectionString);
        silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, bounded));
        silo.ConfigureEndpoints(IPAddress.Loopback, FreePort(), FreePort());
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = TimeSpan.FromSeconds(1.5);
            options.MinProbeTimeout = TimeSpan.FromSeconds(1);
            options.MaxProbeTimeout = TimeSpan.FromSeconds(2);
            options.NumMissedProbesLimit = 3;
            options.TableRefreshTimeout = TimeSpan.FromSeconds(5);
            options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(2);
        });
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
            services => new DepartedSilos(bounded, services.GetRequiredService<ILogger<DepartedSilos>>()));
        return silo;
    }

    /// <summary>Nothing: grains stay where they are when a silo joins.</summary>
    public static ISiloBuilder RehearseBeforeJoin(this ISiloBuilder silo, SiloStorage storage) => silo;

    /// <summary>Finds the silos by the database, and waits for one for up to a minute.</summary>
    public static IClientBuilder JoinByDatabase(this IClientBuilder client, string connectionString)
    {
        var bounded = Bounded(connectionString);
        client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, bounded));
        client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = s_gatewayRefresh);
        var attempts = 0;
        client.UseConnectionRetryFilter(async (_, cancellation) =>
        {
            await Task.Delay(s_connectRetry, cancellation);
            return ++attempts < s_connectPatience / s_connectRetry;
        });
        return client.AddActivityPropagation().AddDashboard();
    }

    /// <summary>What the engine itself keeps in the database: reminders, and who subscribes to which stream.</summary>
    public static ISiloBuilder AddEngineStorage(this ISiloBuilder silo, string connectionString)
    {
        var bounded = Bounded(connectionString);
        silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Invariant, bounded));
        silo.AddAdoNetGrainStorage(PubSubStore, options => (options.Invariant, options.ConnectionString) = (Invariant, bounded));
        return silo.AddActivityPropagation();
    }

    /// <summary>
    /// Memory streams of few queues that are looked at often: an event is with its subscribers in some 5 ms. Or the hub of <c>Streams:EventHubs</c>.
    /// </summary>
    /// <param name="isLasting">Who subscribes, and how far a hub was read, is kept by <see cref="AddEngineStorage"/>, and so outlives a silo.</param>
    public static ISiloBuilder AddBourseStreams(this ISiloBuilder silo, bool isLasting = false)
    {
        if (FindHub(silo.Configuration) is { } hub)
        {
            silo.AddEventHubStreams(Streams.Provider, streams =>
            {
                streams.ConfigureEventHub(options => options.Configure(hub));
                streams.UseGrainCheckpointer(_ => { });
                streams.ConfigurePullingAgent(agent => agent.Configure(Hasten));
            });
        }
        else
        {
            silo.AddMemoryStreams(Streams.Provider, streams =>
            {
                streams.ConfigurePartitioning(StreamQueues);
                streams.ConfigurePullingAgent(agent => agent.Configure(Hasten));
            });
        }

        return isLasting ? silo : silo.AddMemoryGrainStorage(PubSubStore);
    }

    public static IClientBuilder AddBourseStreams(this IClientBuilder client) => FindHub(client.Configuration) is { } hub
        ? client.AddEventHubStreams(Streams.Provider, streams => streams.ConfigureEventHub(options => options.Configure(hub)))
        : client.AddMemoryStreams(Streams.Provider, streams => streams.ConfigurePartitioning(StreamQueues));

    /// <summary>Its filter stands in the way of every call, at about a microsecond: <c>Cluster:Dashboard</c> <c>false</c> leaves it out.</summary>
    public static ISiloBuilder AddDashboardIfWanted(this ISiloBuilder silo) =>
        silo.Configuration.GetValue("Cluster:Dashboard", true) ? silo.AddDashboard() : silo;

    private static void Hasten(StreamPullingAgentOptions options)
    {
        options.GetQueueMsgsTimerPeriod = s_streamPoll;
        options.BatchContainerBatchSize = StreamBatch;
    }

    /// <summary>
    /// <c>Streams:EventHubs</c>: <c>ConnectionString</c> of a namespace, <c>Hub</c>, and <c>ConsumerGroup</c>, the same for all processes. Null where no hub is configured.
    /// </summary>
    private static Action<EventHubOptions>? FindHub(IConfiguration configuration)
    {
        var hub = configuration.GetSection("Streams:EventHubs");
        if (hub["ConnectionString"] is not { Length: > 0 } connectionString)
        {
            return null;
        }

        var name = hub["Hub"] ?? throw new InvalidOperationException("Streams:EventHubs:Hub is missing: the hub's name");
        return options => options.ConfigureEventHubConnection(connectionString, name, hub["ConsumerGroup"] ?? "$Default");
    }

    private static string Bounded(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 8 }.ConnectionString;

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
