using Bourse.Tests.Cluster.Engine.Grains;
using Orleans;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine;

public sealed partial class TurnTests(EngineCluster cluster) : IClassFixture<EngineCluster>
{
    [Fact]
    public async Task A_grain_runs_one_request_at_a_time_under_parallel_load()
    {
        var grain = Plain(nameof(A_grain_runs_one_request_at_a_time_under_parallel_load));

        var most = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(_ => Task.Run(() => grain.Add(awaits: 2))));

        most.Max().ShouldBe(1);
        (await grain.Total()).ShouldBe(6_000);
    }

    [Fact]
    public async Task A_reentrant_grain_runs_one_turn_at_a_time_under_parallel_load()
    {
        var grain = Reentrant("r-parallel");

        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(_ => Task.Run(() => grain.Add(awaits: 2))));

        (await grain.Total()).ShouldBe(6_000);
    }

    [Fact]
    public async Task Code_after_an_await_comes_back_to_its_grain() =>
        (await Plain("awaits").WhereAwaitsReturn()).ShouldBeEmpty();

    [Fact]
    public async Task A_request_waits_until_the_one_before_has_finished()
    {
        var grain = Plain("waits");
        var first = grain.Hold("waits-1");
        var second = grain.Hold("waits-2");
        Gates.Open("waits-2");
        await Gates.Until(async () => await grain.Peek() == 1, "the first request begins");

        second.IsCompleted.ShouldBeFalse();
        Gates.Open("waits-1");

        (await first).ShouldBe(0);
        (await second).ShouldBe(1);
    }

    [Fact]
    public async Task A_reentrant_grain_takes_a_request_while_another_waits()
    {
        var grain = Reentrant("r-waits");
        var first = grain.Hold("r-waits-1");
        Gates.Open("r-waits-2");

        (await grain.Hold("r-waits-2")).ShouldBe(1);

        first.IsCompleted.ShouldBeFalse();
        Gates.Open("r-waits-1");
        (await first).ShouldBe(0);
    }

    [Fact]
    public async Task Read_only_requests_run_together_but_not_with_a_writer()
    {
        var grain = Plain("readers");
        var readers = new[] { grain.HoldReading("readers"), grain.HoldReading("readers") };
        await Gates.Until(async () => await grain.Peek() == 2, "both readers are inside");
        var writer = grain.Hold("writer");
        Gates.Open("writer");
        (await grain.Peek()).ShouldBe(2);
        writer.IsCompleted.ShouldBeFalse();

        Gates.Open("readers");

        await Task.WhenAll(readers);
        (await writer).ShouldBe(2);
    }

    [Theory]
    [InlineData("r-e", "f", "r-e")]
    [InlineData("g", "h", "i", "j")]
    public async Task A_call_chain_that_finds_nobody_busy_goes_through(params string[] path) =>
        (await Next(path[0]).CallAlong(path[1..], allowReturn: false)).ShouldBe("end");

    [Fact]
    public async Task A_call_chain_may_come_back_where_the_grain_allows_it() =>
        (await Plain("k").CallAlong(["l", "k"], allowReturn: true)).ShouldBe("end");

    [Fact]
    public async Task Grains_that_call_a_busy_grain_of_another_chain_wait_for_it()
    {
        var held = Plain("held").Hold("held");
        var callers = Enumerable.Range(0, 10).Select(i => Plain($"caller-{i}").CallAlong(["held"], allowReturn: false)).ToList();
        await Gates.Until(async () => await Plain("held").Peek() == 1, "the grain is busy");
        callers.ShouldAllBe(caller => !caller.IsCompleted);

        Gates.Open("held");

        await held;
        (await Task.WhenAll(callers)).ShouldAllBe(answer => answer == "end");
    }

    private ITurnGrain Plain(string key) => cluster.Grains.GetGrain<ITurnGrain>(key, typeof(TurnGrain).FullName);

    private IReentrantTurnGrain Reentrant(string key) => cluster.Grains.GetGrain<IReentrantTurnGrain>(key);

    private ITurnGrain Next(string key) => key.StartsWith('r') ? Reentrant(key) : Plain(key);
}
