using Bourse.Silo.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Bourse.Silo.ReadModel;

/// <summary>
/// Brings batches into the tables: each in one transaction that also moves the cursor, so that a batch is in them wholly or not at all,
/// and once. Used by one projector at a time on the connection that holds its lock.
/// </summary>
internal sealed class ReadModelWriter(NpgsqlConnection connection, MonthlyPartitions partitions)
{
    private const int ReplayedRowsAtOnce = 50_000;

    private readonly OrderRows _orders = new(partitions);
    private readonly AccountRows _accounts = new();

    /// <summary>Where the tables stand.</summary>
    public JournalCursor Cursor { get; private set; }

    /// <summary>Reads the cursor and what earlier projectors left to be done.</summary>
    /// <param name="batch">Used to read what is unresolved; empty afterwards.</param>
    public void Restore(ReadModelBatch batch, NamePool names, JournalTail tail, EquityPoints equity, CancellationToken cancellation)
    {
        Execute("SET synchronous_commit = off"); // a lost batch is projected again
        Execute("SET enable_seqscan = off"); // every statement goes by key, whatever stale statistics say
        JournalCursor readAgainAfter;
        using (var command = new NpgsqlCommand("SELECT xid, position, unresolved_xid, unresolved_position FROM projector_cursor", connection))
        using (var reader = command.ExecuteReader())
        {
            reader.Read();
            Cursor = new JournalCursor(reader.GetFieldValue<ulong>(0), reader.GetInt64(1));
            readAgainAfter = new JournalCursor(reader.GetFieldValue<ulong>(2), reader.GetInt64(3));
        }

        using (var command = new NpgsqlCommand("SELECT account, symbol, item FROM unresolved", connection))
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                batch.Unresolved.Restore(names.Of(reader.GetString(0)), names.Of(reader.GetString(1)), reader.GetString(2));
            }
        }

        for (var rows = -1; rows != 0; rows = batch.Rows)
        {
            cancellation.ThrowIfCancellationRequested();
            batch.Begin(rows == -1 ? readAgainAfter : batch.Cursor);
            tail.Read(batch.Cursor, Cursor, ReplayedRowsAtOnce);
            while (tail.Next(out var row))
            {
                batch.Apply(row);
            }
        }

        const string moved =
            "SELECT account, updated_at FROM balances WHERE updated_at >= (SELECT max(updated_at) FROM balances) - interval '1 minute'";
        using (var command = new NpgsqlCommand(moved, connection))
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                equity.Restore(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1));
            }
        }
    }

    /// <summary>Writes a batch, or nothing of it: once cancelled, it ends before the next statement.</summary>
    /// <exception cref="InvalidOperationException">Another projector has moved the cursor.</exception>
    public void Write(ReadModelBatch batch, CancellationToken cancellation)
    {
        var orders = _orders.Split(batch, cancellation);
        batch.Trades.MakePartitions(partitions, cancellation);
        using var transaction = connection.BeginTransaction();
        foreach (var part in orders)
        {
            cancellation.ThrowIfCancellationRequested();
            _orders.Insert(connection, batch, part);
        }

        cancellation.ThrowIfCancellationRequested();
        batch.Trades.Insert(connection, partitions, cancellation);
        using var statements = new NpgsqlBatch(connection, transaction);
        foreach (var part in orders)
        {
            _orders.AddUpdate(statements, batch, part);
        }

        _accounts.AddTo(statements, batch);
        var move = MoveCursor(batch.Cursor, batch.Unresolved.ReadAgainAfter);
        statements.BatchCommands.Add(move);
        cancellation.ThrowIfCancellationRequested();
        statements.ExecuteNonQuery();
        if (move.RecordsAffected != 1)
        {
            throw new InvalidOperationException("another projector has moved the cursor");
        }

        transaction.Commit();
        Cursor = batch.Cursor;
        batch.Unresolved.Settle();
    }

    /// <summary>Notes the equity of at most <paramref name="max"/> accounts that have moved.</summary>
    public void WriteEquity(EquityPoints equity, int max, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var (minute, accounts) = equity.Peek(max);
        var partition = partitions.EnsureBlocking("portfolio_history", minute, cancellation);
        using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(EquityPoints.Statement(partition, minute, accounts));
        batch.ExecuteNonQuery();
        equity.Settle(accounts);
    }

    private NpgsqlBatchCommand MoveCursor(JournalCursor to, JournalCursor readAgainAfter) => new(
        """
        UPDATE projector_cursor SET xid = $1, position = $2, unresolved_xid = $3, unresolved_position = $4
        WHERE xid = $5 AND position = $6
        """)
    {
        Parameters = { Xid(to), Position(to), Xid(readAgainAfter), Position(readAgainAfter), Xid(Cursor), Position(Cursor) },
    };

    private static NpgsqlParameter Xid(JournalCursor cursor) => new NpgsqlParameter<ulong> { TypedValue = cursor.Xid, NpgsqlDbType = NpgsqlDbType.Xid8 };

    private static NpgsqlParameter Position(JournalCursor cursor) => new NpgsqlParameter<long> { TypedValue = cursor.Position };

    private void Execute(string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
