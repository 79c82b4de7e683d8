using Bourse.GrainInterfaces.Instruments;

namespace Bourse.Grains.Instruments;

/// <summary>Instruments with the version that last changed each: what a part of the catalogue keeps, and what the catalogue kept whole before it had parts.</summary>
[GenerateSerializer, Alias("bourse.catalogue-state")]
public sealed class CatalogueState
{
    [Id(0)]
    public long Version { get; set; }

    [Id(1)]
    public Dictionary<string, CatalogueEntry> Entries { get; set; } = [];
}
