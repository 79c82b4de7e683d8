using Bourse.GrainInterfaces.Instruments;
using Bourse.Grains.Users;
using Orleans.Placement;

namespace Bourse.Grains.Instruments;

/// <summary>See <see cref="ICatalogueShardGrain"/>. Written whole at each change, which is small because the part is.</summary>
[HashBasedPlacement]
public sealed class CatalogueShardGrain([PersistentState("shard", "bourse")] IPersistentState<CatalogueState> state) : Grain, ICatalogueShardGrain
{
    public Task<IReadOnlyList<CatalogueEntry>> Load() => Task.FromResult<IReadOnlyList<CatalogueEntry>>([.. state.State.Entries.Values]);

    public Task Write(IReadOnlyList<CatalogueEntry> entries)
    {
        var next = new CatalogueState { Version = entries.Max(e => e.Version), Entries = new(state.State.Entries) };
        foreach (var entry in entries)
        {
            next.Entries[entry.Instrument.Symbol] = entry;
        }

        return UserStorage.Save(state, next, this);
    }
}
