using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Bourse.Silo.Silos;

/// <summary>How many grains of each class are active in this process, by the engine's own counter. Made before the first grain is. Safe for any thread.</summary>
internal sealed class GrainCounts : IDisposable
{
    private const string Meter = "Microsoft.Orleans";
    private const string Counter = "orleans-grains";

    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    public GrainCounts()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == Meter && instrument.Name == Counter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, change, tags, _) => Add(change, tags));
        _listener.SetMeasurementEventCallback<long>((_, change, tags, _) => Add(change, tags));
        _listener.Start();
    }

    /// <summary>What is active now, by the engine's own name of the class.</summary>
    public Dictionary<string, long> Read() => _counts.Where(c => c.Value > 0).ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal);

    public void Dispose() => _listener.Dispose();

    private void Add(long change, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (name, value) in tags)
        {
            // The embedded engine says "type", Orleans "grain_type".
            if (name is "grain_type" or "type" && value is string type)
            {
                _counts.AddOrUpdate(type, static (_, c) => c, static (_, before, c) => before + c, change);
            }
        }
    }
}
