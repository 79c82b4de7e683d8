using Bourse.Tests.Cluster.Engine.Grains;
using Orleans;

namespace Bourse.Tests.Cluster.Engine;

public sealed class TimerTests(EngineCluster cluster) : IClassFixture<EngineCluster>
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(5);

    [Fact]
    public async Task A_timer_fires_again_and_again_until_it_is_disposed()
    {
        var grain = Grain("again");
        await grain.Start(s_short, interleave: false, keepAlive: false);
        await Gates.Until(async () => await grain.Fired() >= 3, "three callbacks");

        await grain.Stop();

        var fired = await grain.Fired();
        var other = Grain("beside");
        await other.Start(s_short, interleave: false, keepAlive: false);
        await Gates.Until(async () => await other.Fired() >= 3, "another timer fires on");
        (await grain.Fired()).ShouldBe(fired);
    }

    [Fact]
    public async Task A_callback_waits_for_a_running_request_unless_it_may_interleave()
    {
        var patient = Grain("patient");
        var interleaving = Grain("interleaving");
        await patient.Start(s_short, interleave: false, keepAlive: false);
        await interleaving.Start(s_short, interleave: true, keepAlive: false);
        var held = new[] { patient.Hold("timers"), interleaving.Hold("timers") };
        var before = await patient.PeekFired();
        var already = await interleaving.PeekFired();
        await Gates.Until(async () => await interleaving.PeekFired() >= already + 3, "the interleaving timer fires");

        (await patient.PeekFired()).ShouldBeLessThanOrEqualTo(before + 1);
        Gates.Open("timers");
        await Task.WhenAll(held);
        await Gates.Until(async () => await patient.Fired() >= before + 3, "the patient timer fires once it may");
        await patient.Stop();
        await interleaving.Stop();
    }

    [Fact]
    public async Task A_callback_that_fails_does_not_stop_the_timer()
    {
        var grain = Grain("failing");
        await grain.Start(s_short, interleave: false, keepAlive: false, failFirst: "once");

        await Gates.Until(async () => await grain.Fired() >= 3, "it fires again");
        await grain.Stop();
    }

    [Fact]
    public async Task A_timer_without_a_period_fires_once_for_each_change()
    {
        var grain = Grain("once");
        await grain.StartOnce();
        await Gates.Until(async () => await grain.Fired() == 1, "it fires");

        await grain.Change();

        await Gates.Until(async () => await grain.Fired() == 2, "it fires again");
    }

    [Fact]
    public async Task A_timer_goes_with_its_activation()
    {
        var grain = Grain("leaves");
        await grain.Start(s_short, interleave: false, keepAlive: false);
        await Gates.Until(() => Gates.CountOf("ticks of leaves") >= 2, "it fires");

        await cluster.Cluster.DeactivateAsync(grain);

        var ticks = Gates.CountOf("ticks of leaves");
        (await grain.Fired()).ShouldBe(0);
        var other = Grain("stays");
        await other.Start(s_short, interleave: false, keepAlive: false);
        await Gates.Until(async () => await other.Fired() >= 3, "another timer fires on");
        Gates.CountOf("ticks of leaves").ShouldBe(ticks);
    }

    private ITimerGrain Grain(string key) => cluster.Grains.GetGrain<ITimerGrain>(key);
}

public sealed class TimerAndIdlenessTests(ForgetfulCluster cluster) : IClassFixture<ForgetfulCluster>
{
    [Fact]
    public async Task A_timer_keeps_a_grain_alive_only_when_told_to()
    {
        // Where the machine stands still for the collection age no timer fires, and both are let go: then once more.
        var pair = 0;
        await Gates.Until(
            async () =>
            {
                var kept = cluster.Grains.GetGrain<ITimerGrain>($"kept-{++pair}");
                var left = cluster.Grains.GetGrain<ITimerGrain>($"left-{pair}");
                await kept.Start(TimeSpan.FromMilliseconds(20), interleave: false, keepAlive: true);
                await left.Start(TimeSpan.FromMilliseconds(20), interleave: false, keepAlive: false);
                await Gates.Until(() => !cluster.Cluster.TryGetGrainContext(left.GetGrainId(), out _), "the other grain is let go");
                var isKept = cluster.Cluster.TryGetGrainContext(kept.GetGrainId(), out _) && await kept.Fired() > 0;
                await kept.Stop();
                return isKept;
            },
            "the one is kept");
    }
}
