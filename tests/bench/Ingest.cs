using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Bourse.Domain.Instruments;
using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.Instruments;
using Bourse.Silo;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;

namespace Bourse.Bench;

/// <summary>
/// Ticks into the feeds of many symbols at a planned rate, with their candles kept in PostgreSQL behind: a batch's latency counts from the moment it was planned
/// for. A queue that grows shows as batches under way. The yardstick in the same run: the same ticks into a dictionary of newest quotes.
/// </summary>
internal sealed class Ingest(IngestOptions options)
{
    private const int MaxUnderWay = 4_096;
    private const int UpsertBatch = 5_000;

    /// <summary>What counts as no memory for an instrument; a feed at work has thousands.</summary>
    private const int IdleBytes = 64;
    private static readonly TimeSpan MaxCollect = TimeSpan.FromSeconds(60);

    private readonly LatencyHistogram _latency = new();
    private readonly Lock _gate = new();
    private long _taken;
    private long _failed;
    private int _underWay;
    private int _mostUnderWay;

    public static async Task<int> Run(string[] args)
    {
        var options = IngestOptions.Parse(args);
        await using var database = await BenchDatabase.Open();
        Console.WriteLine($"machine: {Machine.Describe()}; PostgreSQL {await database.Version()}, {await database.Durability()}");
        Console.WriteLine($"yardstick: {Plain(options):N0} ticks/s into a plain dictionary of quotes, one thread");
        await using var storage = await SiloStorage.OpenAsync(
            database.ConnectionString, null, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        builder.AddBourseSilo(storage, _ => { });
        builder.Services.Configure<GrainCollectionOptions>(collection =>
        {
            collection.CollectionAge = TimeSpan.FromSeconds(options.Idle);
            collection.CollectionQuantum = TimeSpan.FromSeconds(Math.Min(5, options.Idle));
        });
        using var host = builder.Build();
        await host.StartAsync();
        await new Ingest(options).Measure(host.Services.GetRequiredService<IGrainFactory>(), database);
        var stopping = Stopwatch.GetTimestamp();
        await host.StopAsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"stopped, every feed's state kept, after {Stopwatch.GetElapsedTime(stopping).TotalSeconds:F1} s"));
        return 0;
    }

    private static double Plain(IngestOptions options)
    {
        var quotes = new ConcurrentDictionary<string, Tick>();
        string[] symbols = [.. Enumerable.Range(0, options.Symbols).Select(Symbol)];
        const int Ticks = 2_000_000;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Ticks; i++)
        {
            quotes[symbols[i % symbols.Length]] = NextTick(i, i);
        }

        return Ticks / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static string Symbol(int number) => string.Create(CultureInfo.InvariantCulture, $"I{number:D5}");

    private static Tick NextTick(long number, long timeMs)
    {
        var price = 100m + ((number * 7919 % 200) * 0.01m);
        return new Tick(timeMs, price, 1m, price - 0.01m, 5m, price + 0.01m, 5m);
    }

    private async Task Measure(IGrainFactory grains, BenchDatabase database)
    {
        var listed = Stopwatch.GetTimestamp();
        foreach (var part in Enumerable.Range(0, options.Symbols).Chunk(UpsertBatch))
        {
            await grains.GetGrain<ICatalogueGrain>("catalogue").Upsert([.. part.Select(i => new InstrumentView(
                Symbol(i), $"Instrument {i}", AssetClass.Stock, "USD", 0.01m, 1m, 0.1m, "always", InstrumentStatus.Open, 0m, 0m))]);
        }

        var all = Stopwatch.GetElapsedTime(listed);
        listed = Stopwatch.GetTimestamp();
        await grains.GetGrain<ICatalogueGrain>("catalogue").Upsert([new InstrumentView(
            Symbol(0), "Renamed", AssetClass.Stock, "USD", 0.01m, 1m, 0.1m, "always", InstrumentStatus.Open, 0m, 0m)]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"catalogue: {options.Symbols:N0} instruments listed in {all.TotalSeconds:F1} s; one more change in {Stopwatch.GetElapsedTime(listed).TotalMilliseconds:F1} ms"));

        IFeedGrain[] feeds = [.. Enumerable.Range(0, options.Symbols).Select(i => grains.GetGrain<IFeedGrain>(Symbol(i)))];
        var heap = GC.GetTotalMemory(true);
        var waking = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(feeds, new ParallelOptions { MaxDegreeOfParallelism = 1_000 }, async (feed, _) => await feed.Push([NextTick(0, NowMs())]));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first tick of each feed (its state is looked up): {Stopwatch.GetElapsedTime(waking).TotalSeconds:F1} s; {(GC.GetTotalMemory(true) - heap) / options.Symbols:N0} bytes a feed"));

        var process = Process.GetCurrentProcess();
        var (cpu, postgres, pause) = (process.TotalProcessorTime, database.CpuTime(), GC.GetTotalPauseDuration());
        var started = Stopwatch.GetTimestamp();
        var (fromWay, toWay) = await Offer(feeds, started);
        var elapsed = Stopwatch.GetElapsedTime(started);
        process.Refresh();
        Console.WriteLine($"{_taken:N0} ticks over {options.Symbols:N0} symbols in {elapsed.TotalSeconds:F1} s: {_taken / elapsed.TotalSeconds:N0} ticks/s (planned {options.Rate:N0}, batches of {options.Batch}); {_failed} batches failed");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"latency of a batch from its planned time: p50 {_latency.PercentileMs(0.5):F1} ms, p95 {_latency.PercentileMs(0.95):F1} ms, p99 {_latency.PercentileMs(0.99):F1} ms, max {_latency.MaxUs / 1000.0:F1} ms; batches under way at most {_mostUnderWay}, on average {fromWay:F0} in the first half and {toWay:F0} in the second"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CPU per tick: silo and load {(process.TotalProcessorTime - cpu).TotalMicroseconds / _taken:F2} us, PostgreSQL {(database.CpuTime() - postgres).TotalMicroseconds / _taken:F2} us; GC pauses {(GC.GetTotalPauseDuration() - pause).TotalMilliseconds / elapsed.TotalMilliseconds:P1}; heap {GC.GetTotalMemory(false) >> 20} MiB"));
        await Idle(heap);
    }

    // The silo's other grains stay: they are few, and were there before.
    private async Task Idle(long before)
    {
        var busy = GC.GetTotalMemory(true);
        var idleSince = Stopwatch.GetTimestamp();
        var left = busy;
        while (left > before + (options.Symbols * IdleBytes) && Stopwatch.GetElapsedTime(idleSince) < TimeSpan.FromSeconds(options.Idle) + MaxCollect)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            left = GC.GetTotalMemory(true);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"idle age {options.Idle} s: heap {before / 1048576.0:F1} MiB before the first tick, {busy / 1048576.0:F1} MiB with all feeds at work, {left / 1048576.0:F1} MiB {Stopwatch.GetElapsedTime(idleSince).TotalSeconds:F0} s after the last tick: {(left - before) / (double)options.Symbols:F0} bytes an instrument"));
    }

    // Batches are handed out a millisecond's worth at a time; a late one is caught up, and its latency tells so.
    private async Task<(double First, double Second)> Offer(IFeedGrain[] feeds, long started)
    {
        var underWay = new List<int>();
        var total = (long)options.Rate * options.Seconds / options.Batch;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (long planned = 0; planned < total;)
        {
            var due = Math.Min(total, (long)(Stopwatch.GetElapsedTime(started).TotalSeconds * options.Rate / options.Batch));
            for (; planned < due && Volatile.Read(ref _underWay) < MaxUnderWay; planned++)
            {
                var plannedAt = started + (long)(planned * options.Batch / (double)options.Rate * Stopwatch.Frequency);
                _mostUnderWay = Math.Max(_mostUnderWay, Interlocked.Increment(ref _underWay));
                _ = PushOne(feeds[planned % feeds.Length], planned, plannedAt);
            }

            underWay.Add(Volatile.Read(ref _underWay));
            await timer.WaitForNextTickAsync();
        }

        while (Volatile.Read(ref _underWay) > 0)
        {
            await timer.WaitForNextTickAsync();
        }

        return (underWay.Take(underWay.Count / 2).Average(), underWay.Skip(underWay.Count / 2).Average());
    }

    private async Task PushOne(IFeedGrain feed, long number, long plannedAt)
    {
        var now = NowMs();
        var batch = new Tick[options.Batch];
        for (var i = 0; i < batch.Length; i++)
        {
            batch[i] = NextTick((number * options.Batch) + i, now);
        }

        try
        {
            var receipt = await feed.Push(batch);
            var late = (long)Stopwatch.GetElapsedTime(plannedAt).TotalMicroseconds;
            lock (_gate)
            {
                _latency.Add(late);
                _taken += receipt.Taken + receipt.Late;
            }
        }
        catch (TimeoutException)
        {
            Interlocked.Increment(ref _failed);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private static long NowMs() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <param name="Symbols">How many instruments there are, each with ticks.</param>
/// <param name="Batch">Ticks in one push to one feed.</param>
/// <param name="Idle">After how many seconds without a call a feed is let go.</param>
internal sealed record IngestOptions(int Symbols, int Rate, int Seconds, int Batch, int Idle)
{
    public static IngestOptions Parse(string[] args)
    {
        var options = new IngestOptions(1_000, 100_000, 30, 10, 60);
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            var value = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
            options = args[i] switch
            {
                "--symbols" => options with { Symbols = value },
                "--rate" => options with { Rate = value },
                "--seconds" => options with { Seconds = value },
                "--batch" => options with { Batch = value },
                "--idle" => options with { Idle = value },
                _ => throw new ArgumentException($"unknown option {args[i]}: --symbols, --rate, --seconds, --batch or --idle"),
            };
        }

        return options;
    }
}
