using System.Text;
using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.History;
using Bourse.Silo.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Bourse.Silo.ReadModel;

/// <summary>
/// Orders by key. An order's id is a UUIDv7 of the moment it was created, so the order of ids is the order of creation, and a
/// time becomes a bound on ids that leaves whole partitions out.
/// </summary>
internal sealed class OrderHistory(NpgsqlDataSource source)
{
    private const string Select =
        """
        SELECT id, client_order_id, symbol, side, type, time_in_force, quantity, filled_quantity, filled_average_price, limit_price,
            stop_price, post_only, reduce_only, self_trade, status, reject_code, created_at, updated_at, seq, advanced
        FROM orders WHERE account = $1 AND account_key = $2
        """;

    private const string OpenStatuses = "(1, 2, 3, 9)";

    public async Task<Page<OrderView>> List(OrderQuery query, CancellationToken cancellation)
    {
        var command = source.CreateCommand();
        command.Parameters.Add(new() { Value = query.Account });
        command.Parameters.Add(new() { Value = Fingerprint.Of(query.Account) });
        var sql = new StringBuilder(Select);
        if (query.Open is { } open)
        {
            sql.Append(open ? $" AND status IN {OpenStatuses}" : $" AND status NOT IN {OpenStatuses}");
        }

        if (query.Symbol is { } symbol)
        {
            And("symbol =", symbol);
        }

        if (query.After is { } after)
        {
            And("created_at >", after.UtcDateTime);
            And("id >=", MonthlyPartitions.FirstId(after));
        }

        if (query.PageToken is { } token)
        {
            And(query.Ascending ? "id >" : "id <", OrderKey.TryParse(token, out var key) ? key.Id : throw new ArgumentException("the page token is not one of ours"));
        }

        sql.Append(query.Ascending ? " ORDER BY id" : " ORDER BY id DESC");
        sql.Append(" LIMIT ").Append(query.Limit + 1);
        command.CommandText = sql.ToString();
        var orders = await Read(command, cancellation);
        if (orders.Count <= query.Limit)
        {
            return new Page<OrderView>(orders, null);
        }

        orders.RemoveAt(query.Limit);
        return new Page<OrderView>(orders, new OrderKey(orders[^1].CreatedAt, orders[^1].Id).ToToken());

        void And(string condition, object value)
        {
            command.Parameters.Add(new() { Value = value });
            sql.Append(" AND ").Append(condition).Append(" $").Append(command.Parameters.Count);
        }
    }

    public Task<OrderView?> Find(string account, Guid orderId, CancellationToken cancellation) =>
        FindOne("id = $3", account, [orderId], cancellation);

    public Task<OrderView?> Find(string account, string clientOrderId, CancellationToken cancellation) =>
        FindOne(
            "client_order_id = $3 AND client_key IN ($4, $5)", account,
            [clientOrderId, Fingerprint.Of(account, clientOrderId), Fingerprint.SpreadOf(account, clientOrderId)], cancellation);

    // Looks through the whole table: asked for in an emergency only, so that no index has to be kept for it.
    public async Task<IReadOnlyList<string>> FindAccountsWithOpen(string? symbol, DateTimeOffset before, int max, CancellationToken cancellation)
    {
        var command = source.CreateCommand(
            $"SELECT DISTINCT account FROM orders WHERE status IN {OpenStatuses} AND created_at <= $1 AND ($2::text IS NULL OR symbol = $2) LIMIT $3");
        command.Parameters.Add(new() { Value = before.UtcDateTime });
        command.Parameters.Add(new() { Value = (object?)symbol ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = max });
        return await command.ReadAll(reader => reader.GetString(0), cancellation);
    }

    private async Task<OrderView?> FindOne(string condition, string account, object[] values, CancellationToken cancellation)
    {
        var command = source.CreateCommand($"{Select} AND {condition}");
        command.Parameters.Add(new() { Value = account });
        command.Parameters.Add(new() { Value = Fingerprint.Of(account) });
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        var orders = await Read(command, cancellation);
        return orders.Count == 0 ? null : orders[0];
    }

    private static Task<List<OrderView>> Read(NpgsqlCommand command, CancellationToken cancellation) => command.ReadAll(
        reader => new OrderView(
            reader.GetGuid(0),
            reader.GetString(1),
            reader.GetString(2),
            (Side)reader.GetInt16(3),
            (OrderType)reader.GetInt16(4),
            (TimeInForce)reader.GetInt16(5),
            reader.GetDecimal(6),
            reader.GetDecimal(7),
            DecimalOrNull(reader, 8),
            DecimalOrNull(reader, 9),
            DecimalOrNull(reader, 10),
            reader.GetBoolean(11),
            reader.GetBoolean(12),
            (SelfTradePrevention)reader.GetInt16(13),
            (OrderStatus)reader.GetInt16(14),
            reader.IsDBNull(15) ? null : reader.GetString(15),
            reader.GetFieldValue<DateTimeOffset>(16),
            reader.GetFieldValue<DateTimeOffset>(17),
            reader.GetInt64(18),
            AdvancedTermsView.From(AdvancedJson.Read(reader, 19))),
        cancellation);

    private static decimal? DecimalOrNull(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDecimal(column);
}
