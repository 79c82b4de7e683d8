using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orleans.Runtime;
using Bourse.GrainRuntime.Calls;

namespace Bourse.GrainRuntime.Wire;

/// <summary>An enumeration, by its number.</summary>
internal sealed class EnumCodec<T> : Codec<T>
    where T : struct, Enum
{
    private static readonly Codec s_number = Of(Enum.GetUnderlyingType(typeof(T)));

    public override void Write(FrameWriter writer, T value)
    {
        if (Unsafe.SizeOf<T>() == 1)
        {
            writer.WriteByte(Unsafe.BitCast<T, byte>(value));
        }
        else
        {
            s_number.WriteObject(writer, Convert.ChangeType(value, Enum.GetUnderlyingType(typeof(T)), null));
        }
    }

    public override T Read(FrameReader reader) =>
        Unsafe.SizeOf<T>() == 1 ? Unsafe.BitCast<byte, T>(reader.ReadByte()) : (T)Enum.ToObject(typeof(T), s_number.ReadObject(reader)!);
}

/// <summary>A value or none.</summary>
internal sealed class NullableCodec<T> : Codec<T?>
    where T : struct
{
    public override void Write(FrameWriter writer, T? value)
    {
        writer.WriteByte(value.HasValue ? (byte)1 : (byte)0);
        if (value is { } there)
        {
            Codec<T>.Instance.Write(writer, there);
        }
    }

    public override T? Read(FrameReader reader) => reader.ReadBool() ? Codec<T>.Instance.Read(reader) : null;
}

/// <summary>An array or none.</summary>
internal sealed class ArrayCodec<T> : Codec<T[]?>
{
    public override void Write(FrameWriter writer, T[]? value)
    {
        writer.WriteNumber(value?.Length ?? -1);
        foreach (var element in value ?? [])
        {
            Codec<T>.Instance.Write(writer, element);
        }
    }

    public override T[]? Read(FrameReader reader)
    {
        var count = reader.ReadCount();
        if (count < 0)
        {
            return null;
        }

        // An element may be larger in memory than its bytes are on the wire: room is made as they come.
        var elements = new List<T>(Math.Min(count, 1_024));
        for (var i = 0; i < count; i++)
        {
            elements.Add(Codec<T>.Instance.Read(reader));
        }

        return [.. elements];
    }
}

/// <summary>An immutable array.</summary>
internal sealed class ImmutableArrayCodec<T> : Codec<ImmutableArray<T>>
{
    public override void Write(FrameWriter writer, ImmutableArray<T> value) =>
        Codec<T[]?>.Instance.Write(writer, ImmutableCollectionsMarshal.AsArray(value));

    public override ImmutableArray<T> Read(FrameReader reader) => ImmutableCollectionsMarshal.AsImmutableArray(Codec<T[]?>.Instance.Read(reader));
}

/// <summary>A list under one of its interfaces, or none.</summary>
internal sealed class SequenceCodec<TSequence, T> : Codec<TSequence?>
    where TSequence : class, IEnumerable<T>
{
    public override void Write(FrameWriter writer, TSequence? value)
    {
        if (value is null or T[])
        {
            Codec<T[]?>.Instance.Write(writer, value as T[]);
            return;
        }

        if (value is IReadOnlyList<T> list)
        {
            writer.WriteNumber(list.Count);
            for (var i = 0; i < list.Count; i++)
            {
                Codec<T>.Instance.Write(writer, list[i]);
            }

            return;
        }

        Codec<T[]?>.Instance.Write(writer, [.. value]);
    }

    public override TSequence? Read(FrameReader reader)
    {
        var elements = Codec<T[]?>.Instance.Read(reader);
        return elements switch
        {
            null => null,
            TSequence array => array,
            _ => (TSequence)(object)new List<T>(elements),
        };
    }
}

/// <summary>A dictionary under one of its interfaces, or none.</summary>
internal sealed class DictionaryCodec<TDictionary, TKey, TValue> : Codec<TDictionary?>
    where TDictionary : class, IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    public override void Write(FrameWriter writer, TDictionary? value)
    {
        var pairs = value?.ToArray();
        writer.WriteNumber(pairs?.Length ?? -1);
        foreach (var (key, content) in pairs ?? [])
        {
            Codec<TKey>.Instance.Write(writer, key);
            Codec<TValue>.Instance.Write(writer, content);
        }
    }

    public override TDictionary? Read(FrameReader reader)
    {
        var count = reader.ReadCount();
        if (count < 0)
        {
            return null;
        }

        var dictionary = new Dictionary<TKey, TValue>();
        for (var i = 0; i < count; i++)
        {
            var key = Codec<TKey>.Instance.Read(reader) ?? throw new WireException("a key is missing");
            dictionary[key] = Codec<TValue>.Instance.Read(reader);
        }

        return (TDictionary)(object)dictionary;
    }
}

/// <summary>A reference to a grain or observer, or none; the receiver's calls go out from where it is.</summary>
internal sealed class ReferenceCodec<T> : Codec<T?>
    where T : class, IAddressable
{
    public override void Write(FrameWriter writer, T? value)
    {
        writer.WriteByte(value is null ? (byte)0 : (byte)1);
        if (value is not null)
        {
            Simple.WriteGrainId(writer, Orleans.GrainExtensions.GetGrainId(value));
        }
    }

    public override T? Read(FrameReader reader) => reader.ReadBool()
        ? (T)(object)GrainReference.Make(GrainInterface.Of(typeof(T)), Simple.ReadGrainId(reader), reader.Runtime)
        : null;
}
