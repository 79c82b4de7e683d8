using System.Collections.Concurrent;
using System.Reflection;
using Bourse.GrainRuntime.Cluster;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Calls;

/// <summary>A grain or observer interface, made ready to make references: one object for the life of the process.</summary>
internal sealed class GrainInterface
{
    // Bounded by the grain interfaces there are.
    private static readonly ConcurrentDictionary<Type, GrainInterface> s_interfaces = new();

    private readonly GrainReference _prototype;
    private readonly Lazy<GrainType> _grainType;

    private GrainInterface(Type type)
    {
        if (!type.IsInterface || !typeof(IAddressable).IsAssignableFrom(type))
        {
            throw new ArgumentException($"{type} is not a grain interface.", nameof(type));
        }

        Type = type;
        _grainType = new(() => Activations.GrainClasses.Resolve(type, prefix: null), LazyThreadSafetyMode.PublicationOnly);
        InterfaceType = GrainInterfaceType.Create(type.FullName ?? type.Name);
        _prototype = (GrainReference)DispatchProxy.Create(type, typeof(GrainReference));
    }

    public Type Type { get; }

    public GrainInterfaceType InterfaceType { get; }

    /// <summary>The grain type of the only class that implements the interface, or the one named after it.</summary>
    /// <exception cref="ArgumentException">No class, or more than one, implements it.</exception>
    public GrainType GrainType => _grainType.Value;

    public static GrainInterface Of(Type type) => s_interfaces.TryGetValue(type, out var found) ? found : s_interfaces.GetOrAdd(type, t => new(t));

    /// <summary>A copy: that is cheaper than having the proxy made anew.</summary>
    public GrainReference NewReference(GrainId id, LocalRuntime runtime) => _prototype.Copy(this, id, runtime);
}

/// <summary>The same, found without a lookup.</summary>
internal static class GrainInterface<TInterface>
{
    public static readonly GrainInterface Instance = GrainInterface.Of(typeof(TInterface));
}
