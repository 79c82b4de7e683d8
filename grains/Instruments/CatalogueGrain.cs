using System.Text;
using Bourse.GrainInterfaces.Instruments;
using Microsoft.Extensions.Logging;
using Orleans.Placement;

namespace Bourse.Grains.Instruments;

/// <summary>
/// Owns the list of instruments. Held whole in memory, kept in parts, so that a change writes a few kilobytes however many instruments there are; silos
/// read differences.
/// </summary>
[HashBasedPlacement]
public sealed partial class CatalogueGrain(
    [PersistentState("catalogue", "bourse")] IPersistentState<CatalogueState> whole, ILogger<CatalogueGrain> logger) : Grain, ICatalogueGrain
{
    /// <summary>The key of the one catalogue.</summary>
    public const string Key = "catalogue";

    private const int MaxInstruments = 100_000;

    /// <summary>Never another number: symbols are found by it.</summary>
    private const int Shards = 128;

    private readonly Dictionary<string, CatalogueEntry> _entries = new(StringComparer.Ordinal);
    private long _version;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var parts = await Task.WhenAll(Enumerable.Range(0, Shards).Select(i => Shard(i).Load()));
        Take(parts.SelectMany(p => p));
        if (whole.State.Entries.Count > 0)
        {
            // From before there were parts. Done once; harmless when it is broken off and done again.
            CatalogueEntry[] moved = [.. whole.State.Entries.Values.Where(e => !_entries.ContainsKey(e.Instrument.Symbol))];
            await Write(moved);
            Take(moved);
            await whole.ClearStateAsync();
        }
    }

    public Task<CatalogueChanges> GetChanges(long sinceVersion)
    {
        if (sinceVersion == _version)
        {
            return Task.FromResult(new CatalogueChanges(_version, []));
        }

        // A version ahead of ours comes from another database: the asker needs everything.
        var since = sinceVersion > _version ? 0 : sinceVersion;
        return Task.FromResult(new CatalogueChanges(_version, [.. _entries.Values.Where(e => e.Version > since).Select(e => e.Instrument)]));
    }

    public async Task Upsert(IReadOnlyList<InstrumentView> instruments)
    {
        var changed = new Dictionary<string, CatalogueEntry>(StringComparer.Ordinal);
        foreach (var instrument in instruments)
        {
            var symbol = instrument.Symbol ?? string.Empty;
            var existing = (changed.GetValueOrDefault(symbol) ?? _entries.GetValueOrDefault(symbol))?.Instrument;
            if (InstrumentRules.FindFault(instrument, existing) is { } fault)
            {
                throw new ArgumentException($"Instrument '{symbol}': {fault}", nameof(instruments));
            }

            if (instrument != existing)
            {
                changed[symbol] = new CatalogueEntry(_version + 1, instrument);
            }
        }

        if (_entries.Count + changed.Keys.Count(s => !_entries.ContainsKey(s)) > MaxInstruments)
        {
            throw new ArgumentException($"The catalogue holds at most {MaxInstruments} instruments.", nameof(instruments));
        }

        if (changed.Count > 0)
        {
            await Change(changed.Values);
            LogChanged(changed.Count, _version);
        }
    }

    /// <summary>The part of a symbol; FNV-1a, the same for ever and on every machine.</summary>
    private static int ShardOf(string symbol)
    {
        var hash = 2166136261u;
        foreach (var one in Encoding.UTF8.GetBytes(symbol))
        {
            hash = (hash ^ one) * 16777619u;
        }

        return (int)(hash % Shards);
    }

    private async Task Change(IReadOnlyCollection<CatalogueEntry> changed)
    {
        try
        {
            await Write(changed);
        }
        catch
        {
            // Some parts may have it: nothing of it is shown now, and the next activation reads what is true.
            DeactivateOnIdle();
            throw;
        }

        Take(changed);
    }

    private Task Write(IEnumerable<CatalogueEntry> entries) =>
        Task.WhenAll(entries.GroupBy(e => ShardOf(e.Instrument.Symbol)).Select(part => Shard(part.Key).Write([.. part])));

    private void Take(IEnumerable<CatalogueEntry> entries)
    {
        foreach (var entry in entries)
        {
            _entries[entry.Instrument.Symbol] = entry;
            _version = Math.Max(_version, entry.Version);
        }
    }

    private ICatalogueShardGrain Shard(int number) => GrainFactory.GetGrain<ICatalogueShardGrain>($"{Key}/{number}");

    [LoggerMessage(1, LogLevel.Information, "The catalogue took {Count} instruments in version {Version}.")]
    private partial void LogChanged(int count, long version);
}
