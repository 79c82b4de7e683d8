using System.Reflection;
using Bourse.GrainRuntime.Activations;
using Bourse.GrainRuntime.Calls;
using Orleans;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Wire;

/// <summary>The types and methods that may be named on the wire: only those that the assemblies of this program which use the engine hold.</summary>
internal static class WireTypes
{
    private static readonly Type[] s_simple =
        [typeof(string), typeof(bool), typeof(int), typeof(long), typeof(double), typeof(decimal), typeof(Guid), typeof(DateTimeOffset), typeof(TimeSpan)];

    private static readonly Lazy<Tables> s_tables = new(() => new Tables());

    /// <summary>Makes ready what calls between processes need, which the first call of each method would wait for otherwise.</summary>
    public static void MakeReady()
    {
        s_tables.Value.Methods.Values.ToList().ForEach(method => Try(() => GrainMethod.Of(method).MakeReady()));
        s_tables.Value.Messages.Values.ToList().ForEach(message => Try(() => Codec.Of(message)));

        static void Try(Action make)
        {
            try
            {
                make();
            }
            catch (NotSupportedException)
            {
                // It cannot travel: who sends it is told.
            }
        }
    }

    /// <summary>Null where no method of a grain interface here has the number.</summary>
    public static GrainMethod? FindMethod(uint number) => s_tables.Value.Methods.GetValueOrDefault(number) is { } info ? GrainMethod.Of(info) : null;

    /// <summary>The same in every process that knows the method.</summary>
    public static uint NumberOf(MethodInfo method) => StableHash.ComputeHash(
        $"{method.DeclaringType!.FullName}.{method.Name}({string.Join(',', method.GetParameters().Select(p => p.ParameterType.ToString()))})");

    public static Type? FindException(string name) => s_tables.Value.Exceptions.GetValueOrDefault(name)
        ?? (name.StartsWith("System.", StringComparison.Ordinal) && typeof(object).Assembly.GetType(name) is { } own && typeof(Exception).IsAssignableFrom(own) ? own : null);

    /// <summary>A message's name.</summary>
    /// <exception cref="NotSupportedException">It is not one that may travel under a name.</exception>
    public static string NameOf(Type type) =>
        FindMessage(type.FullName!) == type ? type.FullName! : throw new NotSupportedException($"{type} cannot travel between processes: it is no message.");

    public static Type? FindMessage(string name) => s_tables.Value.Messages.GetValueOrDefault(name);

    /// <summary>A value with its type's name.</summary>
    public static void WriteAny(FrameWriter writer, object? value)
    {
        writer.WriteString(value is null ? null : NameOf(value.GetType()));
        if (value is not null)
        {
            Codec.Of(value.GetType()).WriteObject(writer, value);
        }
    }

    public static object? ReadAny(FrameReader reader) => reader.ReadString() switch
    {
        null => null,
        var name => Codec.Of(FindMessage(name) ?? throw new WireException("a type that is no message")).ReadObject(reader),
    };

    private sealed class Tables
    {
        public Tables()
        {
            foreach (var type in GrainClasses.Types)
            {
                if (type.IsInterface && typeof(IAddressable).IsAssignableFrom(type))
                {
                    foreach (var method in type.GetMethods().Where(m => !m.IsStatic && !m.IsGenericMethod))
                    {
                        Add(method);
                    }
                }
                else if (typeof(Exception).IsAssignableFrom(type))
                {
                    Exceptions[type.FullName!] = type;
                }
                else if (type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false) && !type.ContainsGenericParameters)
                {
                    Messages[type.FullName!] = type;
                }
            }

            foreach (var type in s_simple)
            {
                Messages[type.FullName!] = type;
            }
        }

        public Dictionary<uint, MethodInfo> Methods { get; } = [];

        public Dictionary<string, Type> Exceptions { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, Type> Messages { get; } = new(StringComparer.Ordinal);

        private void Add(MethodInfo method)
        {
            if (!Methods.TryAdd(NumberOf(method), method) && Methods[NumberOf(method)] != method)
            {
                throw new OrleansConfigurationException($"{method.DeclaringType}.{method.Name} and {Methods[NumberOf(method)]} have the same number: rename one.");
            }
        }
    }
}
