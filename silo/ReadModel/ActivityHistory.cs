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
    // Each part comes in the page's order from an index of its own, and no part gives more than a page.
    private const string Sql =
        """
        SELECT time, symbol, number, role, order_id, side, price, quantity, fee FROM (
            (SELECT time, symbol, number, 2 AS role, taker_order_id AS order_id, side, price, quantity, taker_fee AS fee
            FROM trades WHERE taker_key = $7 AND taker_account = $1 AND time <= $2 AND (time, symbol, number, 2) < ($2, $3 COLLATE "C", $4, $5)
            ORDER BY time DESC, symbol DESC, number DESC LIMIT $6)
            UNION ALL
            (SELECT time, symbol, number, 1, maker_order_id, 3 - side, price, quantity, maker_fee
            FROM trades WHERE maker_key = $7 AND maker_account = $1 AND time <= $2 AND (time, symbol, number, 1) < ($2, $3 COLLATE "C", $4, $5)
            ORDER BY time DESC, symbol DESC, number DESC LIMIT $6)
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
