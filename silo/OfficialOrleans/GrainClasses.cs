using Orleans.Metadata;

namespace Bourse.Silo;

/// <summary>The classes behind the names in the engine's metrics, without their namespace: a metric says "user" of UserGrain, the silo's manifest knows both.</summary>
internal sealed class GrainClasses(IClusterManifestProvider manifests)
{
    public string NameOf(string type) =>
        manifests.LocalGrainManifest.Grains.TryGetValue(GrainType.Create(type), out var grain)
        && grain.Properties.TryGetValue(WellKnownGrainTypeProperties.TypeName, out var name)
            ? name
            : type;
}
