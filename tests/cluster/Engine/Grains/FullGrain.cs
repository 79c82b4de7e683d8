using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Bourse.Tests.Cluster.Engine.Grains;

public interface IFullGrain : IGrainWithStringKey
{
    Task Write();
}

public sealed class FullGrain([PersistentState("full", FullStorage.Name)] IPersistentState<LifeState> state) : Grain, IFullGrain
{
    public Task Write() => state.WriteStateAsync();
}

/// <summary>Holds nothing, and takes nothing.</summary>
public sealed class FullStorage : IGrainStorage
{
    public const string Name = "full";
    public const string Words = "no room";

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Task.CompletedTask;

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new IOException(Words);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new IOException(Words);
}
