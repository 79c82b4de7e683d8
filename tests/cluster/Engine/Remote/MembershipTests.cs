using Bourse.GrainRuntime.Cluster;
using Bourse.GrainRuntime.Membership;
using Bourse.Tests.Cluster.Engine.Grains;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans;

namespace Bourse.Tests.Cluster.Engine.Remote;

/// <summary>Silos that come and go. Each test has a cluster of its own.</summary>
public sealed class MembershipTests
{
    private const int Many = 100;

    [Fact]
    public async Task Calls_go_on_without_a_failure_while_silos_join_and_stop()
    {
        await using var cluster = await RemoteCluster.Start(2);
        using var stop = new CancellationTokenSource();
        var answered = new int[Many];
        var doubles = SoloGrain.Doubles;
        var callers = Enumerable.Range(0, Many).Select(i => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await cluster.Grains.GetGrain<ISoloGrain>(10_000 + i).Where();
                answered[i]++;
                await Task.Delay(1);
            }
        })).ToList();
        await Gates.Until(() => answered.All(count => count > 0), "all callers are at work");

        var joined = await cluster.StartSilo();
        await Gates.Until(async () => (await Places(cluster)).Contains(RemoteCluster.NameOf(joined)), "grains live on the new silo");
        await cluster.Stop(cluster.Silos[0]);
        var before = answered.ToArray();

        await Gates.Until(() => answered.Zip(before).All(pair => pair.First > pair.Second), "all callers go on");
        await stop.CancelAsync();
        await Task.WhenAll(callers);
        SoloGrain.Doubles.ShouldBe(doubles, "no grain lived twice");
        (await Places(cluster)).Distinct().Count().ShouldBe(2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_grain_of_a_leaving_partition_is_answered_by_one_that_has_gone_before_it(int silos)
    {
        await using var cluster = await RemoteCluster.Start(silos);
        var (holder, gone) = (Key(cluster, $"holder-{silos}", 1), Key(cluster, $"gone-{silos}", 1));
        await cluster.Grains.GetGrain<ILifeGrain>(gone).Record(1);
        var asking = cluster.Grains.GetGrain<ILifeGrain>(holder).LookAtAfter(holder, gone);
        await IsAnsweredByOneThatHasGone(cluster, asking, holder, gone);
    }

    [Fact]
    public async Task A_grain_of_a_leaving_partition_is_answered_through_another_silo_by_one_that_has_gone_before_it()
    {
        await using var cluster = await RemoteCluster.Start(2);
        var (holder, gone) = (Key(cluster, "holder-through", 1), Key(cluster, "gone-through", 1));
        await cluster.Grains.GetGrain<ILifeGrain>(gone).Record(1);
        var home = HomeOf(cluster, gone);
        var between = "";
        for (var i = 0; between == "" || HomeOf(cluster, between) == home; i++)
        {
            between = $"between-{i}";
            await cluster.Grains.GetGrain<ILifeGrain>(between).Number();
        }

        var asking = cluster.Grains.GetGrain<ILifeGrain>(holder).LookThroughAfter(holder, between, gone);
        await IsAnsweredByOneThatHasGone(cluster, asking, holder, gone);
    }

    [Fact]
    public async Task A_silo_stops_though_a_grain_does_not_end_its_turn_and_the_grain_lives_elsewhere()
    {
        await using var cluster = await RemoteCluster.Start(2);
        var places = await Places(cluster);
        var victim = cluster.Silos[0];
        var held = Array.IndexOf(places, RemoteCluster.NameOf(victim));
        var call = cluster.Grains.GetGrain<IPlacedGrain>(held).HoldWhere("for-ever");

        await cluster.Stop(victim);

        await Should.ThrowAsync<Orleans.Runtime.SiloUnavailableException>(call);
        (await Place(cluster, held)).ShouldBe(RemoteCluster.NameOf(cluster.Silos[0]));
        Gates.Open("for-ever");
    }

    [Fact]
    public async Task After_a_crash_the_grains_live_elsewhere_once_the_lease_has_run_out()
    {
        await using var cluster = await RemoteCluster.Start(3);
        var places = await Places(cluster);
        var victim = cluster.Silos[1];
        var name = RemoteCluster.NameOf(victim);
        var lost = Array.IndexOf(places, name);
        var underWay = cluster.Grains.GetGrain<IPlacedGrain>(lost).HoldWhere("remote-crash");

        await cluster.Kill(victim);

        await Should.ThrowAsync<Orleans.Runtime.SiloUnavailableException>(underWay);
        Gates.Open("remote-crash");
        var after = await Places(cluster);
        after.ShouldNotContain(name);
        Enumerable.Range(0, Many).Where(i => places[i] != name).ShouldAllBe(i => after[i] == places[i], "grains of the others stay");
    }

    [Fact]
    public async Task Eight_silos_start_at_the_same_moment_on_an_empty_database()
    {
        await using var cluster = await RemoteCluster.Start(8);

        await Gates.Until(async () => (await Places(cluster)).Distinct().Count() == 8, "each silo has its share");
        var owners = await Owners(cluster);
        owners.Count.ShouldBe(8);
        owners.ShouldAllBe(count => count == 128);
    }

    [Fact]
    public async Task A_silo_that_starts_while_the_database_is_away_waits_for_it()
    {
        var folder = TestServer.NewFolder();
        var server = await TestServer.Start(durable: false, folder);
        await using (var cluster = await RemoteCluster.Start(1, await TestServer.MakeDatabase(server)))
        {
            await server.StopAsync();
            var starting = cluster.StartSilo();
            server = await TestServer.Start(durable: false, folder);

            await starting;
            await Gates.Until(async () => (await Places(cluster)).Distinct().Count() == 2, "both serve");
        }

        await TestServer.Stop(server);
    }

    [Fact]
    public async Task A_silo_whose_lease_was_taken_away_ends_its_grains_and_joins_anew()
    {
        await using var cluster = await RemoteCluster.Start(2);
        var places = await Places(cluster);

        await Execute(cluster, "DELETE FROM cluster_member WHERE id = (SELECT min(id) FROM cluster_member); UPDATE cluster_state SET version = version + 1");

        await Gates.Until(async () => (await Owners(cluster)).Count == 2 && (await Ids(cluster)).Min() > 1, "it is a member again");
        await Gates.Until(async () => (await Places(cluster)).Distinct().Count() == 2, "both serve");
        places.Distinct().Count().ShouldBe(2);
    }

    /// <summary>A key of a grain in this partition.</summary>
    private static string Key(RemoteCluster cluster, string name, int partition) => Enumerable.Range(0, int.MaxValue).Select(i => $"{name}-{i}")
        .First(key => ClusterMap.PartitionOf(IdOf(cluster, key)) == partition);

    private static Orleans.Runtime.GrainId IdOf(RemoteCluster cluster, string key) => cluster.Grains.GetGrain<ILifeGrain>(key).GetGrainId();

    /// <summary>Stops the silo of a grain that is at work and is to ask another of the same silo, and lets it ask when that one has gone.</summary>
    private static async Task IsAnsweredByOneThatHasGone(RemoteCluster cluster, Task<int> asking, string holder, string gone)
    {
        await Gates.Until(() => Gates.CountOf(holder) == 1, "it is at work");

        var stopping = cluster.Stop(HomeOf(cluster, gone));
        await Gates.Until(() => Gates.CountOf(LifeGrain.Deactivations(gone)) == 1, "it has gone");
        Gates.Open(holder);

        (await asking).ShouldBe(2, "it came back for the call");
        await stopping;
        Gates.CountOf(LifeGrain.Deactivations(gone)).ShouldBe(2);
    }

    private static Microsoft.Extensions.Hosting.IHost HomeOf(RemoteCluster cluster, string key) =>
        cluster.Silos.Single(silo => silo.Services.GetRequiredService<LocalRuntime>().Cluster.Find(IdOf(cluster, key)) is not null);

    private static Task<string[]> Places(RemoteCluster cluster) => Task.WhenAll(Enumerable.Range(0, Many).Select(i => Place(cluster, i)));

    // What was under way to a silo that ends has an unknown outcome, and is asked again.
    private static async Task<string> Place(RemoteCluster cluster, int i)
    {
        while (true)
        {
            try
            {
                return await cluster.Grains.GetGrain<IPlacedGrain>(i).Where();
            }
            catch (Orleans.Runtime.SiloUnavailableException)
            {
                await Task.Delay(20);
            }
        }
    }

    private static Task<List<long>> Owners(RemoteCluster cluster) => Query(cluster, "SELECT count(*) FROM cluster_partition JOIN cluster_member ON id = owner GROUP BY owner");

    private static Task<List<long>> Ids(RemoteCluster cluster) => Query(cluster, "SELECT id FROM cluster_member");

    private static async Task Execute(RemoteCluster cluster, string sql)
    {
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<long>> Query(RemoteCluster cluster, string sql)
    {
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<long>();
        while (await reader.ReadAsync())
        {
            values.Add(reader.GetInt64(0));
        }

        return values;
    }
}
