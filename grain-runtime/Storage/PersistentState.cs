using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Bourse.GrainRuntime.Storage;

/// <summary>A state of one activation, between it and its storage. What the storage throws arrives as an <see cref="OrleansException"/>, as in Orleans.</summary>
internal sealed class PersistentState<TState>(string name, GrainId grainId, IGrainStorage storage) : IPersistentState<TState>, ILifecycleObserver
{
    private readonly GrainState<TState> _state = new(NewState());

    public TState State
    {
        get => _state.State!;
        set => _state.State = value;
    }

    public string? Etag => _state.ETag;

    public bool RecordExists => _state.RecordExists;

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

    public async Task ReadStateAsync(CancellationToken cancellationToken)
    {
        await Asked(() => storage.ReadStateAsync(name, grainId, _state, cancellationToken));
        _state.State ??= NewState();
    }

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task WriteStateAsync(CancellationToken cancellationToken) =>
        Asked(() => storage.WriteStateAsync(name, grainId, _state, cancellationToken));

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public async Task ClearStateAsync(CancellationToken cancellationToken)
    {
        await Asked(() => storage.ClearStateAsync(name, grainId, _state, cancellationToken));
        _state.State ??= NewState();
    }

    Task ILifecycleObserver.OnStart(CancellationToken cancellationToken) => ReadStateAsync(cancellationToken);

    Task ILifecycleObserver.OnStop(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task Asked(Func<Task> storing)
    {
        try
        {
            await storing();
        }
        catch (Exception failed) when (failed is not OrleansException)
        {
            throw new OrleansException($"the storage of the state {name} of {grainId} failed: {failed.Message}", failed);
        }
    }

    private static TState? NewState() =>
        typeof(TState).IsValueType || typeof(TState).GetConstructor(Type.EmptyTypes) is not null ? Activator.CreateInstance<TState>() : default;
}
