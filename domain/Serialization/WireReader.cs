using System.Buffers.Binary;
using System.Text;

namespace Bourse.Domain.Serialization;

/// <summary>
/// Reads what <see cref="WireWriter"/> wrote. Every method throws <see cref="WireFormatException"/> on bytes that are cut short
/// or malformed, and never reads past the end.
/// </summary>
public ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>What has not been read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte ReadByte() => Take(1)[0];

    public bool ReadBool() => ReadByte() switch
    {
        0 => false,
        1 => true,
        var other => throw new WireFormatException($"A truth value is 0 or 1, not {other}."),
    };

    public ulong ReadVarUInt()
    {
        ulong value = 0;
        var rest = _rest;
        for (var i = 0; i < rest.Length && i < 10; i++)
        {
            var part = rest[i];
            if (i == 9 && part > 1)
            {
                break;
            }

            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                _rest = rest[(i + 1)..];
                return value;
            }
        }

        throw new WireFormatException(rest.Length < 10 ? "The bytes end within a number." : "A number is longer than 64 bits.");
    }

    public long ReadVarInt()
    {
        var value = ReadVarUInt();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public long ReadCount()
    {
        var value = ReadVarUInt();
        return value <= long.MaxValue ? (long)value : throw new WireFormatException("A count is above its bound.");
    }

    /// <summary>A count that fits in 32 bits.</summary>
    public int ReadCount32()
    {
        var value = ReadVarUInt();
        return value <= int.MaxValue ? (int)value : throw new WireFormatException("A count is above its bound.");
    }

    /// <summary>How many elements follow, each of at least one byte: never more than there are bytes left.</summary>
    public int ReadLength()
    {
        var value = ReadVarUInt();
        return value <= (ulong)_rest.Length ? (int)value : throw new WireFormatException("A length reaches past the end.");
    }

    public decimal ReadDecimal() => ReadDecimal(ReadByte());

    public decimal? ReadDecimalOrNull()
    {
        var head = ReadByte();
        return head == 0xFF ? null : ReadDecimal(head);
    }

    public string ReadString() => Encoding.UTF8.GetString(Take(ReadLength()));

    /// <summary>A text of which there are few, such as a symbol or a currency: the one copy that everything in the process shares.</summary>
    public string ReadName() => string.Intern(ReadString());

    public string? ReadStringOrNull() => TryReadOptional(out var text) ? Encoding.UTF8.GetString(text) : null;

    /// <summary>The bytes of what <see cref="ReadStringOrNull"/> reads; empty for null.</summary>
    public ReadOnlySpan<byte> ReadBytesOrNull() => TryReadOptional(out var bytes) ? bytes : default;

    public Guid ReadGuid() => new(Take(16));

    public ReadOnlySpan<byte> ReadBytes() => Take(ReadLength());

    private bool TryReadOptional(out ReadOnlySpan<byte> bytes)
    {
        var length = ReadVarUInt();
        if (length > (ulong)_rest.Length + 1)
        {
            throw new WireFormatException("A string reaches past the end.");
        }

        bytes = length == 0 ? default : Take((int)(length - 1));
        return length != 0;
    }

    private decimal ReadDecimal(byte head)
    {
        var scale = (byte)(head & 0x1F);
        if (scale > 28 || (head & 0x80) != 0)
        {
            throw new WireFormatException($"A decimal's head {head} is malformed.");
        }

        var negative = (head & 0x20) != 0;
        if ((head & 0x40) == 0)
        {
            var mantissa = ReadVarUInt();
            return new decimal((int)mantissa, (int)(mantissa >> 32), 0, negative, scale);
        }

        var wide = Take(12);
        return new decimal(
            BinaryPrimitives.ReadInt32LittleEndian(wide),
            BinaryPrimitives.ReadInt32LittleEndian(wide[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(wide[8..]),
            negative,
            scale);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw new WireFormatException($"The bytes end: {count} wanted, {_rest.Length} left.");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
