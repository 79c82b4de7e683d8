using System.Buffers.Binary;
using System.Text;

namespace Bourse.GrainRuntime.Wire;

/// <summary>Writes one frame: four bytes for the length of what follows, then that. Used again and again by one thread.</summary>
internal sealed class FrameWriter
{
    /// <summary>The most that a frame may hold; a message beyond it fails alone.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    private const int LengthBytes = 4;
    private const int RoomKept = 64 * 1024;

    [ThreadStatic]
    private static FrameWriter? t_writer;

    private byte[] _bytes = new byte[1024];
    private int _used;

    /// <summary>The thread's writer, at the begin of a frame of this kind.</summary>
    public static FrameWriter Begin(FrameKind kind)
    {
        var writer = t_writer ??= new FrameWriter();
        if (writer._bytes.Length > RoomKept)
        {
            writer._bytes = new byte[1024];
        }

        writer._used = LengthBytes;
        writer.WriteByte((byte)kind);
        return writer;
    }

    /// <summary>The whole frame.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes, _used - LengthBytes);
        return _bytes.AsSpan(0, _used);
    }

    public void WriteByte(byte value) => Take(1)[0] = value;

    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    /// <summary>Small numbers of either sign in few bytes.</summary>
    public void WriteNumber(long value)
    {
        var rest = (ulong)((value << 1) ^ (value >> 63));
        for (; rest >= 0x80; rest >>= 7)
        {
            WriteByte((byte)(rest | 0x80));
        }

        WriteByte((byte)rest);
    }

    public void WriteString(string? value)
    {
        if (value is null)
        {
            WriteNumber(-1);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        WriteNumber(length);
        Encoding.UTF8.GetBytes(value, Take(length));
    }

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteNumber(value.Length);
        value.CopyTo(Take(value.Length));
    }

    public Span<byte> Take(int count)
    {
        if (count > _bytes.Length - _used)
        {
            if ((long)_used + count > MaxLength)
            {
                throw new NotSupportedException($"A message is larger than {MaxLength} bytes.");
            }

            Array.Resize(ref _bytes, Math.Max(_used + count, _bytes.Length * 2));
        }

        _used += count;
        return _bytes.AsSpan(_used - count, count);
    }
}
