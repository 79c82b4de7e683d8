namespace Bourse.GrainInterfaces.Books;

/// <summary>A wish to halt a symbol: its book collects orders until it is reopened by an auction.</summary>
/// <param name="Code">A stable word; <c>operator</c> for people.</param>
/// <param name="Reason">1 to 500 characters.</param>
/// <param name="By">The user who wishes it; empty for the platform itself.</param>
/// <param name="Seconds">After how long it reopens by itself; 0 = not.</param>
[GenerateSerializer, Immutable, Alias("bourse.halt-symbol")]
public sealed record HaltSymbol(string Code, string Reason, string By, int Seconds);

/// <summary>Whether a symbol trades, and what its auction would give now.</summary>
/// <param name="IsHalted">Its book collects orders.</param>
/// <param name="SinceMs">Of the halt, ms since 1970 UTC; 0 without one.</param>
/// <param name="UntilMs">When it reopens by itself; 0 = when somebody reopens it.</param>
/// <param name="Price">The price at which the auction would trade; null when nothing would.</param>
/// <param name="Quantity">How much it would trade.</param>
/// <param name="Imbalance">What would be left over at that price: above 0 bids, below 0 asks.</param>
/// <param name="BandLow">Nothing trades below; 0 without a band.</param>
/// <param name="BandHigh">Nothing trades above; 0 without a band.</param>
[GenerateSerializer, Immutable, Alias("bourse.auction-view")]
public sealed record AuctionView(
    string Symbol, bool IsHalted, string? Code, string? Reason, long SinceMs, long UntilMs, decimal? Price, decimal Quantity, decimal Imbalance,
    decimal BandLow, decimal BandHigh);

/// <summary>A halt, or the end of one, as it is told to everybody.</summary>
/// <param name="Version">Counts up by one at each change of any symbol.</param>
[GenerateSerializer, Immutable, Alias("bourse.symbol-halt")]
public sealed record SymbolHalt(string Symbol, bool IsHalted, string Code, string Reason, string By, long SinceMs, long UntilMs, long Version = 0);

/// <summary>The symbols that are halted, and those that were lately.</summary>
/// <param name="Halts">Null when the asker has this version already.</param>
[GenerateSerializer, Immutable, Alias("bourse.halt-list")]
public sealed record HaltList(long Version, IReadOnlyList<SymbolHalt>? Halts);

/// <summary>
/// Which symbols are halted: books tell it, front ends ask it. One grain with the key <see cref="Key"/>. It keeps nothing: what a book said is said again within
/// seconds.
/// </summary>
[Alias("bourse.halts")]
public interface IHaltsGrain : IGrainWithStringKey
{
    const string Key = "halts";

    /// <summary>Takes a book's word; the audit log has a new halt, or the end of one, when this answers.</summary>
    [Alias("note")]
    Task Note(SymbolHalt halt);

    /// <summary>What is halted.</summary>
    /// <param name="knownVersion">What the asker has already; at the same version the answer carries no list.</param>
    [Alias("get")]
    Task<HaltList> Get(long knownVersion);
}
