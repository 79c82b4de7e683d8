using Bourse.Tests.Cluster.Engine.Grains;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine.Remote;

/// <summary>The database's primary dies and a standby takes its place, with another clock and perhaps with less than silos have seen.</summary>
public sealed class PrimaryTests
{
    private const int Many = 60;

    [Fact]
    public async Task What_a_promoted_standby_never_heard_of_no_silo_goes_on_with()
    {
        await using var cluster = await RemoteCluster.Start(2);
        await Gates.Until(async () => (await Places(cluster.Grains)).Distinct().Count() == 2, "both serve");
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionString);
        await using var oldest = source.CreateCommand("SELECT name FROM cluster_member ORDER BY id LIMIT 1");
        var first = (string)(await oldest.ExecuteScalarAsync())!;

        // As if the second silo had joined, and got its share, only on the primary that is gone.
        await using var promote = source.CreateCommand(
            """
            UPDATE cluster_partition SET owner = (SELECT min(id) FROM cluster_member), heir = 0, epoch = epoch - 1;
            UPDATE cluster_member SET serves = false WHERE id = (SELECT max(id) FROM cluster_member);
            UPDATE cluster_state SET timeline = '00000000', version = version - 1
            """);
        await promote.ExecuteNonQueryAsync();

        foreach (var silo in cluster.Silos)
        {
            var grains = silo.Services.GetRequiredService<IGrainFactory>();
            await Gates.Until(async () => (await Places(grains)).All(place => place == first), "no silo serves what the new primary does not give it");
        }
    }

    [Fact]
    public async Task A_lease_that_the_standby_has_not_confirmed_is_none()
    {
        var server = await TestServer.Start(durable: false);
        await using (var cluster = await RemoteCluster.Start(2, await TestServer.MakeDatabase(server)))
        {
            await Places(cluster.Grains);
            await Standby.Lose(server);
            await Gates.Until(async () => await IsRefused(cluster), "no silo serves");
            await Standby.Release(server);
            await Gates.Until(async () => !await IsRefused(cluster), "they serve again");
        }

        await TestServer.Stop(server);
    }

    private static async Task<bool> IsRefused(RemoteCluster cluster)
    {
        var refused = 0;
        foreach (var silo in cluster.Silos)
        {
            try
            {
                await silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IPlacedGrain>(1).Where();
            }
            catch (Exception e) when (e is SiloUnavailableException or TimeoutException)
            {
                refused++;
            }
        }

        return refused == cluster.Silos.Count;
    }

    private static async Task<string[]> Places(IGrainFactory grains)
    {
        while (true)
        {
            try
            {
                return await Task.WhenAll(Enumerable.Range(0, Many).Select(i => grains.GetGrain<IPlacedGrain>(i).Where()));
            }
            catch (SiloUnavailableException)
            {
                await Task.Delay(20); // what was under way to a silo that lets go has an unknown outcome
            }
        }
    }
}
