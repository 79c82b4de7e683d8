using Bourse.GrainInterfaces.Accounts;
using Bourse.Silo;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Bourse.Tests.Cluster.Storage;

/// <summary>The whole product's silos, over sockets, on a database in which nothing is.</summary>
public sealed class EmptyDatabaseTests
{
    private const int Silos = 8;

    [Fact]
    public async Task Eight_silos_that_start_at_the_same_moment_make_the_schema_once_and_share_the_grains()
    {
        var connectionString = await MakeEmptyDatabase();
        var silos = await Task.WhenAll(Enumerable.Range(1, Silos).Select(i => Task.Run(() => Start(connectionString, $"silo-{i}"))));
        try
        {
            await Eventually.Holds(async () => (await Shares(connectionString)).Distinct().Count() == 1, "an equal share each");
            for (var i = 0; i < Silos; i++)
            {
                var id = $"{i}-{Guid.NewGuid():N}";
                await silos[i].Host.Services.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>(id).Open(new OpenAccount(id, "USD", 100_000m, "trader"));
                var other = silos[(i + 1) % Silos].Host.Services.GetRequiredService<IGrainFactory>();
                (await other.GetGrain<IAccountGrain>(id).GetPortfolio()).Cash.ShouldBe(100_000m);
            }
        }
        finally
        {
            foreach (var (host, storage) in silos)
            {
                await host.StopAsync();
                host.Dispose();
                await storage.DisposeAsync();
            }
        }
    }

    private static async Task<(IHost Host, SiloStorage Storage)> Start(string connectionString, string name)
    {
        var storage = await SiloStorage.OpenAsync(connectionString, null, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.AddBourseClusterSilo(name, storage, _ => { });
        var host = builder.Build();
        await host.StartAsync();
        return (host, storage);
    }

    private static async Task<string> MakeEmptyDatabase()
    {
        var server = await TestServer.Shared;
        var name = $"empty_{Guid.NewGuid():N}";
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var create = source.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync();
        return server.ConnectionTo(name);
    }

    /// <summary>Of each silo: its partitions under the embedded engine; under Orleans, which has none, 1. Empty until all are there.</summary>
    private static async Task<List<long>> Shares(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("""
            SELECT count(*) FROM cluster_partition JOIN cluster_member ON id = owner GROUP BY owner
            UNION ALL SELECT 1 FROM orleans_silo WHERE status = 3
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var shares = new List<long>();
        while (await reader.ReadAsync())
        {
            shares.Add(reader.GetInt64(0));
        }

        return shares.Count == Silos ? shares : [];
    }
}
