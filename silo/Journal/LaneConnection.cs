using Bourse.Silo.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Bourse.Silo.Journal;

/// <summary>
/// A lane's connection to PostgreSQL, used by the lane's writer thread alone. Its calls block: a thread of its own costs less
/// than a continuation per packet, and goes on when the thread pool is busy.
/// </summary>
internal sealed class LaneConnection(string connectionString, string name) : IDisposable
{
    private const string Copy = "COPY journal (stream_key, version, time, count, stream, payload) FROM STDIN (FORMAT BINARY)";

    private NpgsqlConnection? _connection;
    private int _backend;
    private int _lostBackend;

    /// <summary>
    /// Connects anew. What the connection before may still have under way is ended first, so that nothing commits behind
    /// the back of who was told that its outcome is unknown. Proves by a commit that PostgreSQL can write, and that a synchronous standby has all that
    /// can be read.
    /// </summary>
    public void Open()
    {
        Drop();
        var connection = new NpgsqlConnection(connectionString);
        try
        {
            connection.Open();
            if (_lostBackend != 0)
            {
                EndLostBackend(connection);
            }

            // A commit that wrote nothing to the log would wait for no standby.
            using var write = new NpgsqlCommand($"SELECT {Backend.Port} FROM pg_logical_emit_message(true, 'bourse', '')", connection);
            Backend.Find(connection, write.ExecuteScalar())?.Raise(1); // orders wait for it
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        _lostBackend = 0;
        _backend = connection.ProcessID;
        _connection = connection;
    }

    /// <summary>Writes a batch as one transaction of its own.</summary>
    /// <param name="sent">Becomes true when PostgreSQL may have committed: before that a failure has certainly written nothing.</param>
    public void Commit(ReadOnlySpan<byte> rows, ref bool sent)
    {
        using var stream = _connection!.BeginRawBinaryCopy(Copy);
        try
        {
            RawCopy.Send(stream, rows);
        }
        catch
        {
            Drop();
            throw;
        }

        sent = true;
    }

    /// <summary>Which of these rows exist already.</summary>
    public List<string> FindTaken(ReadOnlySpan<BatchRow> rows)
    {
        var streams = new string[rows.Length];
        var keys = new long[rows.Length];
        var versions = new long[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            streams[i] = rows[i].Stream;
            keys[i] = Fingerprint.Of(rows[i].Stream);
            versions[i] = rows[i].Version;
        }

        using var command = new NpgsqlCommand(
            """
            SELECT DISTINCT j.stream FROM unnest($1, $2, $3) AS n (key, version, stream)
            JOIN journal j ON j.stream_key = n.key AND j.version = n.version AND j.stream = n.stream COLLATE "C"
            """,
            _connection)
        {
            Parameters =
            {
                new() { Value = keys, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new() { Value = versions, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new() { Value = streams, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            },
        };
        using var reader = command.ExecuteReader();
        var taken = new List<string>();
        while (reader.Read())
        {
            taken.Add(reader.GetString(0));
        }

        return taken;
    }

    public void Drop()
    {
        if (_connection is null)
        {
            return;
        }

        _lostBackend = _backend;
        _connection.Dispose();
        _connection = null;
    }

    public void Dispose() => _connection?.Dispose();

    private void EndLostBackend(NpgsqlConnection connection)
    {
        using var end = new NpgsqlCommand(
            "SELECT bool_and(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2", connection)
        {
            Parameters = { new() { Value = _lostBackend }, new() { Value = name } },
        };
        if (end.ExecuteScalar() is false)
        {
            throw new TimeoutException("the connection lost before does not end");
        }
    }
}
