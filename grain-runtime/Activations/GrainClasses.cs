using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Orleans;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Activations;

/// <summary>The grain classes of this process: those of the assemblies in the program's folder that use this engine.</summary>
internal static class GrainClasses
{
    private static readonly string s_engine = typeof(GrainClasses).Assembly.GetName().Name!;
    private static readonly Lazy<Catalog> s_catalog = new(() => new Catalog());

    // Bounded by the grain interfaces of the cluster.
    private static readonly ConcurrentDictionary<string, GrainType> s_learnt = new(StringComparer.Ordinal);

    public static IEnumerable<GrainClass> All => s_catalog.Value.ByType.Values;

    /// <summary>All types of the assemblies that use this engine, and its own.</summary>
    public static IEnumerable<Type> Types => Assemblies().SelectMany(a => a.GetTypes());

    /// <summary>The grain types by the names of their interfaces: what a client needs that has no grain classes.</summary>
    public static IEnumerable<(string Interface, GrainType GrainType)> Manifest =>
        s_catalog.Value.ByInterface.Where(group => group.Count() == 1).Select(group => (group.Key.FullName!, group.First().GrainType));

    /// <summary>Takes a silo's <see cref="Manifest"/> over; what classes of this process say comes first.</summary>
    public static void Learn(string interfaceName, GrainType grainType) => s_learnt[interfaceName] = grainType;

    /// <summary>Null where there is none.</summary>
    public static GrainClass? Find(GrainType type) => s_catalog.Value.ByType.GetValueOrDefault(type);

    /// <summary>The classes whose grains get the events of a namespace's streams without subscribing.</summary>
    public static IEnumerable<GrainClass> ListenersTo(string streamNamespace) => s_catalog.Value.ByNamespace[streamNamespace];

    /// <summary>The grain type of the class that implements an interface.</summary>
    /// <exception cref="ArgumentException">No class, or more than one, does.</exception>
    public static GrainType Resolve(Type interfaceType, string? prefix)
    {
        var classes = s_catalog.Value.ByInterface[interfaceType].ToList();
        if (prefix is not null)
        {
            classes = [.. classes.Where(c => c.Type.FullName!.StartsWith(prefix, StringComparison.Ordinal))];
            classes = classes.Where(c => c.Type.FullName == prefix).Take(1).DefaultIfEmpty().ToList() is [{ } exact] ? [exact] : classes;
        }
        else if (classes.Count > 1 && classes.Where(c => "I" + c.Type.Name == interfaceType.Name).ToList() is [var named])
        {
            return named.GrainType;
        }

        return classes.Count switch
        {
            1 => classes[0].GrainType,
            0 when prefix is null && s_learnt.TryGetValue(interfaceType.FullName!, out var learnt) => learnt,
            0 => throw new ArgumentException($"Could not find an implementation of {interfaceType}{(prefix is null ? "" : $" that starts with {prefix}")}"),
            _ => throw new ArgumentException(
                $"Unable to identify a single implementation of {interfaceType}: {string.Join(", ", classes.Select(c => c.Type.FullName))}"),
        };
    }

    private static IEnumerable<Assembly> Assemblies()
    {
        var found = AppDomain.CurrentDomain.GetAssemblies()
            .Where(a => !a.IsDynamic && a.GetReferencedAssemblies().Any(r => r.Name == s_engine))
            .ToDictionary(a => a.GetName().Name!);
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll"))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (!found.ContainsKey(name) && UsesEngine(file))
            {
                found[name] = Assembly.Load(new AssemblyName(name));
            }
        }

        found[s_engine] = typeof(GrainClasses).Assembly;
        return found.Values;
    }

    /// <summary>Looks without loading.</summary>
    private static bool UsesEngine(string file)
    {
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        if (!image.HasMetadata)
        {
            return false;
        }

        var metadata = image.GetMetadataReader();
        return metadata.AssemblyReferences.Any(r => metadata.StringComparer.Equals(metadata.GetAssemblyReference(r).Name, s_engine));
    }

    private sealed class Catalog
    {
        public Catalog()
        {
            foreach (var type in Assemblies().SelectMany(a => a.GetTypes()))
            {
                if (type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && typeof(IGrainBase).IsAssignableFrom(type)
                    && typeof(IGrain).IsAssignableFrom(type))
                {
                    var grainClass = new GrainClass(type);
                    if (!ByType.TryAdd(grainClass.GrainType, grainClass))
                    {
                        throw new OrleansConfigurationException(
                            $"{type} and {ByType[grainClass.GrainType].Type} are both of the grain type {grainClass.GrainType}: name one with [GrainType].");
                    }
                }
            }

            ByInterface = ByType.Values
                .SelectMany(c => c.Interfaces.Select(i => (Interface: i, Class: c)))
                .ToLookup(pair => pair.Interface, pair => pair.Class);
            ByNamespace = ByType.Values
                .SelectMany(c => c.StreamNamespaces.Select(n => (Namespace: n, Class: c)))
                .ToLookup(pair => pair.Namespace, pair => pair.Class);
        }

        public Dictionary<GrainType, GrainClass> ByType { get; } = [];

        public ILookup<Type, GrainClass> ByInterface { get; }

        public ILookup<string, GrainClass> ByNamespace { get; }
    }
}
