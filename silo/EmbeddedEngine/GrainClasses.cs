namespace Bourse.Silo;

/// <summary>The classes behind the names in the engine's metrics, without their namespace: the names are those of the classes.</summary>
internal sealed class GrainClasses
{
    public string NameOf(string type) => type[(type.LastIndexOf('.') + 1)..];
}
