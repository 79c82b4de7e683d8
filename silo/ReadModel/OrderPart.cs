using NpgsqlTypes;

namespace Bourse.Silo.ReadModel;

/// <summary>A batch's orders of one partition.</summary>
/// <param name="time">A time within its month; null for ids without one.</param>
internal sealed class OrderPart(DateTimeOffset? time)
{
    private RowStatement<OrderChange>? _update;

    public DateTimeOffset? Time { get; } = time;

    /// <summary>Its name, once known.</summary>
    public string? Partition { get; set; }

    /// <summary>Orders placed in the batch.</summary>
    public SortedPlaces Placed { get; } = new();

    /// <summary>Orders placed before the batch.</summary>
    public SortedPlaces Changed { get; } = new();

    /// <summary>The statement for those placed before.</summary>
    public RowStatement<OrderChange> Update => _update ??= new RowStatement<OrderChange>(
        $"""
        UPDATE {Partition} o SET
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
        """,
        new Column<OrderChange, long>(NpgsqlDbType.Bigint, (in o) => o.Account.Fingerprint),
        new Column<OrderChange, Guid>(NpgsqlDbType.Uuid, (in o) => o.Id),
        new Column<OrderChange, short?>(NpgsqlDbType.Smallint, (in o) => (short?)o.Status),
        new Column<OrderChange, decimal?>(NpgsqlDbType.Numeric, (in o) => o.FilledQuantity),
        new Column<OrderChange, decimal?>(NpgsqlDbType.Numeric, (in o) => o.FilledAveragePrice),
        new Column<OrderChange, decimal?>(NpgsqlDbType.Numeric, (in o) => o.Quantity),
        new Column<OrderChange, decimal?>(NpgsqlDbType.Numeric, (in o) => o.LimitPrice),
        new Column<OrderChange, decimal?>(NpgsqlDbType.Numeric, (in o) => o.StopPrice),
        new Column<OrderChange, string?>(NpgsqlDbType.Text, (in o) => o.RejectCode?.Text),
        new Column<OrderChange, DateTime?>(NpgsqlDbType.TimestampTz, (in o) => Rows.Time(o.UpdatedAtMs)),
        new Column<OrderChange, DateTime?>(NpgsqlDbType.TimestampTz, (in o) => Rows.Time(o.UpdatedAtIfOpenMs)),
        new Column<OrderChange, long>(NpgsqlDbType.Bigint, (in o) => o.Seq));

    public void Clear()
    {
        Placed.Clear();
        Changed.Clear();
    }
}
