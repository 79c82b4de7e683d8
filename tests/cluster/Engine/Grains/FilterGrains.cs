using Orleans;

namespace Bourse.Tests.Cluster.Engine.Grains;

/// <summary>Called through filters.</summary>
public interface IFilteredGrain : IGrainWithStringKey
{
    Task<string> Say(string text);

    Task<string> SayThrough(string other, string text);

    Task Nothing();
}

/// <summary>Filters its own calls too.</summary>
public sealed class FilteredGrain : Grain, IFilteredGrain, IIncomingGrainCallFilter
{
    public Task<string> Say(string text) => Task.FromResult(text);

    public Task<string> SayThrough(string other, string text) => GrainFactory.GetGrain<IFilteredGrain>(other).Say(text);

    public Task Nothing() => Task.CompletedTask;

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.Result is string text)
        {
            context.Result = $"own({text})";
        }
    }
}
