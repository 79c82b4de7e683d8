using System.Diagnostics;
using Bourse.Tests.Cluster.Engine.Grains;
using Orleans;
using Orleans.Diagnostics;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine;

public sealed partial class CallTests(NarrowCluster cluster) : IClassFixture<NarrowCluster>
{
    [Fact]
    public async Task Value_tasks_are_answered_too()
    {
        (await Grain("values").Add(2, 3)).ShouldBe(5);
        await Grain("values").Touch();
    }

    [Fact]
    public async Task A_failure_reaches_the_caller_as_it_was_thrown()
    {
        (await Should.ThrowAsync<InvalidOperationException>(Grain("fails").Fail("a reason"))).Message.ShouldBe("a reason");
        (await Should.ThrowAsync<InvalidOperationException>(Grain("fails").FailBeforeAnyAwait("another"))).Message.ShouldBe("another");
        (await Grain("fails").Add(1, 1)).ShouldBe(2);
    }

    [Fact]
    public async Task A_method_may_have_a_timeout_of_its_own()
    {
        var brief = Grain("brief").WaitBriefly("brief");
        var usual = Grain("usual").Wait("usual");

        (await Task.WhenAny(brief, usual)).ShouldBe(brief);

        await Should.ThrowAsync<TimeoutException>(brief);
        Gates.Open("brief");
        Gates.Open("usual");
        await usual.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task A_caller_that_cancels_is_answered_at_once_though_the_grain_goes_on()
    {
        using var cancellation = new CancellationTokenSource();
        var call = Grain("deaf").WaitDeaf("deaf", cancellation.Token);
        await Gates.Until(() => Gates.CountOf("deaf") == 1, "the call begins");

        cancellation.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(call);
        Gates.Open("deaf");
        await Grain("deaf").Touch();
    }

    [Fact]
    public async Task Cancellation_reaches_the_grain_that_runs()
    {
        using var cancellation = new CancellationTokenSource();
        var call = Grain("cancelled").Wait("never", cancellation.Token);
        await Gates.Until(() => Gates.CountOf("never") == 1, "the call begins");

        cancellation.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(call);
    }

    [Fact]
    public async Task A_one_way_call_returns_at_once_and_its_failure_stays_there()
    {
        var grain = Grain("told");

        await grain.Tell("told", "told-count");
        Gates.CountOf("told-count").ShouldBe(0);
        Gates.Open("told");

        await Gates.Until(() => Gates.CountOf("told-count") == 1, "the call is carried out");
        await grain.Touch();
    }

    [Fact]
    public async Task Request_context_flows_down_the_chain_and_never_back()
    {
        RequestContext.Set("who", "me");

        (await Grain("context").Seen("who")).ShouldBe("me");
        (await Grain("context").SeenBehind("who", "other")).ShouldBe("me");
        await Grain("context").Overwrite("who", "somebody else");
        RequestContext.Get("who").ShouldBe("me");

        RequestContext.Clear();
        (await Grain("context").Seen("who")).ShouldBeNull();
    }

    [Fact]
    public async Task A_trace_goes_on_in_the_called_grain_and_has_a_span_of_each_side()
    {
        var spans = new System.Collections.Concurrent.ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ActivitySources.ApplicationGrainActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var outer = new Activity("outer").Start();

        (await Grain("traced").TraceId()).ShouldBe(outer.TraceId.ToString());

        Activity.Current.ShouldBe(outer);
        await Gates.Until(() => spans.Count(span => span.TraceId == outer.TraceId) == 2, "both spans end");
        spans.Where(span => span.TraceId == outer.TraceId).ShouldAllBe(span => span.DisplayName == "ICallGrain/TraceId");
    }

    [Fact]
    public void References_to_the_same_grain_are_equal()
    {
        Grain("same").ShouldBe(Grain("same"));
        Grain("same").ShouldNotBe(Grain("other"));
        Grain("same").GetPrimaryKeyString().ShouldBe("same");
        Grain("same").GetGrainId().ShouldBe(GrainId.Create("call", "same"));
    }

    [Fact]
    public void An_interface_that_no_class_implements_is_refused() =>
        Should.Throw<ArgumentException>(() => cluster.Grains.GetGrain<INobodyImplements>("x"));

    private ICallGrain Grain(string key) => cluster.Grains.GetGrain<ICallGrain>(key);
}

public sealed class CallTimeoutTests(ImpatientCluster cluster) : IClassFixture<ImpatientCluster>
{
    [Fact]
    public async Task A_call_without_an_answer_times_out_and_the_grain_goes_on()
    {
        var grain = cluster.Grains.GetGrain<ICallGrain>("late");
        var running = grain.Wait("late");
        var waiting = grain.Wait("late");

        await Should.ThrowAsync<TimeoutException>(running);
        await Should.ThrowAsync<TimeoutException>(waiting);

        Gates.Open("late");
        await Eventually.Answers(() => grain.Touch().AsTask());
        Gates.CountOf("late").ShouldBeLessThan(2, "a request that nobody waits for any more does not begin");
    }
}

public interface INobodyImplements : IGrainWithStringKey;
