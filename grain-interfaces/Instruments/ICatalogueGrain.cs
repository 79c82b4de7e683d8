using Bourse.Domain.Instruments;

namespace Bourse.GrainInterfaces.Instruments;

/// <summary>An <see cref="Instrument"/> as it travels; same fields.</summary>
[GenerateSerializer, Immutable, Alias("bourse.instrument-view")]
public sealed record InstrumentView(
    string Symbol,
    string Name,
    AssetClass AssetClass,
    string Currency,
    decimal TickSize,
    decimal LotSize,
    decimal CollarFraction,
    string Calendar,
    InstrumentStatus Status,
    decimal MakerFeeRate,
    decimal TakerFeeRate,
    string? Venue = null)
{
    public static InstrumentView From(Instrument i) => new(
        i.Symbol, i.Name, i.AssetClass, i.Currency, i.TickSize, i.LotSize, i.CollarFraction, i.Calendar, i.Status, i.MakerFeeRate, i.TakerFeeRate, i.Venue);

    /// <summary>Its names are the one copy of them that everything in the process shares.</summary>
    public Instrument ToDomain() => new(
        string.Intern(Symbol), Name, AssetClass, string.Intern(Currency), TickSize, LotSize, CollarFraction, Calendar, Status, MakerFeeRate, TakerFeeRate, Venue);
}

/// <summary>Instruments that changed after a version.</summary>
/// <param name="Version">The catalogue's version now; ask from here next time.</param>
[GenerateSerializer, Immutable, Alias("bourse.catalogue-changes")]
public sealed record CatalogueChanges(long Version, IReadOnlyList<InstrumentView> Instruments);

/// <summary>All instruments; one grain with the key <c>catalogue</c>.</summary>
[Alias("bourse.catalogue")]
public interface ICatalogueGrain : IGrainWithStringKey
{
    /// <summary>What changed after <paramref name="sinceVersion"/> (0 = everything).</summary>
    [Alias("get-changes")]
    Task<CatalogueChanges> GetChanges(long sinceVersion);

    /// <summary>Adds or changes instruments. Throws <see cref="ArgumentException"/> when a tick or lot size or a venue would change or a value is out of bounds; then nothing is changed.</summary>
    [Alias("upsert")]
    Task Upsert(IReadOnlyList<InstrumentView> instruments);
}
