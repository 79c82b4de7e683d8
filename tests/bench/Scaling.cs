using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Accounts;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Bench;

/// <summary>
/// The same work through 1, 2 and 3 silos, each a process of its own, from a client in this one: grain calls, durable orders, and for how long an account
/// is not served when a silo joins, stops, is killed, or is silent. <c>bench scaling [--seconds 10] [--warm-up 10] [--callers 200] [--silos 3]</c>.
/// </summary>
internal static class Scaling
{
    private const int EchoGrains = 200;
    private const int Probes = 100;
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(1);

    public static async Task<int> Run(string[] args)
    {
        int Get(string name, int otherwise)
        {
            var at = Array.IndexOf(args, name);
            return at < 0 ? otherwise : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
        }

        using var stop = new CancellationTokenSource();
        var plan = new Plan(Get("--callers", 200), TimeSpan.FromSeconds(Get("--warm-up", 10)), TimeSpan.FromSeconds(Get("--seconds", 10)), stop.Token);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            await Run(plan, Get("--silos", 3));
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.Error.WriteLine("stopped before its end");
            return 1;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true; // the silos and the database end before this process
            stop.Cancel();
        }
    }

    private static async Task Run(Plan plan, int silos)
    {
        var table = new List<string>();
        for (var n = 1; n <= silos; n++)
        {
            plan.Stop.ThrowIfCancellationRequested();
            await using var database = await BenchDatabase.Open();
            if (n == 1)
            {
                Console.WriteLine($"machine: {Machine.Describe()}; PostgreSQL {await database.Version()}, {await database.Durability()}");
                Console.WriteLine($"version {typeof(Scaling).Assembly.GetName().Version}; {plan.Callers} callers, {plan.Time.TotalSeconds:F0} s each after {plan.WarmUp.TotalSeconds:F0} s of warm-up; client, silos and database on the machine");
            }

            await using (var source = NpgsqlDataSource.Create(database.ConnectionString))
            {
                await Migrator.MigrateAsync(source, plan.Stop);
            }

            await using var cluster = await BenchCluster.Start(database.ConnectionString, n, plan.Stop);
            table.Add($"| {n} | {await Row(cluster, database, plan)} |");
            Console.WriteLine(table[^1]);
        }

        Console.WriteLine();
        Console.WriteLine("| silos | calls/s | CPU a call, client + silos | orders/s | p50, p95 | CPU an order, client + silos + PostgreSQL | away at a join | clean stop | kill -9 | silence |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        table.ForEach(Console.WriteLine);
    }

    private static async Task<string> Row(BenchCluster cluster, BenchDatabase database, Plan plan)
    {
        var calls = await Calls(cluster, plan);
        var flow = new Orders(OrdersOptions.Parse(["--accounts", "500"]));
        var accounts = await flow.Prepare(cluster.Grains);
        var orders = await PlaceOrders(cluster, database, flow, accounts, plan);
        return $"{calls} | {orders} | {await Absences(cluster, accounts[..Probes], plan.Stop)}";
    }

    private static async Task<string> Calls(BenchCluster cluster, Plan plan)
    {
        var ping = new Ping("AAPL", 10, 178.50m);
        Func<int, Task> call = i => cluster.Grains.GetGrain<IEchoGrain>(i % EchoGrains).Echo(ping);
        await Loop(plan, plan.WarmUp, call);
        var (mine, silos) = (Environment.CpuUsage.TotalTime, cluster.CpuTime());
        var latency = await Loop(plan, plan.Time, call);
        var (client, server) = ((Environment.CpuUsage.TotalTime - mine) / latency.Count, (cluster.CpuTime() - silos) / latency.Count);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{latency.Count / plan.Time.TotalSeconds:N0} | {client.TotalMicroseconds:F1} + {server.TotalMicroseconds:F1} µs");
    }

    private static async Task<string> PlaceOrders(
        BenchCluster cluster, BenchDatabase database, Orders flow, IAccountGrain[] accounts, Plan plan)
    {
        var random = new Random(1);
        var number = 0L;
        Func<int, Task> place = _ =>
        {
            PlaceOrder order;
            IAccountGrain account;
            lock (random)
            {
                (account, order) = (accounts[random.Next(accounts.Length)], flow.NextOrder(random, number++));
            }

            return account.Place(order);
        };
        await Loop(plan, plan.WarmUp, place);
        var (mine, silos, postgres) = (Environment.CpuUsage.TotalTime, cluster.CpuTime(), database.CpuTime());
        var latency = await Loop(plan, plan.Time, place);
        var (client, server, store) = (
            (Environment.CpuUsage.TotalTime - mine) / latency.Count, (cluster.CpuTime() - silos) / latency.Count, (database.CpuTime() - postgres) / latency.Count);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{latency.Count / plan.Time.TotalSeconds:N0} | {latency.PercentileMs(0.5):F1}, {latency.PercentileMs(0.95):F1} ms | {client.TotalMicroseconds:F0} + {server.TotalMicroseconds:F0} + {store.TotalMicroseconds:F0} µs");
    }

    /// <summary>What befalls the newest silo, and the longest time that an account, asked again and again, was not served.</summary>
    private static async Task<string> Absences(BenchCluster cluster, IAccountGrain[] accounts, CancellationToken stop)
    {
        var isAlone = cluster.Silos.Count == 1;
        var join = await Away(cluster, accounts, cluster.AddSilo, stop);
        var leave = await Away(cluster, accounts, () => cluster.Signal("TERM", ends: true), stop);
        if (isAlone)
        {
            return $"{Told(join)} | {Told(leave)} | all until it starts again | all until it goes on";
        }

        var kill = await Away(cluster, accounts, () => cluster.Signal("KILL", ends: true), stop);
        await cluster.AddSilo();
        await cluster.UntilBalanced();
        var silence = await Away(cluster, accounts, () => cluster.Signal("STOP", ends: false), stop, isBalanced: false);
        await cluster.Signal("CONT", ends: false);
        return $"{Told(join)} | {Told(leave)} | {Told(kill)} | {Told(silence)}";
    }

    private static async Task<TimeSpan> Away(BenchCluster cluster, IAccountGrain[] accounts, Func<Task> befalls, CancellationToken stop, bool isBalanced = true)
    {
        var longest = new long[accounts.Length];
        var served = new long[accounts.Length];
        using var seen = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Array.Fill(served, Stopwatch.GetTimestamp());
        var asking = accounts.Select((account, i) => Task.Run(async () =>
        {
            while (!seen.IsCancellationRequested)
            {
                try
                {
                    await account.GetPortfolio();
                    var now = Stopwatch.GetTimestamp();
                    longest[i] = Math.Max(longest[i], now - served[i]);
                    Volatile.Write(ref served[i], now);
                }
                catch (Exception e) when (e is Orleans.Runtime.SiloUnavailableException or TimeoutException or OutcomeUnknownException)
                {
                    // It is asked again; until then it is away.
                }

                await Task.Delay(10);
            }
        })).ToList();
        await Task.Delay(s_settle, stop);
        Array.Clear(longest);
        await befalls();
        if (isBalanced)
        {
            await cluster.UntilBalanced();
        }

        var after = Stopwatch.GetTimestamp();
        while (Enumerable.Range(0, accounts.Length).Any(i => Volatile.Read(ref served[i]) < after))
        {
            await Task.Delay(20, stop);
        }

        await seen.CancelAsync();
        await Task.WhenAll(asking);
        return TimeSpan.FromSeconds(longest.Max() / (double)Stopwatch.Frequency);
    }

    private static async Task<LatencyHistogram> Loop(Plan plan, TimeSpan time, Func<int, Task> call)
    {
        var all = new LatencyHistogram();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, plan.Callers).Select(i => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(started) < time && !plan.Stop.IsCancellationRequested)
            {
                var before = Stopwatch.GetTimestamp();
                await call(i);
                var microseconds = (Stopwatch.GetTimestamp() - before) * 1_000_000 / Stopwatch.Frequency;
                lock (all)
                {
                    all.Add(microseconds);
                }
            }
        })));
        plan.Stop.ThrowIfCancellationRequested();
        return all;
    }

    /// <param name="WarmUp">The same work before it is counted.</param>
    /// <param name="Stop">Set by a signal.</param>
    private sealed record Plan(int Callers, TimeSpan WarmUp, TimeSpan Time, CancellationToken Stop);

    private static string Told(TimeSpan away) => string.Create(CultureInfo.InvariantCulture, $"{away.TotalSeconds:F2} s");
}
