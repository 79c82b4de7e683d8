using System.Net;
using Bourse.GrainInterfaces;
using Bourse.Silo.EmbeddedEngine;
using Microsoft.Extensions.DependencyInjection;

namespace Bourse.Silo;

/// <summary>How the engine under the grains is set up. This one is the embedded engine; <c>OfficialOrleans/</c> holds the other.</summary>
internal static class Engine
{
    public static ISiloBuilder JoinNobody(this ISiloBuilder silo) => silo.UseLocalhostClustering();

    public static ISiloBuilder JoinByDatabase(this ISiloBuilder silo, string connectionString) => silo
        .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connectionString))
        .ConfigureEndpoints(IPAddress.Loopback, 0, 0)
        .UseTlsIfWanted();

    /// <summary>Grains move to a silo that joins: what they run there has run before. Where nobody serves yet, nobody waits.</summary>
    public static ISiloBuilder RehearseBeforeJoin(this ISiloBuilder silo, SiloStorage storage) => silo.AddStartupTask(
        async (services, cancellation) =>
        {
            if (await SiloStorage.IsServed(storage.ConnectionString, cancellation))
            {
                await ActivatorUtilities.CreateInstance<Rehearsal>(services, storage).Run(cancellation);
            }
        },
        ServiceLifecycleStage.ApplicationServices);

    public static IClientBuilder JoinByDatabase(this IClientBuilder client, string connectionString) =>
        client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connectionString)).UseTlsIfWanted();

    /// <summary>What the engine itself keeps in the database: nothing here but who serves.</summary>
    public static ISiloBuilder AddEngineStorage(this ISiloBuilder silo, string connectionString) => silo;

    public static ISiloBuilder AddBourseStreams(this ISiloBuilder silo, bool isLasting = false) => silo.AddMemoryStreams(Streams.Provider);

    public static IClientBuilder AddBourseStreams(this IClientBuilder client) => client.AddMemoryStreams(Streams.Provider);

    /// <summary>There is none.</summary>
    public static ISiloBuilder AddDashboardIfWanted(this ISiloBuilder silo) => silo;
}
