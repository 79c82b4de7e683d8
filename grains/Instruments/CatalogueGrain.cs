using Bourse.GrainInterfaces.Instruments;
using Microsoft.Extensions.Logging;

namespace Bourse.Grains.Instruments;

/// <summary>Owns the list of instruments. Written whole at each change, which is rare; silos read differences.</summary>
public sealed partial class CatalogueGrain(
    [PersistentState("catalogue", "bourse")] IPersistentState<CatalogueState> state, ILogger<CatalogueGrain> logger) : Grain, ICatalogueGrain
{
    /// <summary>The key of the one catalogue.</summary>
    public const string Key = "catalogue";

    private const int MaxInstruments = 100_000;

    public Task<CatalogueChanges> GetChanges(long sinceVersion)
    {
        var current = state.State;
        if (sinceVersion == current.Version)
        {
            return Task.FromResult(new CatalogueChanges(current.Version, []));
        }

        // A version ahead of ours comes from another database: the asker needs everything.
        var since = sinceVersion > current.Version ? 0 : sinceVersion;
        var changed = current.Entries.Values.Where(e => e.Version > since).Select(e => e.Instrument).ToList();
        return Task.FromResult(new CatalogueChanges(current.Version, changed));
    }

    public async Task Upsert(IReadOnlyList<InstrumentView> instruments)
    {
        var before = state.State;
        var next = new CatalogueState { Version = before.Version + 1, Entries = new(before.Entries) };
        var changes = 0;
        foreach (var instrument in instruments)
        {
            var existing = next.Entries.GetValueOrDefault(instrument.Symbol ?? string.Empty)?.Instrument;
            if (InstrumentRules.FindFault(instrument, existing) is { } fault)
            {
                throw new ArgumentException($"Instrument '{instrument.Symbol}': {fault}", nameof(instruments));
            }

            if (instrument != existing)
            {
                next.Entries[instrument.Symbol!] = new CatalogueEntry(next.Version, instrument);
                changes++;
            }
        }

        if (next.Entries.Count > MaxInstruments)
        {
            throw new ArgumentException($"The catalogue holds at most {MaxInstruments} instruments.", nameof(instruments));
        }

        if (changes > 0)
        {
            await Write(before, next);
            LogChanged(changes, next.Version);
        }
    }

    private async Task Write(CatalogueState before, CatalogueState next)
    {
        state.State = next;
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            // Not written as far as we know: nothing of it is shown, and the next activation reads what is true.
            state.State = before;
            DeactivateOnIdle();
            throw;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "The catalogue took {Count} instruments in version {Version}.")]
    private partial void LogChanged(int count, long version);
}
