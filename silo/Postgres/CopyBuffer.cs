using System.Buffers.Binary;
using System.Text;

namespace Bourse.Silo.Postgres;

/// <summary>
/// Rows in PostgreSQL's binary COPY format, laid out by hand in one reused buffer: the inner loop of the journal writer and of the projector. The format is
/// that of PostgreSQL's documentation of COPY, "Binary Format".
/// </summary>
internal sealed class CopyBuffer
{
    private const int KeptBytes = 8 << 20;
    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly long PostgresEpochTicks = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private byte[] _bytes = new byte[256 << 10];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Begin()
    {
        if (_bytes.Length > KeptBytes)
        {
            _bytes = new byte[256 << 10];
        }

        _length = 0;
        Header.CopyTo(Room(Header.Length));
    }

    public void End() => BinaryPrimitives.WriteInt16BigEndian(Room(2), -1);

    public void BeginRow(short columns) => BinaryPrimitives.WriteInt16BigEndian(Room(2), columns);

    public void Write(int value)
    {
        var room = Room(8);
        BinaryPrimitives.WriteInt32BigEndian(room, 4);
        BinaryPrimitives.WriteInt32BigEndian(room[4..], value);
    }

    public void Write(short value)
    {
        var room = Room(6);
        BinaryPrimitives.WriteInt32BigEndian(room, 2);
        BinaryPrimitives.WriteInt16BigEndian(room[4..], value);
    }

    public void Write(long value)
    {
        var room = Room(12);
        BinaryPrimitives.WriteInt32BigEndian(room, 8);
        BinaryPrimitives.WriteInt64BigEndian(room[4..], value);
    }

    public void Write(bool value)
    {
        var room = Room(5);
        BinaryPrimitives.WriteInt32BigEndian(room, 1);
        room[4] = value ? (byte)1 : (byte)0;
    }

    public void Write(Guid value)
    {
        var room = Room(20);
        BinaryPrimitives.WriteInt32BigEndian(room, 16);
        value.TryWriteBytes(room[4..], bigEndian: true, out _);
    }

    /// <summary>A timestamptz, to the microsecond.</summary>
    public void WriteTime(DateTimeOffset value) => Write((value.UtcTicks - PostgresEpochTicks) / TimeSpan.TicksPerMicrosecond);

    /// <summary>A timestamptz of ms since 1970 UTC.</summary>
    public void WriteTimeMs(long value) => Write((value * 1_000) - ((PostgresEpochTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond));

    /// <summary>The time of a timestamptz as it travels.</summary>
    public static DateTimeOffset ToTime(long microseconds) => new((microseconds * TimeSpan.TicksPerMicrosecond) + PostgresEpochTicks, TimeSpan.Zero);

    /// <summary>A numeric, with the decimals that the value carries.</summary>
    public void Write(decimal value)
    {
        Span<byte> digits = stackalloc byte[PostgresNumeric.MaxBytes];
        var length = PostgresNumeric.Write(value, digits);
        BeginBytes(length);
        WriteRaw(digits[..length]);
    }

    public void Write(decimal? value)
    {
        if (value is { } known)
        {
            Write(known);
        }
        else
        {
            WriteNull();
        }
    }

    public void WriteOrNull(string? value)
    {
        if (value is null)
        {
            WriteNull();
        }
        else
        {
            Write(value);
        }
    }

    public void WriteNull() => BinaryPrimitives.WriteInt32BigEndian(Room(4), -1);

    public void Write(string value)
    {
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        var room = Room(4 + most);
        var length = Encoding.UTF8.GetBytes(value, room[4..]);
        BinaryPrimitives.WriteInt32BigEndian(room, length);
        _length -= most - length;
    }

    /// <summary>Text that is UTF-8 already.</summary>
    public void WriteUtf8(ReadOnlySpan<byte> text)
    {
        BeginBytes(text.Length);
        WriteRaw(text);
    }

    /// <summary>An array of one dimension without nulls, whose elements follow as values do.</summary>
    /// <param name="elementType">The type's number in <c>pg_type</c>.</param>
    /// <param name="bytes">Of all elements together, without their lengths.</param>
    public void BeginArray(uint elementType, int count, int bytes)
    {
        var room = Room(24);
        BinaryPrimitives.WriteInt32BigEndian(room, 20 + (count * 4) + bytes);
        BinaryPrimitives.WriteInt32BigEndian(room[4..], 1);
        BinaryPrimitives.WriteInt32BigEndian(room[8..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(room[12..], elementType);
        BinaryPrimitives.WriteInt32BigEndian(room[16..], count);
        BinaryPrimitives.WriteInt32BigEndian(room[20..], 1);
    }

    /// <summary>The length of a value whose bytes follow by <see cref="WriteRaw"/>.</summary>
    public void BeginBytes(int length) => BinaryPrimitives.WriteInt32BigEndian(Room(4), length);

    public void WriteRaw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    private Span<byte> Room(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        }

        var room = _bytes.AsSpan(_length, count);
        _length += count;
        return room;
    }
}
