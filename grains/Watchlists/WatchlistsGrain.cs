using Bourse.GrainInterfaces.Watchlists;
using Bourse.Grains.Users;
using Orleans.Placement;

namespace Bourse.Grains.Watchlists;

/// <summary>What is kept of a user's watch lists.</summary>
[GenerateSerializer, Alias("bourse.watchlists-state")]
public sealed class WatchlistsState
{
    [Id(0)]
    public List<Watchlist> Lists { get; set; } = [];
}

/// <summary>See <see cref="IWatchlistsGrain"/>.</summary>
[HashBasedPlacement]
public sealed class WatchlistsGrain(
    [PersistentState("watchlists", UserStorage.Name)] IPersistentState<WatchlistsState> state, TimeProvider time) : Grain, IWatchlistsGrain
{
    private List<Watchlist> Lists => state.State.Lists;

    public Task<IReadOnlyList<Watchlist>> Get() => Task.FromResult<IReadOnlyList<Watchlist>>([.. Lists]);

    public async Task<Watchlist?> Create(string name, IReadOnlyList<string> symbols)
    {
        if (Lists.Count >= IWatchlistsGrain.MaxLists)
        {
            return null;
        }

        var now = time.GetUtcNow();
        var list = new Watchlist(Guid.CreateVersion7(now), name, [.. symbols.Distinct(StringComparer.Ordinal)], now, now);
        await Save([.. Lists, list]);
        return list;
    }

    public async Task<bool> Delete(Guid id)
    {
        var known = Lists.Exists(l => l.Id == id);
        if (known)
        {
            await Save([.. Lists.Where(l => l.Id != id)]);
        }

        return known;
    }

    public Task<Watchlist?> Add(Guid id, string symbol) =>
        Change(id, symbols => symbols.Contains(symbol) || symbols.Count >= IWatchlistsGrain.MaxSymbols ? symbols : [.. symbols, symbol]);

    public Task<Watchlist?> Remove(Guid id, string symbol) => Change(id, symbols => symbols.Contains(symbol) ? [.. symbols.Where(s => s != symbol)] : symbols);

    private async Task<Watchlist?> Change(Guid id, Func<IReadOnlyList<string>, IReadOnlyList<string>> change)
    {
        if (Lists.Find(l => l.Id == id) is not { } list)
        {
            return null;
        }

        var symbols = change(list.Symbols);
        if (!ReferenceEquals(symbols, list.Symbols))
        {
            var changed = list with { Symbols = symbols, UpdatedAt = time.GetUtcNow() };
            await Save([.. Lists.Select(l => l.Id == id ? changed : l)]);
            return changed;
        }

        return list;
    }

    private Task Save(List<Watchlist> lists) => UserStorage.Save(state, new WatchlistsState { Lists = lists }, this);
}
