using System.Globalization;
using System.Text.Json;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Bourse.GrainRuntime.Storage;

/// <summary>What one memory storage holds.</summary>
internal sealed class MemoryStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Name, GrainId Grain), (string ETag, byte[] Json)> _records = [];
    private long _version;

    public void Read<T>(string name, GrainId grain, IGrainState<T> state)
    {
        lock (_lock)
        {
            var exists = _records.TryGetValue((name, grain), out var record);
            state.State = exists ? JsonSerializer.Deserialize<T>(record.Json) : default;
            state.ETag = exists ? record.ETag : null;
            state.RecordExists = exists;
        }
    }

    public void Write<T>(string name, GrainId grain, IGrainState<T> state)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(state.State);
        lock (_lock)
        {
            Check(name, grain, state);
            state.ETag = (++_version).ToString(CultureInfo.InvariantCulture);
            state.RecordExists = true;
            _records[(name, grain)] = (state.ETag, json);
        }
    }

    public void Clear<T>(string name, GrainId grain, IGrainState<T> state)
    {
        lock (_lock)
        {
            Check(name, grain, state);
            _records.Remove((name, grain));
            state.State = default;
            state.ETag = null;
            state.RecordExists = false;
        }
    }

    private void Check<T>(string name, GrainId grain, IGrainState<T> state)
    {
        var stored = _records.TryGetValue((name, grain), out var record) ? record.ETag : null;
        if (stored != state.ETag)
        {
            throw new InconsistentStateException($"{name} of {grain} was written by another activation.", stored, state.ETag);
        }
    }
}
