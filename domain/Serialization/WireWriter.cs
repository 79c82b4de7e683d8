using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Bourse.Domain.Serialization;

/// <summary>
/// Writes compact binary values into a buffer writer. <see cref="Flush"/> ends the writing: bytes before it are not yet
/// handed over. The counterpart is <see cref="WireReader"/>.
/// </summary>
public ref struct WireWriter(IBufferWriter<byte> output)
{
    private readonly IBufferWriter<byte> _output = output;
    private Span<byte> _span;
    private int _used;

    public void WriteByte(byte value)
    {
        Ensure(1);
        _span[_used++] = value;
    }

    public void WriteBool(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    /// <summary>1 to 10 bytes, seven bits each, lowest first.</summary>
    public void WriteVarUInt(ulong value)
    {
        Ensure(10);
        var span = _span;
        var used = _used;
        while (value >= 0x80)
        {
            span[used++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[used++] = (byte)value;
        _used = used;
    }

    /// <summary>Zigzag, so that small numbers of either sign are short.</summary>
    public void WriteVarInt(long value) => WriteVarUInt((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>A number that is never below zero.</summary>
    public void WriteCount(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        WriteVarUInt((ulong)value);
    }

    /// <summary>
    /// A head byte (scale in the low five bits, sign in bit 5, wide in bit 6), then the mantissa: a varint, or 12 bytes when it is
    /// wider than 64 bits. The scale is kept, so that a value reads back bit for bit.
    /// </summary>
    public void WriteDecimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var head = (byte)(((bits[3] >> 16) & 0x1F) | (bits[3] < 0 ? 0x20 : 0));
        if (bits[2] == 0)
        {
            WriteByte(head);
            WriteVarUInt(((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
            return;
        }

        Ensure(13);
        _span[_used] = (byte)(head | 0x40);
        BinaryPrimitives.WriteInt32LittleEndian(_span[(_used + 1)..], bits[0]);
        BinaryPrimitives.WriteInt32LittleEndian(_span[(_used + 5)..], bits[1]);
        BinaryPrimitives.WriteInt32LittleEndian(_span[(_used + 9)..], bits[2]);
        _used += 13;
    }

    /// <summary>As <see cref="WriteDecimal"/>; null is the head byte 0xFF.</summary>
    public void WriteDecimalOrNull(decimal? value)
    {
        if (value is { } known)
        {
            WriteDecimal(known);
        }
        else
        {
            WriteByte(0xFF);
        }
    }

    /// <summary>Length in bytes, then UTF-8.</summary>
    public void WriteString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        WriteVarUInt((ulong)length);
        WriteUtf8(value, length);
    }

    /// <summary>Zero for null, else the length in bytes plus one, then UTF-8.</summary>
    public void WriteStringOrNull(string? value)
    {
        if (value is null)
        {
            WriteByte(0);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        WriteVarUInt((ulong)length + 1);
        WriteUtf8(value, length);
    }

    public void WriteGuid(Guid value)
    {
        Ensure(16);
        value.TryWriteBytes(_span[_used..]);
        _used += 16;
    }

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteVarUInt((ulong)value.Length);
        WriteRaw(value);
    }

    /// <summary>Bytes as they are, without their length: a value written before.</summary>
    public void WriteRaw(ReadOnlySpan<byte> value)
    {
        Ensure(value.Length);
        value.CopyTo(_span[_used..]);
        _used += value.Length;
    }

    /// <summary>Hands everything written to the buffer writer.</summary>
    public void Flush()
    {
        if (_used > 0)
        {
            _output.Advance(_used);
        }

        _span = default;
        _used = 0;
    }

    private void WriteUtf8(string value, int length)
    {
        Ensure(length);
        Encoding.UTF8.GetBytes(value, _span[_used..]);
        _used += length;
    }

    private void Ensure(int count)
    {
        if (_span.Length - _used >= count)
        {
            return;
        }

        Flush();
        _span = _output.GetSpan(Math.Max(count, 256));
    }
}
