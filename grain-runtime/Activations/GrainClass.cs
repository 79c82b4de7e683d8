using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Activations;

/// <summary>What the engine knows of a grain class: one object for the life of the process.</summary>
internal sealed class GrainClass
{
    private readonly Lazy<ObjectFactory> _factory;
    private readonly Func<Activation, object>[] _facets = [];

    public GrainClass(Type type)
    {
        Type = type;
        Name = type.FullName!;
        GrainType = type.GetCustomAttribute<GrainTypeAttribute>()?.GetGrainType(null!, type) ?? GrainType.Create(NameByConvention(type));
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        MaxLocalWorkers = (type.GetCustomAttribute<PlacementAttribute>(inherit: true)?.PlacementStrategy as StatelessWorkerPlacement)?.MaxLocalWorkers ?? 0;
        AgeLimit = type.IsDefined(typeof(KeepAliveAttribute), inherit: true)
            ? TimeSpan.MaxValue
            : type.GetCustomAttribute<CollectionAgeLimitAttribute>(inherit: true)?.AgeLimit;
        StreamNamespaces = [.. type.GetCustomAttributes<ImplicitStreamSubscriptionAttribute>(inherit: true).Select(a => a.StreamNamespace).Distinct()];
        Interfaces = [.. type.GetInterfaces().Where(i => typeof(IAddressable).IsAssignableFrom(i) && i.Namespace != typeof(IGrain).Namespace && i != typeof(IAddressable))];
        var constructor = Constructor(type);
        var facets = constructor.GetParameters()
            .Select(p => (p.ParameterType, Make: Storage.StateBinding.FacetFor(p)))
            .Where(facet => facet.Make is not null)
            .ToArray();
        _facets = [.. facets.Select(facet => facet.Make!)];
        _factory = new(() => ActivatorUtilities.CreateFactory(type, [.. facets.Select(facet => facet.ParameterType)]));
    }

    private GrainClass(Type observerInterface, GrainType grainType)
    {
        Type = observerInterface;
        Name = observerInterface.FullName!;
        GrainType = grainType;
        IsObserver = true;
        Interfaces = [observerInterface];
        StreamNamespaces = [];
        _factory = new(() => throw new InvalidOperationException("An observer is made by its owner."));
    }

    public Type Type { get; }

    public string Name { get; }

    public GrainType GrainType { get; }

    public bool IsReentrant { get; }

    public bool IsObserver { get; }

    /// <summary>Activations a silo, for a stateless worker; 0 for every other grain.</summary>
    public int MaxLocalWorkers { get; }

    /// <summary>Null where the class says nothing.</summary>
    public TimeSpan? AgeLimit { get; }

    public string[] StreamNamespaces { get; }

    public Type[] Interfaces { get; }

    /// <summary>The interface of a grain's reference to itself.</summary>
    public Type PrimaryInterface => Interfaces.FirstOrDefault() ?? typeof(IGrain);

    public static GrainClass OfObserver(Type observerInterface) => new(observerInterface, GrainType.Create("sys.client"));

    public object NewInstance(Activation activation) =>
        _factory.Value(activation.ActivationServices, [.. _facets.Select(make => make(activation))]);

    private static ConstructorInfo Constructor(Type type)
    {
        var all = type.GetConstructors();
        return all.Length == 1
            ? all[0]
            : all.FirstOrDefault(c => c.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute)))
              ?? all.MaxBy(c => c.GetParameters().Length)
              ?? throw new OrleansConfigurationException($"{type} needs a public constructor.");
    }

    private static string NameByConvention(Type type)
    {
        var name = type.Name.ToLowerInvariant();
        return name.EndsWith("grain", StringComparison.Ordinal) && name.Length > 5 ? name[..^5] : name;
    }
}
