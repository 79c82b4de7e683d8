using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.History;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Silo.ReadModel;

/// <summary>What moved an account's balances: fills as taker and as maker, deposits, withdrawals; newest first.</summary>
internal sealed class ActivityHistory(NpgsqlDataSource source)
{
    // Whatever follows the page's place in its own span of time, and then the spans before, wholly, until there is a page: each has one trade at least.
    private const string Sql =
        """
        SELECT time, symbol, number, role, order_id, side, price, quantity, fee FROM (
            (SELECT s.time, s.symbol, s.number, s.role::integer AS role, CASE s.role WHEN 2 THEN taker_order_id ELSE maker_order_id END AS order_id,
                CASE s.role WHEN 2 THEN side ELSE 3 - side END AS side, price, quantity, CASE s.role WHEN 2 THEN taker_fee ELSE maker_fee END AS fee
            FROM (
                SELECT u.time, u.symbol, u.number, u.role FROM (
                    (SELECT symbols, numbers, times, roles FROM account_trades WHERE account_key = $7 AND account = $1 AND start = $8)
                    UNION ALL
                    (SELECT symbols, numbers, times, roles FROM account_trades WHERE account_key = $7 AND account = $1 AND start < $8
                    ORDER BY start DESC FETCH FIRST $6 ROWS WITH TIES)
                ) spans, unnest(symbols, numbers, times, roles) AS u (symbol, number, time, role)
                WHERE (u.time, u.symbol, u.number, u.role) < ($2, $3 COLLATE "C", $4, $5)
                ORDER BY u.time DESC, u.symbol COLLATE "C" DESC, u.number DESC, u.role DESC LIMIT $6
            ) s CROSS JOIN LATERAL (SELECT * FROM trades t WHERE t.symbol = s.symbol COLLATE "C" AND t.number = s.number AND t.time = s.time LIMIT 1) t)
            UNION ALL
            (SELECT time, '', version, 0, NULL, NULL, NULL, amount, NULL
            FROM cash_movements WHERE account = $1 AND time <= $2 AND (time, '' COLLATE "C", version, 0) < ($2, $3 COLLATE "C", $4, $5)
            ORDER BY time DESC, version DESC LIMIT $6)
        ) a ORDER BY time DESC, symbol DESC, number DESC, role DESC LIMIT $6
        """;

    public async Task<Page<ActivityView>> List(string account, string? pageToken, int limit, CancellationToken cancellation)
    {
        var before = pageToken is null ? new Key(DateTime.MaxValue.Ticks, "", 0, 0) : Key.Parse(pageToken);
        await using var command = source.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = account });
        command.Parameters.Add(new() { Value = new DateTime(before.Ticks, DateTimeKind.Utc) });
        command.Parameters.Add(new() { Value = before.Symbol });
        command.Parameters.Add(new() { Value = before.Number });
        command.Parameters.Add(new() { Value = before.Role });
        command.Parameters.Add(new() { Value = limit + 1 });
        command.Parameters.Add(new() { Value = Fingerprint.Of(account) });
        command.Parameters.Add(new() { Value = new DateTime(before.Ticks - (before.Ticks % (AccountTradeRows.SpanMs * TimeSpan.TicksPerMillisecond)), DateTimeKind.Utc) });
        var page = new List<ActivityView>();
        var last = default(Key);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (page.Count == limit)
            {
                return new Page<ActivityView>(page, last.ToToken());
            }

            var time = reader.GetFieldValue<DateTimeOffset>(0);
            last = new Key(time.UtcTicks, reader.GetString(1), reader.GetInt64(2), reader.GetInt32(3));
            page.Add(last.Role == 0 ? Cash(last, time, reader.GetDecimal(7)) : Fill(last, time, reader));
        }

        return new Page<ActivityView>(page, null);
    }

    private static ActivityView Cash(Key key, DateTimeOffset time, decimal amount) => new(
        $"cash-{key.Number}", amount < 0 ? "WITHDRAWAL" : "DEPOSIT", time, null, null, null, null, null, null, amount);

    private static ActivityView Fill(Key key, DateTimeOffset time, NpgsqlDataReader reader) => new(
        $"{key.Symbol}-{key.Number}-{(key.Role == 1 ? "maker" : "taker")}",
        "FILL",
        time,
        reader.GetGuid(4),
        key.Symbol,
        (Side)reader.GetInt32(5),
        reader.GetDecimal(6),
        reader.GetDecimal(7),
        reader.GetDecimal(8),
        null);

    /// <summary>Where an activity stands. Role: 0 cash, 1 maker, 2 taker.</summary>
    private readonly record struct Key(long Ticks, string Symbol, long Number, int Role)
    {
        public static Key Parse(string token)
        {
            try
            {
                var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split(' ');
                var ticks = long.Parse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture);
                ArgumentOutOfRangeException.ThrowIfGreaterThan(ticks, DateTime.MaxValue.Ticks);
                return new Key(
                    ticks,
                    parts[3],
                    long.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture),
                    int.Parse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is FormatException or IndexOutOfRangeException or OverflowException or ArgumentException)
            {
                throw new ArgumentException("the page token is not one of ours", e);
            }
        }

        public string ToToken() => Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Ticks} {Number} {Role} {Symbol}")));
    }
}
