using System.Buffers.Binary;
using Npgsql;

namespace Bourse.Silo.Postgres;

/// <summary>What a <c>COPY … TO STDOUT (FORMAT BINARY)</c> sends, in one reused buffer: the counterpart of <see cref="CopyBuffer"/>.</summary>
internal sealed class CopyRows
{
    private const int HeaderBytes = 19;
    private const int FirstBytes = 256 << 10;
    private const int KeptBytes = 32 << 20;

    private byte[] _bytes = new byte[FirstBytes];
    private int _length;
    private int _at;

    /// <summary>Runs the statement and takes in all of its answer. Blocks.</summary>
    public void Read(NpgsqlConnection connection, string copy)
    {
        if (_bytes.Length > KeptBytes)
        {
            _bytes = new byte[FirstBytes];
        }

        (_length, _at) = (0, HeaderBytes);
        using var stream = connection.BeginRawBinaryCopy(copy);
        while (true)
        {
            var read = stream.Read(_bytes.AsSpan(_length));
            if (read == 0)
            {
                return;
            }

            _length += read;
            if (_length == _bytes.Length)
            {
                Array.Resize(ref _bytes, _bytes.Length * 2);
            }
        }
    }

    /// <summary>Goes to the next row; false at the end.</summary>
    /// <exception cref="InvalidDataException">It has another number of columns, or is cut short.</exception>
    public bool NextRow(short columns)
    {
        var count = BinaryPrimitives.ReadInt16BigEndian(Take(2));
        return count == columns || (count == -1 ? false : throw new InvalidDataException($"a row has {count} columns in place of {columns}"));
    }

    /// <summary>The bytes of the row's next column, which is not null.</summary>
    public ReadOnlySpan<byte> Column() => Take(BinaryPrimitives.ReadInt32BigEndian(Take(4)));

    /// <inheritdoc cref="Column()"/>
    public ReadOnlySpan<byte> Column(int bytes)
    {
        var column = Column();
        return column.Length == bytes ? column : throw new InvalidDataException($"a column has {column.Length} bytes in place of {bytes}");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _length - _at)
        {
            throw new InvalidDataException("a row is cut short");
        }

        var taken = _bytes.AsSpan(_at, count);
        _at += count;
        return taken;
    }
}
