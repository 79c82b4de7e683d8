using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace Bourse.Silo.Postgres;

/// <summary>
/// Makes the monthly partitions of the time series, ahead of time and on demand. Safe for any number of threads and processes:
/// a partition is made beside the table and then attached, which holds up neither readers nor writers.
/// </summary>
public sealed class MonthlyPartitions(NpgsqlDataSource source)
{
    // Any number that nobody else locks on: "months" in ASCII.
    private const long LockKey = 0x6D6F6E746873;
    private const int MonthsAhead = 2;

    private static readonly string[] Tables = ["orders", "trades", "account_trades", "portfolio_history", "candles", "second_bars"];
    private readonly ConcurrentDictionary<(string Table, int Month), bool> _made = new();

    /// <summary>Makes this month's partitions of every table and those of the next two months.</summary>
    public async Task MakeAhead(DateTimeOffset now, CancellationToken cancellation)
    {
        foreach (var table in Tables)
        {
            for (var ahead = 0; ahead <= MonthsAhead; ahead++)
            {
                await Ensure(table, now.AddMonths(ahead), cancellation);
            }
        }
    }

    /// <summary>Makes the partition that holds a time, when it is missing. Costs nothing for a month seen before.</summary>
    /// <param name="table"><c>orders</c>, <c>trades</c>, <c>account_trades</c>, <c>portfolio_history</c>, <c>candles</c> or <c>second_bars</c>.</param>
    /// <returns>The partition's name.</returns>
    public ValueTask<string> Ensure(string table, DateTimeOffset time, CancellationToken cancellation)
    {
        var utc = time.UtcDateTime;
        var name = NameOf(table, utc);
        return _made.ContainsKey((table, MonthNumber(utc))) ? new(name) : new(Make(table, name, utc, cancellation));
    }

    /// <summary><see cref="Ensure"/> for a thread that may block.</summary>
    public string EnsureBlocking(string table, DateTimeOffset time, CancellationToken cancellation) =>
        Ensure(table, time, cancellation).AsTask().GetAwaiter().GetResult();

    /// <summary>A month as a number that counts up by one, for callers that keep what they made.</summary>
    public static int MonthNumber(DateTime utc) => (utc.Year * 12) + utc.Month - 1;

    /// <summary>The least UUIDv7 of a moment: ids at or after it are not smaller.</summary>
    public static Guid FirstId(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        var ms = (ulong)time.ToUnixTimeMilliseconds();
        for (var i = 5; i >= 0; i--)
        {
            bytes[i] = (byte)ms;
            ms >>= 8;
        }

        return new Guid(bytes, bigEndian: true);
    }

    private static string NameOf(string table, DateTime utc) =>
        string.Create(CultureInfo.InvariantCulture, $"{table}_{utc.Year:0000}_{utc.Month:00}");

    private async Task<string> Make(string table, string name, DateTime utc, CancellationToken cancellation)
    {
        if (!Tables.Contains(table))
        {
            throw new ArgumentException($"{table} has no monthly partitions", nameof(table));
        }

        var from = new DateTimeOffset(utc.Year, utc.Month, 1, 0, 0, 0, TimeSpan.Zero);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var locked = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({LockKey})", connection, transaction);
        await locked.ExecuteNonQueryAsync(cancellation);
        await using var exists = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection, transaction)
        {
            Parameters = { new() { Value = name } },
        };
        if (await exists.ExecuteScalarAsync(cancellation) is not true)
        {
            // Rows are added far more than changed: to vacuum and count again after each fifth more would cost as much as a tenth of the inserts.
            var with = $"WITH (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 20000000, autovacuum_vacuum_scale_factor = 0.5, autovacuum_analyze_scale_factor = 0.5{(table == "orders" ? ", fillfactor = 85" : "")})";
            await using var make = new NpgsqlCommand(
                $"""
                CREATE TABLE {name} (LIKE {table} INCLUDING ALL) {with};
                ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{Bound(table, from)}') TO ('{Bound(table, from.AddMonths(1))}')
                """,
                connection,
                transaction);
            await make.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        _made[(table, MonthNumber(utc))] = true;
        return name;
    }

    private static string Bound(string table, DateTimeOffset from) =>
        table == "orders" ? FirstId(from).ToString() : from.ToString("yyyy-MM-dd HH:mm:sszzz", CultureInfo.InvariantCulture);
}
