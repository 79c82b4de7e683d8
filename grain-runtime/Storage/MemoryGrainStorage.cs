using Bourse.GrainRuntime.Cluster;
using Bourse.GrainRuntime.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>Grain storage in memory, for tests: shared by the silos of the cluster in this process, gone with it. States are kept as JSON.</summary>
public class MemoryGrainStorage : IGrainStorage
{
    private readonly string _name;
    private readonly LocalRuntime _silo;

    internal MemoryGrainStorage(string name, LocalRuntime silo)
    {
        _name = name;
        _silo = silo;
    }

    /// <inheritdoc />
    public virtual Task ReadStateAsync<T>(string grainType, GrainId grainId, IGrainState<T> grainState)
    {
        _silo.Cluster.Store(_name).Read(grainType, grainId, grainState);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public virtual Task WriteStateAsync<T>(string grainType, GrainId grainId, IGrainState<T> grainState)
    {
        _silo.Cluster.Store(_name).Write(grainType, grainId, grainState);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public virtual Task ClearStateAsync<T>(string grainType, GrainId grainId, IGrainState<T> grainState)
    {
        _silo.Cluster.Store(_name).Clear(grainType, grainId, grainState);
        return Task.CompletedTask;
    }

    internal static void Register(IServiceCollection services, string name) =>
        services.AddKeyedSingleton<IGrainStorage>(name, (provider, _) => new MemoryGrainStorage(name, provider.GetRequiredService<LocalRuntime>()));
}
