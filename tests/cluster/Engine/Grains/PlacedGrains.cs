using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine.Grains;

/// <summary>Says where it lives.</summary>
public interface IPlacedGrain : IGrainWithIntegerKey
{
    Task<string> Where();

    /// <summary>Adds to a number that is stored at each step.</summary>
    Task<int> Increase();

    Task<string> HoldWhere(string gate);

    Task<string> WhereIsWorker();
}

public sealed class PlacedGrain([PersistentState("count", "states")] IPersistentState<CounterState> count, ILocalSiloDetails silo)
    : Grain, IPlacedGrain
{
    public Task<string> Where() => Task.FromResult(silo.Name);

    public async Task<int> Increase()
    {
        count.State.Count++;
        await count.WriteStateAsync();
        return count.State.Count;
    }

    public async Task<string> HoldWhere(string gate)
    {
        await Gates.Passed(gate);
        return silo.Name;
    }

    public Task<string> WhereIsWorker() => GrainFactory.GetGrain<IWorkerGrain>(0).Where();
}

/// <summary>Has no identity.</summary>
public interface IWorkerGrain : IGrainWithIntegerKey
{
    Task<string> Where();

    /// <summary>Waits at a gate; says which object it is.</summary>
    Task<int> Hold(string gate, string began);
}

[StatelessWorker(3)]
public sealed class WorkerGrain(ILocalSiloDetails silo) : Grain, IWorkerGrain
{
    private readonly int _number = Gates.Count("workers");

    public Task<string> Where() => Task.FromResult(silo.Name);

    public async Task<int> Hold(string gate, string began)
    {
        Gates.Count(began);
        await Gates.Passed(gate);
        return _number;
    }
}
