using System.Runtime.InteropServices;
using Bourse.GrainRuntime.Calls;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Wire;

/// <summary>Values without parts.</summary>
internal static class Simple
{
    public static readonly Dictionary<Type, Codec> Codecs = new Codec[]
    {
        Number<bool>(v => v ? 1 : 0, n => n != 0),
        Number<byte>(v => v, n => checked((byte)n)),
        Number<sbyte>(v => v, n => checked((sbyte)n)),
        Number<short>(v => v, n => checked((short)n)),
        Number<ushort>(v => v, n => checked((ushort)n)),
        Number<int>(v => v, n => checked((int)n)),
        Number<uint>(v => v, n => checked((uint)n)),
        Number<long>(v => v, n => n),
        Number<ulong>(v => (long)v, n => (ulong)n),
        Number<char>(v => v, n => checked((char)n)),
        Number<TimeSpan>(v => v.Ticks, n => new TimeSpan(n)),
        Number<DateOnly>(v => v.DayNumber, n => DateOnly.FromDayNumber(checked((int)n))),
        Number<double>(BitConverter.DoubleToInt64Bits, BitConverter.Int64BitsToDouble),
        Number<float>(v => BitConverter.SingleToInt32Bits(v), n => BitConverter.Int32BitsToSingle(checked((int)n))),
        Number<DateTime>(v => v.ToBinary(), DateTime.FromBinary),
        Make<string>((w, v) => w.WriteString(v), r => r.ReadString()!),
        Make<Guid>((w, v) => MemoryMarshal.Write(w.Take(16), in v), r => MemoryMarshal.Read<Guid>(r.Take(16))),
        Make<decimal>(WriteDecimal, ReadDecimal),
        Make<DateTimeOffset>(
            (w, v) =>
            {
                w.WriteInt64(v.Ticks);
                w.WriteNumber((long)v.Offset.TotalMinutes);
            },
            r => new DateTimeOffset(r.ReadInt64(), TimeSpan.FromMinutes(r.ReadNumber()))),
        Make<ReadOnlyMemory<byte>>((w, v) => w.WriteBytes(v.Span), r => r.ReadBytes().ToArray()),
        Make<GrainId>(WriteGrainId, ReadGrainId),
        Make<StreamId>(WriteStreamId, ReadStreamId),
        Make<NoResult>((_, _) => { }, _ => default),
        Make<CancellationToken>((_, _) => { }, _ => default),
        Make<object>(WireTypes.WriteAny!, WireTypes.ReadAny!),
    }.ToDictionary(codec => codec.GetType().GetGenericArguments()[0]);

    public static void WriteGrainId(FrameWriter writer, GrainId id)
    {
        writer.WriteBytes(id.Type.AsSpan());
        writer.WriteBytes(id.Key.AsSpan());
    }

    public static GrainId ReadGrainId(FrameReader reader)
    {
        var type = new GrainType(reader.ReadBytes().ToArray());
        return new GrainId(type, new IdSpan(reader.ReadBytes().ToArray()));
    }

    public static void WriteStreamId(FrameWriter writer, StreamId id)
    {
        writer.WriteBytes(id.Namespace.Span);
        writer.WriteBytes(id.Key.Span);
    }

    public static StreamId ReadStreamId(FrameReader reader)
    {
        var space = reader.ReadBytes().ToArray();
        return StreamId.Create(space, reader.ReadBytes());
    }

    private static Codec Number<T>(Func<T, long> toNumber, Func<long, T> toValue) =>
        new SimpleCodec<T>((writer, value) => writer.WriteNumber(toNumber(value)), reader => toValue(reader.ReadNumber()));

    private static Codec Make<T>(Action<FrameWriter, T> write, Func<FrameReader, T> read) => new SimpleCodec<T>(write, read);

    private static void WriteDecimal(FrameWriter writer, decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        MemoryMarshal.AsBytes(parts).CopyTo(writer.Take(16));
    }

    private static decimal ReadDecimal(FrameReader reader)
    {
        Span<int> parts = stackalloc int[4];
        reader.Take(16).CopyTo(MemoryMarshal.AsBytes(parts));
        return new decimal(parts);
    }
}

/// <summary>A value written and read by two functions. What they throw at values out of range means that no peer of ours wrote them.</summary>
internal sealed class SimpleCodec<T>(Action<FrameWriter, T> write, Func<FrameReader, T> read) : Codec<T>
{
    public override void Write(FrameWriter writer, T value) => write(writer, value);

    public override T Read(FrameReader reader)
    {
        try
        {
            return read(reader);
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            throw new WireException($"no {typeof(T)}", exception);
        }
    }
}
