using System.Buffers.Binary;
using Bourse.Domain.Accounts;
using Bourse.Silo.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Bourse.Silo.ReadModel;

/// <summary>Writes a batch's orders: new ones straight into their month's partition, changes of older ones by an update there.</summary>
internal sealed class OrderRows(MonthlyPartitions partitions)
{
    private const string Other = "orders_other";
    private const int FirstYear = 2000;
    private const int LastYear = 2199;

    private readonly CopyBuffer _buffer = new();

    /// <summary>The partitions that a batch's orders lie in, made where missing: before the transaction, so that it never waits for one.</summary>
    public async Task<ILookup<string, OrderChange>> Split(ReadModelBatch batch, CancellationToken cancellation)
    {
        var months = new Dictionary<int, string>();
        var split = new List<(string Partition, OrderChange Order)>(batch.Orders.Count);
        foreach (var order in batch.Orders.Values)
        {
            var time = TimeOf(order.Id);
            var month = time is { } known ? MonthlyPartitions.MonthNumber(known.UtcDateTime) : -1;
            if (!months.TryGetValue(month, out var partition))
            {
                partition = time is null ? Other : await partitions.Ensure("orders", time.Value, cancellation);
                months.Add(month, partition);
            }

            split.Add((partition, order));
        }

        return split.ToLookup(o => o.Partition, o => o.Order);
    }

    /// <summary>Writes those that were placed in the batch.</summary>
    public async Task Insert(NpgsqlConnection connection, string partition, IEnumerable<OrderChange> orders, CancellationToken cancellation)
    {
        _buffer.Begin();
        var rows = 0;
        // In the order of the index, whose pages then are at hand.
        foreach (var order in orders.Where(o => o.Placed is not null).OrderBy(o => o.AccountKey))
        {
            Write(order, order.Placed!);
            rows++;
        }

        _buffer.End();
        if (rows != 0)
        {
            await RawCopy.Write(
                connection,
                $"""
                COPY {partition} (account_key, client_key, id, created_at, updated_at, seq, side, type, time_in_force, self_trade, status, post_only, reduce_only,
                account, client_order_id, symbol, quantity, filled_quantity, filled_average_price, limit_price, stop_price, reject_code, advanced)
                FROM STDIN (FORMAT BINARY)
                """,
                _buffer.Memory,
                cancellation);
        }
    }

    /// <summary>The update of those that were placed before the batch; null when there are none.</summary>
    public static NpgsqlBatchCommand? Update(string partition, IEnumerable<OrderChange> orders)
    {
        var changes = orders.Where(o => o.Placed is null).ToArray();
        return changes.Length == 0 ? null : new NpgsqlBatchCommand(
            $"""
            UPDATE {partition} o SET
                status = coalesce(n.status, o.status),
                filled_quantity = coalesce(n.filled, o.filled_quantity),
                filled_average_price = coalesce(n.average, o.filled_average_price),
                quantity = coalesce(n.quantity, o.quantity),
                limit_price = CASE WHEN n.quantity IS NULL THEN o.limit_price ELSE n.limit_price END,
                stop_price = CASE WHEN n.quantity IS NULL THEN coalesce(n.stop_price, o.stop_price) ELSE n.stop_price END,
                reject_code = CASE WHEN n.status IS NULL THEN o.reject_code ELSE n.reject_code END,
                updated_at = CASE WHEN n.updated IS NOT NULL THEN n.updated
                    WHEN n.updated_if_open IS NOT NULL AND o.status IN (1, 2, 3, 9) THEN n.updated_if_open ELSE o.updated_at END,
                seq = greatest(n.seq, o.seq)
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                AS n (account_key, id, status, filled, average, quantity, limit_price, stop_price, reject_code, updated, updated_if_open, seq)
            WHERE o.account_key = n.account_key AND o.id = n.id
            """)
        {
            Parameters =
            {
                Rows.Array(NpgsqlDbType.Bigint, changes, o => o.AccountKey),
                Rows.Array(NpgsqlDbType.Uuid, changes, o => o.Id),
                Rows.Array(NpgsqlDbType.Smallint, changes, o => (short?)o.Status),
                Rows.Array(NpgsqlDbType.Numeric, changes, o => o.FilledQuantity),
                Rows.Array(NpgsqlDbType.Numeric, changes, o => o.FilledAveragePrice),
                Rows.Array(NpgsqlDbType.Numeric, changes, o => o.Quantity),
                Rows.Array(NpgsqlDbType.Numeric, changes, o => o.LimitPrice),
                Rows.Array(NpgsqlDbType.Numeric, changes, o => o.StopPrice),
                Rows.Array(NpgsqlDbType.Text, changes, o => o.RejectCode),
                Rows.Array(NpgsqlDbType.TimestampTz, changes, o => Rows.Time(o.UpdatedAtMs)),
                Rows.Array(NpgsqlDbType.TimestampTz, changes, o => Rows.Time(o.UpdatedAtIfOpenMs)),
                Rows.Array(NpgsqlDbType.Bigint, changes, o => o.Seq),
            },
        };
    }

    /// <summary>The time that an order's id carries; null when no clock made it.</summary>
    public static DateTimeOffset? TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var ms = (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
        if (id.Version != 7 || ms > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return null;
        }

        var time = DateTimeOffset.FromUnixTimeMilliseconds(ms);
        return time.Year is >= FirstYear and <= LastYear ? time : null;
    }

    private void Write(OrderChange order, OrderPlaced placed)
    {
        var request = placed.Request;
        _buffer.BeginRow(23);
        _buffer.Write(order.AccountKey);
        _buffer.Write(Fingerprint.Of(order.Account, request.ClientOrderId));
        _buffer.Write(order.Id);
        _buffer.WriteTimeMs(placed.TimeMs);
        _buffer.WriteTimeMs(order.UpdatedAtMs);
        _buffer.Write(order.Seq);
        _buffer.Write((short)request.Side);
        _buffer.Write((short)request.Type);
        _buffer.Write((short)request.TimeInForce);
        _buffer.Write((short)request.SelfTradePrevention);
        _buffer.Write((short)(order.Status ?? OrderStatus.PendingNew));
        _buffer.Write(request.PostOnly);
        _buffer.Write(request.ReduceOnly);
        _buffer.Write(order.Account);
        _buffer.Write(request.ClientOrderId);
        _buffer.Write(request.Symbol);
        _buffer.Write(order.Quantity ?? request.Quantity);
        _buffer.Write(order.FilledQuantity ?? 0);
        _buffer.Write(order.FilledAveragePrice);
        _buffer.Write(order.LimitPrice);
        _buffer.Write(order.StopPrice);
        _buffer.WriteOrNull(order.RejectCode);
        _buffer.WriteOrNull(AdvancedJson.Of(request.Advanced));
    }
}
