using System.Diagnostics;
using System.Globalization;
using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.History;
using Bourse.GrainInterfaces.Instruments;
using Bourse.GrainInterfaces.Risk;
using Bourse.Silo;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bourse.Bench;

/// <summary>
/// Durable orders through account, risk, book and settlement, at a planned rate: an order's latency counts from the moment
/// it was planned for to its durable answer. The yardstick in the same run: plain rows/s of the same PostgreSQL.
/// </summary>
internal sealed class Orders(OrdersOptions options)
{
    private const decimal Stock = 5_000m;
    private const int PlanStepMs = 1;

    private readonly LatencyHistogram _latency = new();
    private readonly LatencyHistogram[] _bySecond = [.. Enumerable.Range(0, options.Seconds).Select(_ => new LatencyHistogram())];
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _outcomes = [];
    private long _done;
    private int _underWay;

    public static async Task<int> Run(string[] args)
    {
        var options = OrdersOptions.Parse(args);
        await using var database = await BenchDatabase.Open();
        Console.WriteLine($"machine: {Machine.Describe()}; PostgreSQL {await database.Version()}, {await database.Durability()}");
        Console.WriteLine($"yardstick before: {await database.PlainRowsPerSecond():N0} plain rows/s (COPY in batches of 500, 2 connections)");
        await using var storage = await SiloStorage.OpenAsync(
            database.ConnectionString, null, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        using var host = await StartSilo(storage);
        await new Orders(options).Measure(host.Services, database);
        await host.StopAsync();
        Console.WriteLine($"yardstick after: {await database.PlainRowsPerSecond():N0} plain rows/s");
        return 0;
    }

    private static async Task<IHost> StartSilo(SiloStorage storage)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        builder.AddBourseSilo(storage, _ => { });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private async Task Measure(IServiceProvider services, BenchDatabase database)
    {
        var grains = services.GetRequiredService<IGrainFactory>();
        var accounts = await Prepare(grains);
        Console.WriteLine($"{options.Accounts} accounts, {options.Symbols} symbols");
        var history = services.GetRequiredService<IHistoryReader>();
        if (options.WarmUp > 0)
        {
            Console.WriteLine($"warm-up: {options.WarmUp} s at the same rate, not counted");
            await new Orders(options with { Seconds = options.WarmUp, Seed = options.Seed + 1 }).Offer(accounts, Stopwatch.GetTimestamp());
            await WaitUntilCaughtUp(history);
        }

        await Window(accounts, history, database);
        if (options.Peak > 0)
        {
            await new Orders(options with { Rate = options.Peak, Seconds = options.PeakSeconds, Seed = options.Seed + 2 }).Window(accounts, history, database);
        }
    }

    /// <summary>Places orders at the rate for the time, and prints how it went.</summary>
    private async Task Window(IAccountGrain[] accounts, IHistoryReader history, BenchDatabase database)
    {
        Console.WriteLine($"{options.Rate:N0} orders/s planned for {options.Seconds} s");
        using var stop = new CancellationTokenSource();
        var lag = Task.Run(() => WatchLag(history, stop.Token));
        using var commits = new CommitTimes();
        using var profile = options.Profile ? new AllocationProfile() : null;
        var process = Process.GetCurrentProcess();
        var walBefore = await database.WalBytes();
        var stolenBefore = Machine.Stolen();
        var (cpuBefore, postgresBefore, rowsBefore) = (process.TotalProcessorTime, database.CpuTime(), await database.JournalRows());
        var (allocatedBefore, pauseBefore) = (GC.GetTotalAllocatedBytes(), GC.GetTotalPauseDuration());
        int[] collections = [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)];
        var started = Stopwatch.GetTimestamp();
        await Offer(accounts, started);
        var elapsed = Stopwatch.GetElapsedTime(started);
        var stolen = Machine.Stolen() - stolenBefore;
        process.Refresh();
        var (cpu, postgres) = (process.TotalProcessorTime - cpuBefore, database.CpuTime() - postgresBefore);
        var caughtUp = Stopwatch.GetTimestamp();
        await WaitUntilCaughtUp(history);
        await stop.CancelAsync();
        var maxLag = await lag;

        Console.WriteLine($"{_done:N0} orders in {elapsed.TotalSeconds:F1} s: {_done / elapsed.TotalSeconds:N0} orders/s");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"latency from the planned time: p50 {_latency.PercentileMs(0.5):F1} ms, p95 {_latency.PercentileMs(0.95):F1} ms, p99 {_latency.PercentileMs(0.99):F1} ms, p99.9 {_latency.PercentileMs(0.999):F1} ms, max {_latency.MaxUs / 1000.0:F1} ms"));
        Console.WriteLine(SecondBySecond());
        Console.WriteLine($"outcomes: {string.Join(", ", _outcomes.OrderByDescending(o => o.Value).Select(o => $"{o.Key} {o.Value:N0}"))}");
        var rows = await database.JournalRows() - rowsBefore;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CPU per order: silo and load {cpu.TotalMicroseconds / _done:F1} us, PostgreSQL {postgres.TotalMicroseconds / _done:F1} us; {rows / (double)_done:F2} journal rows; taken by other virtual machines {stolen / elapsed / Environment.ProcessorCount:P1} of the processors"));
        Console.WriteLine(commits.Describe(elapsed));
        var wal = await database.WalBytes();
        Console.WriteLine($"write-ahead log {(wal.All - walBefore.All) / _done:N0} bytes an order, {(wal.Pages - walBefore.Pages) / _done:N0} of them whole pages");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"allocated {(GC.GetTotalAllocatedBytes() - allocatedBefore) / (double)_done / 1024:F1} KiB an order, GC pauses {(GC.GetTotalPauseDuration() - pauseBefore).TotalMilliseconds / elapsed.TotalMilliseconds:P1}, collections {GC.CollectionCount(0) - collections[0]}/{GC.CollectionCount(1) - collections[1]}/{GC.CollectionCount(2) - collections[2]}, heap {GC.GetTotalMemory(false) >> 20} MiB"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"read model: at most {maxLag.TotalSeconds:F2} s behind; caught up {Stopwatch.GetElapsedTime(caughtUp).TotalSeconds:F2} s after the last order"));
        if (profile is not null)
        {
            Console.WriteLine($"allocated:\n{string.Join('\n', profile.Top(40))}");
        }
    }

    // Orders are handed out a millisecond's worth at a time; a late millisecond is caught up, and its orders' latency tells so.
    private async Task Offer(IAccountGrain[] accounts, long started)
    {
        var random = new Random(options.Seed);
        long planned = 0;
        var total = (long)options.Rate * options.Seconds;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(PlanStepMs));
        while (planned < total)
        {
            var due = Math.Min(total, (long)(Stopwatch.GetElapsedTime(started).TotalSeconds * options.Rate));
            for (; planned < due && Volatile.Read(ref _underWay) < options.MaxUnderWay; planned++)
            {
                var plannedAt = started + (long)(planned / (double)options.Rate * Stopwatch.Frequency);
                Interlocked.Increment(ref _underWay);
                _ = PlaceOne(accounts[random.Next(accounts.Length)], NextOrder(random, planned), plannedAt, _bySecond[planned / options.Rate]);
            }

            await timer.WaitForNextTickAsync();
        }

        while (Volatile.Read(ref _underWay) > 0)
        {
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Whether the slow orders are spread, or those of some bad moments.</summary>
    private string SecondBySecond()
    {
        var p95 = _bySecond.Where(second => second.Count > 0).Select(second => second.PercentileMs(0.95)).Order().ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"p95 of each second: median {p95[p95.Length / 2]:F1} ms, worst {p95[^1]:F1} ms, above 100 ms in {p95.Count(ms => ms > 100)} of {p95.Length}");
    }

    private async Task PlaceOne(IAccountGrain account, PlaceOrder order, long plannedAt, LatencyHistogram second)
    {
        string outcome;
        try
        {
            var answer = await account.Place(order);
            outcome = answer.Order is { } placed ? placed.Status.ToString() : answer.Code ?? answer.Kind.ToString();
        }
        catch (Exception e)
        {
            outcome = e.GetType().Name;
        }

        var microseconds = (Stopwatch.GetTimestamp() - plannedAt) * 1_000_000 / Stopwatch.Frequency;
        lock (_gate)
        {
            _latency.Add(microseconds);
            second.Add(microseconds);
            _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
            _done++;
        }

        Interlocked.Decrement(ref _underWay);
    }

    /// <summary>One of a still market's orders; its client order id is the number's.</summary>
    internal PlaceOrder NextOrder(Random random, long number)
    {
        // Around a still middle: about half of the orders meet a resting one, and the books stay bounded.
        var side = random.Next(2) == 0 ? Side.Buy : Side.Sell;
        var price = 100m + ((random.Next(5) - 2) * 0.01m);
        var timeInForce = random.Next(10) < 3 ? TimeInForce.Ioc : TimeInForce.Gtc;
        return new PlaceOrder(new OrderTerms(
            $"S{random.Next(options.Symbols)}", side, OrderType.Limit, timeInForce, random.Next(1, 10), price, null, false, false,
            SelfTradePrevention.CancelNewest, $"b{options.Seed}-{number}"));
    }

    /// <summary>Makes the instruments and opens the accounts.</summary>
    internal async Task<IAccountGrain[]> Prepare(IGrainFactory grains)
    {
        var instruments = Enumerable.Range(0, options.Symbols).Select(i => new InstrumentView(
            $"S{i}", $"Stock {i}", AssetClass.Stock, "USD", 0.01m, 1m, 0.10m, "always", InstrumentStatus.Open, 0.0005m, 0.001m));
        await grains.GetGrain<ICatalogueGrain>("catalogue").Upsert([.. instruments]);
        var nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < options.Symbols; i++)
        {
            await grains.GetGrain<IFeedGrain>($"S{i}").Push([new Tick(nowMs, 100m, 1m, 99.99m, 1m, 100.01m, 1m)]);
        }

        // Traders own what they sell, as most do: a short sale is looked at with the whole account.
        var house = grains.GetGrain<IAccountGrain>("house-bench");
        await house.Open(new OpenAccount("house-bench", "USD", 0m, "house"));
        for (var i = 0; i < options.Symbols; i++)
        {
            await house.Place(Inventory(i, Side.Sell, Stock * options.Accounts, $"h{options.Seed}-{i}"));
        }

        var accounts = new IAccountGrain[options.Accounts];
        await Parallel.ForAsync(0, accounts.Length, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            var id = new Guid(i, 7, 7, [1, 2, 3, 4, 5, 6, 7, 8]).ToString("N");
            accounts[i] = grains.GetGrain<IAccountGrain>(id);
            await grains.GetGrain<IRiskLimitGrain>(id).Set(
                new LimitsView(0, 1_000_000m, 10_000_000m, 10_000_000m, 10_000, AllowShort: false, Unlimited: false), "bench", "many open orders");
            await accounts[i].Open(new OpenAccount($"bench-{i}", "USD", 1_000_000_000m));
            for (var symbol = 0; symbol < options.Symbols; symbol++)
            {
                await accounts[i].Place(Inventory(symbol, Side.Buy, Stock, $"i{options.Seed}-{symbol}"));
            }
        });
        return accounts;
    }

    private static PlaceOrder Inventory(int symbol, Side side, decimal quantity, string id) => new(new OrderTerms(
        $"S{symbol}", side, OrderType.Limit, TimeInForce.Gtc, quantity, 100m, null, false, false, SelfTradePrevention.CancelNewest, id));

    private static async Task<TimeSpan> WatchLag(IHistoryReader history, CancellationToken stop)
    {
        var max = TimeSpan.Zero;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        while (!stop.IsCancellationRequested)
        {
            var state = await history.GetState(CancellationToken.None);
            max = state.Lag > max ? state.Lag : max;
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return max;
    }

    private static async Task WaitUntilCaughtUp(IHistoryReader history)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var i = 0; i < 6_000 && (await history.GetState(CancellationToken.None)).Lag > TimeSpan.Zero; i++)
        {
            await timer.WaitForNextTickAsync();
        }
    }
}

/// <summary>
/// What the benchmark is told: <c>--rate 20000 --seconds 120 --accounts 2000 --symbols 20 --max-under-way 5000 --seed 1 --warm-up 10 --profile</c>, and
/// <c>--peak 30000 --peak-seconds 10</c> for a time at a higher rate right after it.
/// </summary>
internal sealed record OrdersOptions(int Rate, int Seconds, int Accounts, int Symbols, int MaxUnderWay, int Seed, int WarmUp, bool Profile, int Peak, int PeakSeconds)
{
    public static OrdersOptions Parse(string[] args)
    {
        int Get(string name, int otherwise)
        {
            var at = Array.IndexOf(args, name);
            return at < 0 ? otherwise : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
        }

        return new OrdersOptions(
            Get("--rate", 20_000), Get("--seconds", 120), Get("--accounts", 2_000), Get("--symbols", 20), Get("--max-under-way", 5_000), Get("--seed", 1), Get("--warm-up", 10), args.Contains("--profile"),
            Get("--peak", 0), Get("--peak-seconds", 10));
    }
}
