namespace Bourse.GrainInterfaces.Watchlists;

/// <summary>A named list of symbols, in the order in which they were added.</summary>
[GenerateSerializer, Immutable, Alias("bourse.watchlist")]
public sealed record Watchlist(Guid Id, string Name, IReadOnlyList<string> Symbols, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>The watch lists of one user; the key is the user's id. What is told here is durable.</summary>
[Alias("bourse.watchlists")]
public interface IWatchlistsGrain : IGrainWithStringKey
{
    const int MaxLists = 50;
    const int MaxSymbols = 500;

    /// <summary>Oldest first.</summary>
    [Alias("get")]
    Task<IReadOnlyList<Watchlist>> Get();

    /// <summary>Adds a list; null when there are too many. Symbols count once each; callers check that there are such, and no more than <see cref="MaxSymbols"/>.</summary>
    [Alias("create")]
    Task<Watchlist?> Create(string name, IReadOnlyList<string> symbols);

    /// <summary>False when there is none.</summary>
    [Alias("delete")]
    Task<bool> Delete(Guid id);

    /// <summary>Adds a symbol at the end; one that is there stays where it is. The list as it is then, without the symbol when it is full; null when there is no such list.</summary>
    [Alias("add")]
    Task<Watchlist?> Add(Guid id, string symbol);

    /// <summary>The list without the symbol; null when there is no such list.</summary>
    [Alias("remove")]
    Task<Watchlist?> Remove(Guid id, string symbol);
}
