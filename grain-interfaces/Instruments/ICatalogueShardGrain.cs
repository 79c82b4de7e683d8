namespace Bourse.GrainInterfaces.Instruments;

/// <summary>An instrument and the catalogue's version that brought it to this state.</summary>
[GenerateSerializer, Immutable, Alias("bourse.catalogue-entry")]
public sealed record CatalogueEntry(long Version, InstrumentView Instrument);

/// <summary>A part of what the catalogue keeps; the key is <c>catalogue/N</c>. Only the catalogue calls it.</summary>
[Alias("bourse.catalogue-shard")]
public interface ICatalogueShardGrain : IGrainWithStringKey
{
    /// <summary>All entries of this part.</summary>
    [Alias("load")]
    Task<IReadOnlyList<CatalogueEntry>> Load();

    /// <summary>Puts entries in place of those of the same symbol; durable when it comes back.</summary>
    [Alias("write")]
    Task Write(IReadOnlyList<CatalogueEntry> entries);
}
