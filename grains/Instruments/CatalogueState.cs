using Bourse.GrainInterfaces.Instruments;

namespace Bourse.Grains.Instruments;

/// <summary>What the catalogue keeps: every instrument with the version that last changed it.</summary>
[GenerateSerializer, Alias("bourse.catalogue-state")]
public sealed class CatalogueState
{
    [Id(0)]
    public long Version { get; set; }

    [Id(1)]
    public Dictionary<string, CatalogueEntry> Entries { get; set; } = [];
}

/// <summary>An instrument and the catalogue's version that brought it to this state.</summary>
[GenerateSerializer, Immutable, Alias("bourse.catalogue-entry")]
public sealed record CatalogueEntry(long Version, InstrumentView Instrument);
