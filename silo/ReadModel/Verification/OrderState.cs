using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Npgsql;

namespace Bourse.Silo.ReadModel.Verification;

/// <summary>An order's row, from the journal or from the table.</summary>
internal sealed record OrderState(
    Guid Id,
    string ClientOrderId,
    string Symbol,
    Side Side,
    OrderType Type,
    TimeInForce TimeInForce,
    SelfTradePrevention SelfTrade,
    bool PostOnly,
    bool ReduceOnly,
    decimal Quantity,
    decimal FilledQuantity,
    decimal? FilledAveragePrice,
    decimal? LimitPrice,
    decimal? StopPrice,
    OrderStatus Status,
    string? RejectCode,
    long CreatedAtMs,
    long UpdatedAtMs,
    long Seq,
    AdvancedTerms? Advanced)
{
    public const string Select =
        """
        SELECT id, client_order_id, symbol, side, type, time_in_force, self_trade, post_only, reduce_only, quantity, filled_quantity,
            filled_average_price, limit_price, stop_price, status, reject_code, created_at, updated_at, seq, advanced
        FROM orders WHERE account = $1 AND account_key = $2
        """;

    public static OrderState From(Order o) => new(
        o.Id, o.ClientOrderId, o.Symbol, o.Side, o.Type, o.TimeInForce, o.SelfTradePrevention, o.PostOnly, o.ReduceOnly, o.ToldQuantity,
        o.FilledQuantity, o.FilledAveragePrice, o.LimitPrice, o.StopPrice, o.Status, o.RejectCode, o.CreatedAtMs, o.UpdatedAtMs, o.Seq, o.Advanced);

    public static OrderState From(NpgsqlDataReader r) => new(
        r.GetGuid(0),
        r.GetString(1),
        r.GetString(2),
        (Side)r.GetInt16(3),
        (OrderType)r.GetInt16(4),
        (TimeInForce)r.GetInt16(5),
        (SelfTradePrevention)r.GetInt16(6),
        r.GetBoolean(7),
        r.GetBoolean(8),
        r.GetDecimal(9),
        r.GetDecimal(10),
        r.IsDBNull(11) ? null : r.GetDecimal(11),
        r.IsDBNull(12) ? null : r.GetDecimal(12),
        r.IsDBNull(13) ? null : r.GetDecimal(13),
        (OrderStatus)r.GetInt16(14),
        r.IsDBNull(15) ? null : r.GetString(15),
        r.GetFieldValue<DateTimeOffset>(16).ToUnixTimeMilliseconds(),
        r.GetFieldValue<DateTimeOffset>(17).ToUnixTimeMilliseconds(),
        r.GetInt64(18),
        AdvancedJson.Read(r, 19));

    public ulong Fingerprint()
    {
        var hash = default(RowHash);
        hash.Add(Id);
        hash.Add(ClientOrderId);
        hash.Add(Symbol);
        hash.Add(((ulong)Side << 40) | ((ulong)Type << 32) | ((ulong)TimeInForce << 24) | ((ulong)SelfTrade << 16) | ((ulong)Status << 8)
            | (PostOnly ? 2UL : 0) | (ReduceOnly ? 1UL : 0));
        hash.Add(Quantity);
        hash.Add(FilledQuantity);
        hash.Add(FilledAveragePrice);
        hash.Add(LimitPrice);
        hash.Add(StopPrice);
        hash.Add(RejectCode);
        hash.Add(CreatedAtMs);
        hash.Add(UpdatedAtMs);
        hash.Add(Seq);
        hash.Add(AdvancedJson.Of(Advanced));
        return hash.Value;
    }
}

/// <summary>How many rows, and the sum of their fingerprints.</summary>
internal readonly record struct RowSet(long Count, ulong Sum)
{
    public RowSet With(ulong fingerprint) => new(Count + 1, Sum + fingerprint);

    public RowSet With(RowSet others) => new(Count + others.Count, Sum + others.Sum);
}
