using System.Diagnostics;
using System.Globalization;
using Bourse.Silo.Journal;
using Bourse.Silo.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;

namespace Bourse.Bench;

/// <summary>
/// <c>bench journal-rows</c>: appends per second through the journal, durable, from 8 producers whose 2,000 streams each wait for their own
/// commit; beside it, in the same run, the yardstick: plain binary COPY of 500 rows a transaction into the same table over as many connections.
/// </summary>
internal static class JournalRows
{
    private const int Producers = 8;
    private const int StreamsOfEach = 250;
    private const int PayloadBytes = 150;
    private const int YardstickBatch = 500;

    public static async Task<int> Run(string[] args)
    {
        var seconds = args is ["--seconds", var given] && int.TryParse(given, CultureInfo.InvariantCulture, out var parsed) ? parsed : 10;
        if (args.Length is not (0 or 2))
        {
            Console.Error.WriteLine("usage: bench journal-rows [--seconds N]");
            return 2;
        }

        var options = new JournalOptions();
        await using var database = await BenchDatabase.Open();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await Migrator.MigrateAsync(source, CancellationToken.None);
        Console.WriteLine($"journal rows, {options.Lanes} lanes, {Producers} producers, {PayloadBytes} bytes each; {Machine.Describe()}; PostgreSQL {await database.Version()}, {await database.Durability()}");
        Console.WriteLine($"{"",-28}{"rows/s",10}{"our CPU µs/row",16}{"PostgreSQL µs/row",19}{"p50 ms",9}{"p99 ms",9}");
        await Measure("journal", database, span => Append(database.ConnectionString, options, span), seconds);
        await Measure("plain COPY of 500", database, span => Copy(source, options.Lanes, span), seconds);
        return 0;
    }

    private static async Task Measure(string name, BenchDatabase database, Func<TimeSpan, Task<(long Rows, double P50, double P99)>> run, int seconds)
    {
        await run(TimeSpan.FromSeconds(1));
        var (own, server) = (Process.GetCurrentProcess().TotalProcessorTime, database.CpuTime());
        var started = Stopwatch.GetTimestamp();
        var (rows, p50, p99) = await run(TimeSpan.FromSeconds(seconds));
        var elapsed = Stopwatch.GetElapsedTime(started);
        var ours = Process.GetCurrentProcess().TotalProcessorTime - own;
        var theirs = database.CpuTime() - server;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-28}{rows / elapsed.TotalSeconds,10:0}{ours.TotalMicroseconds / rows,16:0.00}{theirs.TotalMicroseconds / rows,19:0.00}{p50,9:0.00}{p99,9:0.00}"));
    }

    private static async Task<(long Rows, double P50, double P99)> Append(string connectionString, JournalOptions options, TimeSpan span)
    {
        await using var journal = await PostgresJournal.OpenAsync(connectionString, options, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        var run = Guid.CreateVersion7().ToString("N")[..12];
        var payload = new byte[PayloadBytes];
        var started = Stopwatch.GetTimestamp();
        var waits = new List<double>[Producers];
        var rows = await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(async () =>
        {
            waits[producer] = [];
            var counts = await Task.WhenAll(Enumerable.Range(0, StreamsOfEach).Select(stream => Loop($"account/{run}-{producer}-{stream:D18}", waits[producer])));
            return counts.Sum();
        })));
        var sorted = waits.SelectMany(w => w).Order().ToArray();
        return (rows.Sum(), sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);

        async Task<long> Loop(string stream, List<double> sample)
        {
            var version = 0L;
            while (Stopwatch.GetElapsedTime(started) < span)
            {
                var asked = Stopwatch.GetTimestamp();
                await journal.Append(stream, ++version, 1, payload);
                if (version % 16 == 1)
                {
                    lock (sample)
                    {
                        sample.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                    }
                }
            }

            return version;
        }
    }

    private static async Task<(long Rows, double P50, double P99)> Copy(NpgsqlDataSource source, int connections, TimeSpan span)
    {
        var run = Guid.CreateVersion7().ToString("N")[..12];
        var payload = new byte[PayloadBytes];
        var started = Stopwatch.GetTimestamp();
        var waits = new List<double>();
        var rows = await Task.WhenAll(Enumerable.Range(0, connections).Select(worker => Task.Run(async () =>
        {
            await using var connection = await source.OpenConnectionAsync();
            var count = 0L;
            while (Stopwatch.GetElapsedTime(started) < span)
            {
                var asked = Stopwatch.GetTimestamp();
                await using (var copy = await connection.BeginBinaryImportAsync("COPY journal (stream_key, version, time, count, stream, payload) FROM STDIN (FORMAT BINARY)"))
                {
                    for (var i = 0; i < YardstickBatch; i++)
                    {
                        await copy.StartRowAsync();
                        await copy.WriteAsync(++count % 1_000, NpgsqlDbType.Bigint);
                        await copy.WriteAsync(1 + (count / 1_000), NpgsqlDbType.Bigint);
                        await copy.WriteAsync(DateTime.UtcNow, NpgsqlDbType.TimestampTz);
                        await copy.WriteAsync(1, NpgsqlDbType.Integer);
                        await copy.WriteAsync($"plain/{run}-{worker}-{count % 1_000:D18}", NpgsqlDbType.Text);
                        await copy.WriteAsync(payload, NpgsqlDbType.Bytea);
                    }

                    await copy.CompleteAsync();
                }

                lock (waits)
                {
                    waits.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                }
            }

            return count;
        })));
        waits.Sort();
        return (rows.Sum(), waits[waits.Count / 2], waits[waits.Count * 99 / 100]);
    }
}
