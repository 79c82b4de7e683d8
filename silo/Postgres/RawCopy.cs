using Npgsql;

namespace Bourse.Silo.Postgres;

/// <summary>Sends rows laid out by <see cref="CopyBuffer"/>.</summary>
internal static class RawCopy
{
    private const int ChunkBytes = 128 << 10;

    /// <summary>Runs a <c>COPY … FROM STDIN (FORMAT BINARY)</c>; comes back when PostgreSQL has taken all rows.</summary>
    public static async Task Write(NpgsqlConnection connection, string copy, ReadOnlyMemory<byte> rows, CancellationToken cancellation)
    {
        var stream = await connection.BeginRawBinaryCopyAsync(copy, cancellation);
        await using (stream)
        {
            for (var rest = rows; !rest.IsEmpty;)
            {
                var chunk = rest[..Math.Min(rest.Length, ChunkBytes)];
                await stream.WriteAsync(chunk, cancellation);
                rest = rest[chunk.Length..];
            }
        }
    }
}
