using System.Diagnostics;
using System.Globalization;
using System.Text;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Silo;
using Bourse.Silo.MarketData;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Bourse.Bench;

/// <summary>
/// Years of minute bars imported from a file, then ranges of them read through the feed at random places. The yardstick in the same run: the same rows by the same
/// keys from one plain table, by the plainest statement.
/// </summary>
internal static class Charts
{
    private const string Symbol = "YEARS";
    private const long MinuteMs = 60_000;
    private const long DayMs = 24 * 60 * MinuteMs;
    private const int MaxBars = 50_000;
    private const int Seed = 7;

    private static readonly (string Name, Timeframe Timeframe, long RangeMs)[] s_ranges =
    [
        ("1m bars of a day", Timeframe.Minute, DayMs), ("1m bars of a month", Timeframe.Minute, 30 * DayMs), ("5m bars of a quarter", Timeframe.FiveMinutes, 90 * DayMs),
        ("1h bars of two years", Timeframe.Hour, 730 * DayMs), ("1d bars of two years", Timeframe.Day, 730 * DayMs),
    ];

    public static async Task<int> Run(string[] args)
    {
        var days = args is ["--days", var given] ? int.Parse(given, CultureInfo.InvariantCulture) : 730;
        await using var database = await BenchDatabase.Open();
        Console.WriteLine($"machine: {Machine.Describe()}; PostgreSQL {await database.Version()}");
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var storage = await SiloStorage.OpenAsync(database.ConnectionString, null, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        var firstMs = (TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / DayMs * DayMs) - (days * DayMs);
        await Import(database.ConnectionString, firstMs, days);
        await using (var copy = source.CreateCommand("CREATE TABLE plain AS SELECT * FROM candles; ALTER TABLE plain ADD PRIMARY KEY (symbol, timeframe, price, start); ANALYZE"))
        {
            copy.CommandTimeout = 0;
            await copy.ExecuteNonQueryAsync();
        }

        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.AddBourseSilo(storage, _ => { });
        using var host = builder.Build();
        await host.StartAsync();
        var feed = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IFeedGrain>(Symbol);
        foreach (var (name, timeframe, rangeMs) in s_ranges)
        {
            var random = new Random(Seed);
            var (ours, plain) = (new LatencyHistogram(), new LatencyHistogram());
            var bars = 0;
            for (var i = -10; i < 200; i++)
            {
                var fromMs = firstMs + (random.NextInt64(Math.Max(1, (days * DayMs) - rangeMs) / MinuteMs) * MinuteMs);
                var started = Stopwatch.GetTimestamp();
                bars = (await feed.GetBars(timeframe, BarPrice.Trade, fromMs, fromMs + rangeMs, MaxBars)).Count;
                var middle = Stopwatch.GetTimestamp();
                var same = await Plain(source, timeframe, fromMs, fromMs + rangeMs);
                if (i >= 0)
                {
                    ours.Add((long)Stopwatch.GetElapsedTime(started, middle).TotalMicroseconds);
                    plain.Add((long)Stopwatch.GetElapsedTime(middle).TotalMicroseconds);
                }

                if (same != bars)
                {
                    throw new InvalidOperationException($"{bars} bars by the feed, {same} by the plain table");
                }
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name} ({bars:N0}): p50 {ours.PercentileMs(0.5):F2} ms, p99 {ours.PercentileMs(0.99):F2} ms; plain table p50 {plain.PercentileMs(0.5):F2} ms, p99 {plain.PercentileMs(0.99):F2} ms"));
        }

        await host.StopAsync();
        return 0;
    }

    private static async Task Import(string connectionString, long firstMs, int days)
    {
        var file = Path.GetTempFileName();
        try
        {
            await using (var lines = new StreamWriter(file, append: false, new UTF8Encoding(false)))
            {
                await lines.WriteLineAsync("timestamp,symbol,open,high,low,close,volume");
                var (random, price) = (new Random(Seed), 10_000);
                for (long minute = 0; minute < days * DayMs / MinuteMs; minute++)
                {
                    var close = Math.Max(100, price + random.Next(-10, 11));
                    await lines.WriteLineAsync(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{firstMs + (minute * MinuteMs)},{Symbol},{price / 100m},{(Math.Max(price, close) + 3) / 100m},{(Math.Min(price, close) - 3) / 100m},{close / 100m},{random.Next(1, 1_000)}"));
                    price = close;
                }
            }

            await using var import = await CandleImport.Open(connectionString, CancellationToken.None);
            var started = Stopwatch.GetTimestamp();
            await import.AddBars(file, null, Timeframe.Minute, CancellationToken.None);
            var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"imported: {import.Written:N0} bars, the longer ones included, in {elapsed:F1} s: {import.Written / elapsed:N0} bars/s"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<int> Plain(NpgsqlDataSource source, Timeframe timeframe, long fromMs, long toMs)
    {
        await using var command = source.CreateCommand(
            "SELECT start, open, high, low, close, volume FROM plain WHERE symbol = $1 AND timeframe = $2 AND price = 1 AND start >= $3 AND start < $4 ORDER BY start");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Symbol });
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)timeframe });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = DateTimeOffset.FromUnixTimeMilliseconds(fromMs) });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = DateTimeOffset.FromUnixTimeMilliseconds(toMs) });
        await using var reader = await command.ExecuteReaderAsync();
        var bars = new List<Bar>();
        while (await reader.ReadAsync())
        {
            bars.Add(new Bar(
                reader.GetFieldValue<DateTimeOffset>(0).ToUnixTimeMilliseconds(), reader.GetDecimal(1), reader.GetDecimal(2), reader.GetDecimal(3), reader.GetDecimal(4), reader.GetDecimal(5)));
        }

        return bars.Count;
    }
}
