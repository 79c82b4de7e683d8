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
    public async Task Restore(ReadModelBatch batch, NamePool names, JournalTail tail, EquityPoints equity, CancellationToken cancellation)
    {
        await Execute("SET synchronous_commit = off", cancellation); // a lost batch is projected again
        await Execute("SET enable_seqscan = off", cancellation); // every statement goes by key, whatever stale statistics say
        JournalCursor readAgainAfter;
        await using (var command = new NpgsqlCommand("SELECT xid, position, unresolved_xid, unresolved_position FROM projector_cursor", connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            Cursor = new JournalCursor(reader.GetFieldValue<ulong>(0), reader.GetInt64(1));
            readAgainAfter = new JournalCursor(reader.GetFieldValue<ulong>(2), reader.GetInt64(3));
        }

        await using (var command = new NpgsqlCommand("SELECT account, symbol, item FROM unresolved", connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                batch.Unresolved.Restore(names.Of(reader.GetString(0)), names.Of(reader.GetString(1)), reader.GetString(2));
            }
        }

        for (var rows = -1; rows != 0; rows = batch.Rows)
        {
            batch.Begin(rows == -1 ? readAgainAfter : batch.Cursor);
            await tail.Read(batch.Cursor, Cursor, ReplayedRowsAtOnce, cancellation);
            while (tail.Next(out var row))
            {
                batch.Apply(row);
            }
        }

        const string moved =
            "SELECT account, updated_at FROM balances WHERE updated_at >= (SELECT max(updated_at) FROM balances) - interval '1 minute'";
        await using (var command = new NpgsqlCommand(moved, connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                equity.Restore(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1));
            }
        }
    }

    /// <summary>Writes a batch.</summary>
    /// <exception cref="InvalidOperationException">Another projector has moved the cursor.</exception>
    public async Task Write(ReadModelBatch batch, CancellationToken cancellation)
    {
        var orders = await _orders.Split(batch, cancellation);
        await batch.Trades.MakePartitions(partitions, cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        foreach (var part in orders)
        {
            await _orders.Insert(connection, batch, part, cancellation);
        }

        await batch.Trades.Insert(connection, partitions, cancellation);
        await using var statements = new NpgsqlBatch(connection, transaction);
        foreach (var part in orders)
        {
            _orders.AddUpdate(statements, batch, part);
        }

        _accounts.AddTo(statements, batch);
        var move = MoveCursor(batch.Cursor, batch.Unresolved.ReadAgainAfter);
        statements.BatchCommands.Add(move);
        await statements.ExecuteNonQueryAsync(cancellation);
        if (move.RecordsAffected != 1)
        {
            throw new InvalidOperationException("another projector has moved the cursor");
        }

        await transaction.CommitAsync(cancellation);
        Cursor = batch.Cursor;
        batch.Unresolved.Settle();
    }

    /// <summary>Notes the equity of at most <paramref name="max"/> accounts that have moved.</summary>
    public async Task WriteEquity(EquityPoints equity, int max, CancellationToken cancellation)
    {
        var (minute, accounts) = equity.Peek(max);
        var partition = await partitions.Ensure("portfolio_history", minute, cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(EquityPoints.Statement(partition, minute, accounts));
        await batch.ExecuteNonQueryAsync(cancellation);
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

    private async Task Execute(string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
