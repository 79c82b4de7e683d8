using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using Orleans.Runtime;

namespace Bourse.Tests.Unit.GrainRuntime;

/// <summary>Whether a value can be handed to another grain by reference: nothing that it reaches can change.</summary>
internal sealed class Immutability
{
    private static readonly HashSet<Type> s_plain =
    [
        typeof(string), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan),
        typeof(Int128), typeof(UInt128), typeof(CancellationToken), typeof(GrainId), typeof(StreamId), typeof(void),
    ];

    private static readonly HashSet<Type> s_readOnlyContainers =
    [
        typeof(IReadOnlyList<>), typeof(IReadOnlyCollection<>), typeof(IReadOnlyDictionary<,>), typeof(IReadOnlySet<>), typeof(ReadOnlyMemory<>),
        typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableDictionary<,>), typeof(ImmutableSortedDictionary<,>),
        typeof(ImmutableHashSet<>), typeof(ImmutableSortedSet<>), typeof(FrozenDictionary<,>), typeof(FrozenSet<>), typeof(Nullable<>),
    ];

    private readonly HashSet<Type> _seen = [];

    /// <summary>Why a type is refused; null where it is not.</summary>
    public static string? ObjectionTo(Type type) => new Immutability().Objection(type, type.Name);

    private string? Objection(Type type, string path)
    {
        if (type.IsPrimitive || type.IsEnum || s_plain.Contains(type) || typeof(IAddressable).IsAssignableFrom(type) || !_seen.Add(type))
        {
            return null;
        }

        if (type.IsGenericType && s_readOnlyContainers.Contains(type.GetGenericTypeDefinition()))
        {
            return type.GetGenericArguments().Select(argument => Objection(argument, $"{path} of {argument.Name}")).FirstOrDefault(o => o is not null);
        }

        if (type.IsArray || type.IsInterface || type == typeof(object) || typeof(Delegate).IsAssignableFrom(type))
        {
            return $"{path} is {type}, which can change";
        }

        return type.IsClass ? ObjectionToClass(type, path) : ObjectionToFields(type, path, needReadOnly: false);
    }

    private string? ObjectionToClass(Type type, string path)
    {
        if (!type.IsSealed)
        {
            // Open to heirs: each of them in its assembly is held to the same.
            var heirs = type.Assembly.GetTypes().Where(other => other.IsSubclassOf(type)).ToList();
            if (!type.IsAbstract && heirs.Count == 0)
            {
                return $"{path} is {type}, which is not sealed";
            }

            var objection = heirs.Select(heir => Objection(heir, $"{path}, which may be {heir.Name}")).FirstOrDefault(o => o is not null);
            if (objection is not null)
            {
                return objection;
            }
        }

        for (var level = type; level is not null && level != typeof(object); level = level.BaseType)
        {
            if (ObjectionToFields(level, path, needReadOnly: true) is { } objection)
            {
                return objection;
            }
        }

        return null;
    }

    private string? ObjectionToFields(Type type, string path, bool needReadOnly)
    {
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        {
            var name = $"{path}.{field.Name.TrimStart('<').Split('>')[0]}";
            if (needReadOnly && !field.IsInitOnly)
            {
                return $"{name} can be set after the message is made";
            }

            if (Objection(field.FieldType, name) is { } objection)
            {
                return objection;
            }
        }

        return null;
    }
}
