using System.Collections.Concurrent;
using System.Text.Json;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Books;
using Bourse.Grains.Feeds;
using Orleans.Storage;

namespace Bourse.Silo.EmbeddedEngine;

/// <summary>Grain states in memory, as the same text that the true storage keeps.</summary>
/// <param name="real">Is asked for each state: the way there is rehearsed.</param>
internal sealed class RehearsalStorage(IGrainStorage real) : IGrainStorage
{
    private readonly ConcurrentDictionary<(string, GrainId), string> _states = new();

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await real.ReadStateAsync(stateName, grainId, new GrainState<T>());
        grainState.RecordExists = _states.TryGetValue((stateName, grainId), out var data);
        grainState.State = data is null ? Activator.CreateInstance<T>() : JsonSerializer.Deserialize<T>(data);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Yield();
        _states[(stateName, grainId)] = JsonSerializer.Serialize(grainState.State);
        grainState.RecordExists = true;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException("Nothing is cleared in a rehearsal.");
}

/// <summary>Keeps no bars.</summary>
/// <param name="real">Is asked for each feed, none of which it has: the way there is rehearsed.</param>
internal sealed class RehearsalCandles(ICandleStore real) : ICandleStore
{
    public ValueTask<bool> Enqueue(FeedCut cut) => new(true);

    public Task Flush(string symbol, CancellationToken cancellation) => Task.CompletedTask;

    public Task<IReadOnlyList<FeedMark>> LoadMarksBelow(decimal bound, string after, int max, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<FeedMark>>([]);

    public Task<FeedCut?> LoadNewest(string symbol, CancellationToken cancellation) => real.LoadNewest(symbol, cancellation);

    public Task<IReadOnlyList<Bar>> Load(
        string symbol, Timeframe timeframe, BarPrice price, long fromMs, long toMs, int max, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<Bar>>([]);
}

/// <summary>Wakes nobody.</summary>
internal sealed class RehearsalDeadlines : IBookDeadlines
{
    public Task Set(string symbol, long dueMs) => Task.CompletedTask;
}
