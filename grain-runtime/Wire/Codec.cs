using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Wire;

/// <summary>Writes and reads values whose type is known on both sides.</summary>
internal abstract class Codec
{
    // Bounded by the types that grain methods and streams name.
    private static readonly ConcurrentDictionary<Type, Codec> s_codecs = new();

    public static Codec Of(Type type) => s_codecs.TryGetValue(type, out var found)
        ? found
        : s_codecs.GetOrAdd(type, static type => (Codec)typeof(Codec<>).MakeGenericType(type).GetProperty(nameof(Codec<int>.Instance))!
            .GetValue(null, BindingFlags.DoNotWrapExceptions, null, null, null)!);

    public abstract void WriteObject(FrameWriter writer, object? value);

    public abstract object? ReadObject(FrameReader reader);

    /// <exception cref="NotSupportedException">Values of the type cannot travel.</exception>
    protected static Codec Make(Type type)
    {
        if (Simple.Codecs.TryGetValue(type, out var simple))
        {
            return simple;
        }

        if (type.IsEnum)
        {
            return New(typeof(EnumCodec<>), type);
        }

        if (type.IsArray && type.GetArrayRank() == 1)
        {
            return New(typeof(ArrayCodec<>), type.GetElementType()!);
        }

        if (type.IsGenericType)
        {
            var definition = type.GetGenericTypeDefinition();
            var arguments = type.GetGenericArguments();
            if (definition == typeof(Nullable<>))
            {
                return New(typeof(NullableCodec<>), arguments);
            }

            if (definition == typeof(ImmutableArray<>))
            {
                return New(typeof(ImmutableArrayCodec<>), arguments);
            }

            if (arguments is [var element] && type.IsAssignableFrom(typeof(List<>).MakeGenericType(element)))
            {
                return New(typeof(SequenceCodec<,>), type, element);
            }

            if (arguments is [var key, var value] && type.IsAssignableFrom(typeof(Dictionary<,>).MakeGenericType(key, value)))
            {
                return New(typeof(DictionaryCodec<,,>), type, key, value);
            }
        }

        if (typeof(Exception).IsAssignableFrom(type))
        {
            return New(typeof(ExceptionCodec<>), type);
        }

        return type.IsInterface && typeof(IAddressable).IsAssignableFrom(type) ? New(typeof(ReferenceCodec<>), type) : New(typeof(RecordCodec<>), type);
    }

    private static Codec New(Type codec, params Type[] arguments)
    {
        try
        {
            return (Codec)Activator.CreateInstance(codec.MakeGenericType(arguments))!;
        }
        catch (TargetInvocationException failure) when (failure.InnerException is NotSupportedException refused)
        {
            throw new NotSupportedException(refused.Message, refused);
        }
    }
}

/// <summary>Writes and reads values of one type.</summary>
internal abstract class Codec<T> : Codec
{
    private static Codec<T>? s_instance;

    /// <summary>Made at first need, so that types may contain themselves.</summary>
    public static Codec<T> Instance => s_instance ??= (Codec<T>)Make(typeof(T));

    public abstract void Write(FrameWriter writer, T value);

    public abstract T Read(FrameReader reader);

    public sealed override void WriteObject(FrameWriter writer, object? value) => Write(writer, (T)value!);

    public sealed override object? ReadObject(FrameReader reader) => Read(reader);
}
