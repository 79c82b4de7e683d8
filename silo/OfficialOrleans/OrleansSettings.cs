using Bourse.GrainInterfaces;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using Orleans.Dashboard;

namespace Bourse.Silo.OfficialOrleans;

/// <summary>What official Orleans is told beyond what the embedded engine needs.</summary>
internal static class OrleansSettings
{
    public const string Invariant = "Npgsql";

    /// <summary>Silos and clients have to agree on it.</summary>
    private const int StreamQueues = 4;
    private const int StreamBatch = 100;
    private const string PubSubStore = "PubSubStore";

    private static readonly TimeSpan s_streamPoll = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_gatewayRefresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_connectRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_connectPatience = TimeSpan.FromMinutes(1);

    /// <summary>Who serves stands in the database. A silo that is gone is declared dead after three missed probes, within about 6 s.</summary>
    public static ISiloBuilder UseDatabaseMembership(this ISiloBuilder silo, string connectionString)
    {
        var bounded = Bounded(connectionString);
        silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, bounded));
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

    /// <summary>Finds the silos by the database, and waits for one for up to a minute.</summary>
    public static IClientBuilder UseDatabaseMembership(this IClientBuilder client, string connectionString)
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
        client.AddActivityPropagation();
        client.AddDashboard();
        return client;
    }

    /// <summary>Reminders, the state of Orleans' own grains, and what operators see.</summary>
    public static ISiloBuilder AddOrleansStorage(this ISiloBuilder silo, string connectionString)
    {
        var bounded = Bounded(connectionString);
        silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Invariant, bounded));
        silo.AddAdoNetGrainStorage(PubSubStore, options => (options.Invariant, options.ConnectionString) = (Invariant, bounded));
        silo.AddActivityPropagation();
        return silo;
    }

    /// <summary>Few queues that are looked at often: an event is with its subscribers in some 5 ms.</summary>
    /// <param name="isLasting">Who subscribes is kept in the database (<see cref="AddOrleansStorage"/>), and so outlives a silo.</param>
    public static ISiloBuilder AddTunedStreams(this ISiloBuilder silo, bool isLasting)
    {
        silo.AddMemoryStreams(Streams.Provider, streams =>
        {
            streams.ConfigurePartitioning(StreamQueues);
            streams.ConfigurePullingAgent(agent => agent.Configure(options =>
            {
                options.GetQueueMsgsTimerPeriod = s_streamPoll;
                options.BatchContainerBatchSize = StreamBatch;
            }));
        });
        return isLasting ? silo : silo.AddMemoryGrainStorage(PubSubStore);
    }

    /// <summary>The client's side of <see cref="AddTunedStreams(ISiloBuilder, bool)"/>.</summary>
    public static IClientBuilder AddTunedStreams(this IClientBuilder client) =>
        client.AddMemoryStreams(Streams.Provider, streams => streams.ConfigurePartitioning(StreamQueues));

    private static string Bounded(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 8 }.ConnectionString;
}
