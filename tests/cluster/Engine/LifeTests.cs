using Bourse.Tests.Cluster.Engine.Grains;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Bourse.Tests.Cluster.Engine;

public sealed partial class LifeTests(EngineCluster cluster) : IClassFixture<EngineCluster>
{
    [Fact]
    public async Task A_failed_activation_fails_the_waiting_calls_and_the_next_call_tries_again()
    {
        var grain = Grain("fails-at-first");

        await Should.ThrowAsync<InvalidDataException>(grain.Look());

        (await grain.Look()).Activation.ShouldBe(2);
    }

    [Fact]
    public async Task A_grain_that_is_let_go_finishes_its_request_and_later_ones_get_a_fresh_activation()
    {
        var grain = Grain("goes");
        var last = grain.GoAfter("goes");
        await Gates.Until(() => Gates.CountOf("goes") == 1, "it is asked to go"); // calls of a client may overtake each other
        var later = Enumerable.Range(0, 10).Select(_ => grain.Look()).ToList();
        Gates.CountOf(LifeGrain.Deactivations("goes")).ShouldBe(0);

        Gates.Open("goes");

        await last;
        (await Task.WhenAll(later)).ShouldAllBe(seen => seen.Activation == 2);
        Gates.CountOf(LifeGrain.Deactivations("goes")).ShouldBe(1);
        Gates.CountOf("ApplicationRequested of goes").ShouldBe(1);
    }

    [Fact]
    public async Task State_is_there_again_in_the_next_activation()
    {
        var grain = Grain("keeps");
        await grain.Write("kept");
        await cluster.Cluster.DeactivateAsync(grain);

        (await grain.Look()).ShouldBe((2, "kept"));

        await grain.Clear();
        (await grain.Look()).State.ShouldBeNull();
        await cluster.Cluster.DeactivateAsync(grain);
        (await grain.Look()).State.ShouldBeNull();
    }

    [Fact]
    public async Task A_write_that_another_activation_overtook_fails_and_the_activation_reads_again()
    {
        var grain = Grain("overtaken");
        await grain.Write("mine");
        await WriteBehind(grain, "theirs");

        var error = await Should.ThrowAsync<InconsistentStateException>(grain.Write("mine again"));

        error.StoredEtag.ShouldNotBe(error.CurrentEtag);
        (await grain.Look()).ShouldBe((2, "theirs"));
        await grain.Write("mine at last");
    }

    [Fact]
    public async Task What_a_storage_throws_arrives_as_an_exception_of_the_engine()
    {
        var failed = await Should.ThrowAsync<OrleansException>(cluster.Grains.GetGrain<IFullGrain>("full").Write());

        failed.Message.ShouldContain(FullStorage.Words);
    }

    [Fact]
    public async Task The_base_class_with_a_state_keeps_it()
    {
        var grain = cluster.Grains.GetGrain<ICounterGrain>(Guid.NewGuid());
        (await grain.Next()).ShouldBe(1);
        await grain.Go();

        (await grain.Next()).ShouldBe(2);
    }

    private async Task WriteBehind(ILifeGrain grain, string text)
    {
        var storage = cluster.Cluster.GetSiloServiceProvider().GetRequiredKeyedService<IGrainStorage>("states");
        var state = new GrainState<LifeState>(new LifeState());
        await storage.ReadStateAsync("life", grain.GetGrainId(), state);
        state.State = new LifeState { Text = text };
        await storage.WriteStateAsync("life", grain.GetGrainId(), state);
    }

    private ILifeGrain Grain(string key) => cluster.Grains.GetGrain<ILifeGrain>(key);
}

public sealed class IdleTests(ForgetfulCluster cluster) : IClassFixture<ForgetfulCluster>
{
    [Fact]
    public async Task An_idle_grain_is_let_go_and_comes_back_when_called()
    {
        var grain = cluster.Grains.GetGrain<ILifeGrain>("idle");
        var busy = cluster.Grains.GetGrain<ILifeGrain>("busy");
        await grain.Look();
        var held = busy.Hold("busy");

        await Gates.Until(() => Gates.CountOf("ActivationIdle of idle") == 1, "the grain is let go");

        Gates.CountOf(LifeGrain.Deactivations("busy")).ShouldBe(0, "a grain that is doing something is not idle");
        (await grain.Look()).Activation.ShouldBe(2);
        Gates.Open("busy");
        await held;
    }

    [Fact]
    public async Task A_reference_that_is_kept_does_not_keep_the_grain()
    {
        var grain = cluster.Grains.GetGrain<ILifeGrain>("kept");
        await grain.Look();

        await Gates.Until(
            () =>
            {
                GC.Collect();
                return !LifeGrain.Objects["kept"].IsAlive;
            },
            "the grain's object is collected");

        (await grain.Look()).Activation.ShouldBe(2);
    }

    [Fact]
    public async Task A_class_may_say_that_it_is_never_idle()
    {
        var lasting = cluster.Grains.GetGrain<ILastingGrain>("lasting");
        var idle = cluster.Grains.GetGrain<ILifeGrain>("idle-beside");
        await lasting.Look();
        await idle.Look();

        await Gates.Until(() => Gates.CountOf(LifeGrain.Deactivations("idle-beside")) == 1, "the other grain is let go");

        (await lasting.Look()).ShouldBe(1);
    }
}
