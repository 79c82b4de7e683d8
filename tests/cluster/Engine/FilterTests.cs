using Bourse.Tests.Cluster.Engine.Grains;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine;

public sealed class FilteredCluster : EngineCluster
{
    protected override void Configure(ISiloBuilder silo)
    {
        base.Configure(silo);
        silo.AddIncomingGrainCallFilter<UpperCase>();
        silo.AddIncomingGrainCallFilter(async context =>
        {
            if (context.Request.GetArgumentCount() > 0 && context.Request.GetArgument(0) is "forbidden")
            {
                throw new UnauthorizedAccessException($"{context.MethodName} of {context.TargetId} on {context.ImplementationMethod.DeclaringType!.Name}");
            }

            await context.Invoke();
        });
        silo.AddOutgoingGrainCallFilter(Mark("silo"));
    }

    protected override void Configure(IClientBuilder client)
    {
        base.Configure(client);
        client.AddOutgoingGrainCallFilter(Mark("client"));
    }

    private static OutgoingGrainCallFilterDelegate Mark(string where) => async context =>
    {
        if (context.MethodName == nameof(IFilteredGrain.Say))
        {
            context.Request.SetArgument(0, $"{context.Request.GetArgument(0)} from {where} {context.SourceId?.Key.ToString() ?? "nobody"}");
        }

        await context.Invoke();
        if (context.Result is string text)
        {
            context.Result = $"{where}({text})";
        }
    };

    /// <summary>Needs grains itself, as filters may.</summary>
    public sealed class UpperCase(IGrainFactory grains) : IIncomingGrainCallFilter
    {
        public async Task Invoke(IIncomingGrainCallContext context)
        {
            grains.ShouldNotBeNull();
            await context.Invoke();
            if (context.Result is string text)
            {
                context.Result = text.ToUpperInvariant();
            }
        }
    }
}

public sealed class FilterTests(FilteredCluster cluster) : IClassFixture<FilteredCluster>
{
    [Fact]
    public async Task Filters_of_both_sides_see_and_change_a_call()
    {
        (await Grain("a").Say("hello")).ShouldBe("client(OWN(HELLO FROM CLIENT NOBODY))");
        (await Grain("a").SayThrough("b", "hello")).ShouldBe("client(OWN(SILO(OWN(HELLO FROM SILO A))))");
        await Grain("a").Nothing();
    }

    [Fact]
    public async Task A_filter_may_refuse_a_call() =>
        (await Should.ThrowAsync<UnauthorizedAccessException>(Grain("a").SayThrough("forbidden", "x")))
            .Message.ShouldBe("SayThrough of filtered/a on FilteredGrain");

    [Fact]
    public async Task Request_context_flows_through_filters()
    {
        RequestContext.Set("key", "value");
        (await cluster.Grains.GetGrain<ICallGrain>("filtered").SeenBehind("key", "filtered-too")).ShouldBe("client(SILO(VALUE))");
        RequestContext.Clear();
    }

    private IFilteredGrain Grain(string key) => cluster.Grains.GetGrain<IFilteredGrain>(key);
}
