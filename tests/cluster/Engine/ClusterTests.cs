using Bourse.Tests.Cluster.Engine.Grains;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Orleans.TestingHost;
using Orleans.Hosting;

namespace Bourse.Tests.Cluster.Engine;

/// <summary>Silos that come and go. Each test has a cluster of its own.</summary>
public sealed class ClusterTests : IAsyncLifetime
{
    private const int Grains = 200;
    private readonly EngineAlarms _alarms = new();
    private InProcessTestCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(3);
        builder.ConfigureHost(host => host.Logging.AddProvider(_alarms));
        builder.ConfigureSilo((_, silo) => silo.AddMemoryGrainStorage("states"));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _alarms.Events.ShouldBeEmpty("no grain had to be dropped, and the engine itself did not fail");
    }

    [Fact]
    public async Task Grains_are_spread_over_the_silos()
    {
        var places = await Places();

        places.Distinct().Count().ShouldBe(3);
        places.GroupBy(place => place).ShouldAllBe(group => group.Count() > Grains / 6);
    }

    [Fact]
    public async Task After_a_crash_the_grains_of_the_silo_live_elsewhere_and_calls_under_way_fail()
    {
        var places = await Places();
        var victim = _cluster.Silos[1];
        var lost = Array.IndexOf(places, victim.Name);
        var kept = Array.FindIndex(places, place => place != victim.Name);
        var lostCall = Grain(lost).HoldWhere("crash");
        var keptCall = Grain(kept).HoldWhere("crash");

        await _cluster.KillSiloAsync(victim);

        await Should.ThrowAsync<SiloUnavailableException>(lostCall);
        Gates.Open("crash");
        (await keptCall).ShouldBe(places[kept]);
        var after = await Places();
        after.ShouldNotContain(victim.Name);
        Enumerable.Range(0, Grains).Where(i => places[i] != victim.Name).ShouldAllBe(i => after[i] == places[i], "grains of the others stay");
    }

    [Fact]
    public async Task Calls_go_on_without_a_failure_while_silos_join_and_stop()
    {
        using var stop = new CancellationTokenSource();
        var answered = new int[Grains];
        var callers = Enumerable.Range(0, Grains).Select(i => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                // Two activations at once would overwrite each other, which storage refuses.
                (await Grain(i).Increase()).ShouldBe(++answered[i]);
            }
        })).ToList();
        await Gates.Until(() => answered.All(count => count > 0), "all callers are at work");

        var joined = await _cluster.StartAdditionalSiloAsync();
        await _cluster.StopSiloAsync(_cluster.Silos[0]);
        await _cluster.StartAdditionalSiloAsync();
        await _cluster.StopSiloAsync(joined);

        await Gates.Until(() => answered.All(count => count > 5), "all callers go on");
        stop.Cancel();
        await Task.WhenAll(callers);
        (await Places()).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task A_silo_that_joins_gets_its_share_and_running_requests_finish_where_they_are()
    {
        var places = await Places();
        var held = Enumerable.Range(0, Grains).Select(i => Grain(i).HoldWhere("join")).ToList();
        var waiting = Enumerable.Range(0, Grains).Select(i => Grain(i).Where()).ToList();

        var joining = _cluster.StartAdditionalSiloAsync();
        Gates.Open("join");
        var joined = await joining;

        (await Task.WhenAll(held)).ShouldBe(places);
        await Task.WhenAll(waiting);
        (await Places()).Count(place => place == joined.Name).ShouldBeGreaterThan(Grains / 8);
    }

    [Fact]
    public async Task The_last_silo_stops_cleanly_and_calls_then_fail()
    {
        await Places();
        foreach (var silo in _cluster.Silos)
        {
            await _cluster.StopSiloAsync(silo);
        }

        await Should.ThrowAsync<SiloUnavailableException>(Grain(1).Where());

        await _cluster.StartAdditionalSiloAsync();
        (await Grain(1).Where()).ShouldBe("Silo_3");
    }

    [Fact]
    public async Task A_stateless_worker_runs_on_the_callers_silo()
    {
        for (var i = 0; i < Grains; i++)
        {
            (await Grain(i).WhereIsWorker()).ShouldBe(await Grain(i).Where());
        }
    }

    [Fact]
    public async Task A_stateless_worker_has_as_many_activations_as_it_may()
    {
        var worker = _cluster.Client.GetGrain<IWorkerGrain>(7);
        var calls = Enumerable.Range(0, 9).Select(_ => worker.Hold("workers", "workers-began")).ToList();
        await Gates.Until(() => Gates.CountOf("workers-began") == 3, "three begin");

        Gates.Open("workers");

        (await Task.WhenAll(calls)).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task Code_of_a_silo_outside_of_grains_is_a_client()
    {
        var silo = _cluster.Silos[2].ServiceProvider;

        (await silo.GetRequiredService<IGrainFactory>().GetGrain<IPlacedGrain>(5).Where()).ShouldNotBeEmpty();
        (await silo.GetRequiredService<IClusterClient>().GetGrain<IPlacedGrain>(5).Where()).ShouldNotBeEmpty();
    }

    private IPlacedGrain Grain(int i) => _cluster.Client.GetGrain<IPlacedGrain>(i);

    private Task<string[]> Places() => Task.WhenAll(Enumerable.Range(0, Grains).Select(i => Grain(i).Where()));
}
