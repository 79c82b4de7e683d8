using Npgsql;

namespace Bourse.Silo.Postgres;

/// <summary>Sends rows laid out by <see cref="CopyBuffer"/>. Blocks, as whoever uses it has a thread of its own.</summary>
internal static class RawCopy
{
    private const int ChunkBytes = 128 << 10;

    /// <summary>Runs a <c>COPY … FROM STDIN (FORMAT BINARY)</c>; comes back when PostgreSQL has taken all rows.</summary>
    public static void Write(NpgsqlConnection connection, string copy, ReadOnlySpan<byte> rows)
    {
        using var stream = connection.BeginRawBinaryCopy(copy);
        Send(stream, rows);
    }

    /// <summary>Sends the rows in pieces; whoever ends the stream has them taken.</summary>
    public static void Send(Stream stream, ReadOnlySpan<byte> rows)
    {
        for (var rest = rows; !rest.IsEmpty;)
        {
            var chunk = rest[..Math.Min(rest.Length, ChunkBytes)];
            stream.Write(chunk);
            rest = rest[chunk.Length..];
        }
    }
}
