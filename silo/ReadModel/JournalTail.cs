using Npgsql;
using NpgsqlTypes;

namespace Bourse.Silo.ReadModel;

/// <summary>
/// Reads the journal in commit order. Only rows of transactions older than every running one are read: no row can appear
/// before them any more.
/// </summary>
internal static class JournalTail
{
    private const string Sql =
        """
        SELECT xid, position, stream, payload, version, count, time FROM journal
        WHERE (xid, position) > ($1, $2) AND xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY xid, position LIMIT $3
        """;

    /// <summary>Hands each row after the cursor to <paramref name="take"/>, until that says no more, there are none, or <paramref name="maxRows"/> are taken.</summary>
    /// <returns>How many rows were taken.</returns>
    public static async Task<int> Read(
        NpgsqlConnection connection, JournalCursor after, int maxRows, Func<TailRow, bool> take, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<ulong> { TypedValue = after.Xid, NpgsqlDbType = NpgsqlDbType.Xid8 },
                new NpgsqlParameter<long> { TypedValue = after.Position },
                new NpgsqlParameter<int> { TypedValue = maxRows },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = 0;
        while (await reader.ReadAsync(cancellation))
        {
            var row = new TailRow(
                new JournalCursor(reader.GetFieldValue<ulong>(0), reader.GetInt64(1)),
                reader.GetString(2),
                reader.GetFieldValue<byte[]>(3),
                reader.GetInt64(4),
                reader.GetInt32(5),
                reader.GetFieldValue<DateTimeOffset>(6));
            if (!take(row))
            {
                break;
            }

            rows++;
        }

        return rows;
    }
}
