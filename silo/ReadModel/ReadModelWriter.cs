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
    private readonly OrderRows _orders = new(partitions);
    private readonly TradeRows _trades = new(partitions);

    /// <summary>Where the tables stand.</summary>
    public JournalCursor Cursor { get; private set; }

    /// <summary>Reads the cursor and what earlier projectors left to be done.</summary>
    public async Task Restore(UnresolvedItems unresolved, EquityPoints equity, CancellationToken cancellation)
    {
        await Execute("SET synchronous_commit = off", cancellation); // a lost batch is projected again
        await Execute("SET enable_seqscan = off", cancellation); // every statement goes by key, whatever stale statistics say
        await using (var command = new NpgsqlCommand("SELECT xid, position FROM projector_cursor", connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            Cursor = new JournalCursor(reader.GetFieldValue<ulong>(0), reader.GetInt64(1));
        }

        await using (var command = new NpgsqlCommand("SELECT account, symbol, item, since FROM unresolved", connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var since = reader.GetFieldValue<DateTimeOffset>(3).ToUnixTimeMilliseconds();
                unresolved.Restore(reader.GetString(0), reader.GetString(1), reader.GetString(2), since);
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
        var trades = await _trades.Split(batch, cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        foreach (var part in orders)
        {
            await _orders.Insert(connection, part.Key, part, cancellation);
        }

        foreach (var (partition, rows) in trades)
        {
            await _trades.Insert(connection, partition, rows, cancellation);
        }

        await using var statements = new NpgsqlBatch(connection, transaction);
        foreach (var part in orders)
        {
            if (OrderRows.Update(part.Key, part) is { } update)
            {
                statements.BatchCommands.Add(update);
            }
        }

        foreach (var statement in AccountRows.Statements(batch))
        {
            statements.BatchCommands.Add(statement);
        }

        var move = MoveCursor(batch.Cursor);
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

    private NpgsqlBatchCommand MoveCursor(JournalCursor to) => new(
        "UPDATE projector_cursor SET xid = $1, position = $2 WHERE xid = $3 AND position = $4")
    {
        Parameters =
        {
            new NpgsqlParameter<ulong> { TypedValue = to.Xid, NpgsqlDbType = NpgsqlDbType.Xid8 },
            new NpgsqlParameter<long> { TypedValue = to.Position },
            new NpgsqlParameter<ulong> { TypedValue = Cursor.Xid, NpgsqlDbType = NpgsqlDbType.Xid8 },
            new NpgsqlParameter<long> { TypedValue = Cursor.Position },
        },
    };

    private async Task Execute(string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
