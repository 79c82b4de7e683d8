using System.Runtime.CompilerServices;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Silo.Journal;

/// <summary>Consecutive events of one stream, as bytes.</summary>
/// <param name="Version">The number of the first.</param>
/// <param name="Time">When they were committed.</param>
public sealed record StreamRow(long Version, int Count, byte[] Payload, DateTimeOffset Time);

/// <summary>Reads one stream of the journal from the outside, in order, however long it is; memory holds one row.</summary>
public static class JournalStream
{
    /// <summary>Nothing comes from a stream that there is not.</summary>
    /// <param name="fromVersion">The first event that is wanted, 1 or more; the first row may begin before.</param>
    /// <exception cref="NpgsqlException">PostgreSQL does not answer, or holds no journal.</exception>
    public static async IAsyncEnumerable<StreamRow> Read(
        string connectionString, string stream, long fromVersion, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            """
            SELECT version, count, payload, time FROM journal
            WHERE stream_key = $3 AND stream = $1 AND version >= coalesce(
                (SELECT max(version) FROM journal WHERE stream_key = $3 AND stream = $1 AND version <= $2), 0)
            ORDER BY version
            """,
            connection)
        {
            CommandTimeout = 0,
            Parameters = { new() { Value = stream }, new() { Value = fromVersion }, new() { Value = Fingerprint.Of(stream) } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return new StreamRow(
                reader.GetInt64(0), reader.GetInt32(1), reader.GetFieldValue<byte[]>(2), reader.GetFieldValue<DateTimeOffset>(3));
        }
    }
}
