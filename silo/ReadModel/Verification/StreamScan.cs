using System.Runtime.CompilerServices;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Silo.ReadModel.Verification;

/// <summary>Reads the journal stream by stream, each in its own order, without holding more than a row.</summary>
internal static class StreamScan
{
    /// <summary>Every row whose stream begins with <paramref name="prefix"/> and a slash.</summary>
    public static IAsyncEnumerable<TailRow> Kind(NpgsqlConnection connection, string prefix, CancellationToken cancellation) =>
        Read(connection, "stream >= $1 AND stream < $2", [prefix + "/", prefix + "0"], cancellation);

    public static IAsyncEnumerable<TailRow> One(NpgsqlConnection connection, string stream, CancellationToken cancellation) =>
        Read(connection, "stream_key = $1 AND stream = $2", [Fingerprint.Of(stream), stream], cancellation);

    /// <summary>What is neither an account's nor a book's nor a venue's.</summary>
    public static IAsyncEnumerable<TailRow> Others(NpgsqlConnection connection, CancellationToken cancellation) =>
        Read(connection, """
            NOT (stream >= 'account/' AND stream < 'account0') AND NOT (stream >= 'book/' AND stream < 'book0')
            AND NOT (stream >= 'venue/' AND stream < 'venue0')
            """, [], cancellation);

    private static async IAsyncEnumerable<TailRow> Read(
        NpgsqlConnection connection, string condition, object[] parameters, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT xid, position, stream, payload, version, count, time FROM journal WHERE {condition} ORDER BY stream, version", connection)
        {
            CommandTimeout = 0,
        };
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return new TailRow(
                new JournalCursor(reader.GetFieldValue<ulong>(0), reader.GetInt64(1)),
                reader.GetString(2),
                reader.GetFieldValue<byte[]>(3),
                reader.GetInt64(4),
                reader.GetInt32(5),
                reader.GetFieldValue<DateTimeOffset>(6));
        }
    }
}
