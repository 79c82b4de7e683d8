using System.Linq.Expressions;
using System.Reflection;
using Orleans;

namespace Bourse.GrainRuntime.Wire;

/// <summary>A record: what its constructor takes, in that order, then what else can be set at its making, by name.</summary>
internal sealed class RecordCodec<T> : Codec<T>
{
    private const BindingFlags Members = BindingFlags.Public | BindingFlags.Instance;

    private readonly Action<FrameWriter, T> _write;
    private readonly Func<FrameReader, T> _read;

    public RecordCodec()
    {
        var type = typeof(T);
        if (type.IsAbstract || type.ContainsGenericParameters || !IsMessage(type))
        {
            throw new NotSupportedException($"{type} cannot travel between processes: it is no message.");
        }

        var constructor = type.GetConstructors().MaxBy(c => c.GetParameters().Length);
        var parameters = constructor?.GetParameters() ?? [];
        var taken = parameters.Select(p => type.GetProperty(p.Name!, Members)
            ?? throw new NotSupportedException($"{type} cannot travel between processes: {p.Name} of its constructor is no property.")).ToList();
        var set = type.GetProperties(Members)
            .Where(p => p is { CanRead: true, CanWrite: true } && p.GetIndexParameters().Length == 0 && !taken.Contains(p))
            .OrderBy(p => p.Name, StringComparer.Ordinal)
            .ToList();
        _write = CompileWrite([.. taken, .. set]);
        _read = CompileRead(constructor, taken, set);
    }

    public override void Write(FrameWriter writer, T value)
    {
        if (!typeof(T).IsValueType)
        {
            writer.WriteByte(value is null ? (byte)0 : (byte)1);
            if (value is null)
            {
                return;
            }
        }

        _write(writer, value);
    }

    public override T Read(FrameReader reader)
    {
        if (typeof(T).IsValueType)
        {
            return _read(reader);
        }

        if (!reader.ReadBool())
        {
            return default!;
        }

        reader.Enter();
        var value = _read(reader);
        reader.Leave();
        return value;
    }

    // Values of the framework (tuples) have fields in place of properties, and no message of ours is one of its classes.
    private static bool IsMessage(Type type) =>
        type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false) || (type.IsValueType && type.Assembly != typeof(object).Assembly);

    private static Action<FrameWriter, T> CompileWrite(IEnumerable<PropertyInfo> members)
    {
        var writer = Expression.Parameter(typeof(FrameWriter));
        var value = Expression.Parameter(typeof(T));
        var writes = members.Select(member => (Expression)Expression.Call(
            CodecOf(member), nameof(Codec<int>.Write), null, writer, Expression.Property(value, member)));
        return Expression.Lambda<Action<FrameWriter, T>>(Expression.Block([.. writes, Expression.Empty()]), writer, value).Compile();
    }

    private static Func<FrameReader, T> CompileRead(ConstructorInfo? constructor, List<PropertyInfo> taken, List<PropertyInfo> set)
    {
        var reader = Expression.Parameter(typeof(FrameReader));
        Expression Read(PropertyInfo member) => Expression.Call(CodecOf(member), nameof(Codec<int>.Read), null, reader);
        var make = constructor is null ? Expression.New(typeof(T)) : Expression.New(constructor, taken.Select(Read));
        return Expression.Lambda<Func<FrameReader, T>>(
            Expression.MemberInit(make, set.Select(member => Expression.Bind(member, Read(member)))), reader).Compile();
    }

    private static MemberExpression CodecOf(PropertyInfo member) =>
        Expression.Property(null, typeof(Codec<>).MakeGenericType(member.PropertyType), nameof(Codec<int>.Instance));
}
