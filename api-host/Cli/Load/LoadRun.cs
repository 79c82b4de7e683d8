using Bourse.ApiHost.Cli.Load.Worker;

namespace Bourse.ApiHost.Cli.Load;

/// <summary>One window: connects the workers, waits a little, counts, and takes the use of CPU and memory beside it.</summary>
internal sealed class LoadRun(LoadServer server, int processes, TimeSpan warmUp, TimeSpan window)
{
    /// <summary>For the workers to hear of the window.</summary>
    private const int LeadMs = 300;

    /// <summary>The feed that runs beside; null = none.</summary>
    public Feeder? Feeder { get; init; }

    /// <summary>How long those that stall do so; it begins a quarter into the window, and the counting of the others goes on.</summary>
    public TimeSpan Stall { get; init; }

    public async Task<LoadFigures> Measure(WorkerPlan plan, double plannedPerSecond, LoadProgress progress, CancellationToken cancellation)
    {
        var before = server.Use();
        await using var workers = await progress.Bar($"{server.Name}: connecting", plan.Connections, bar => WorkerPool.Connect(plan, processes, bar, cancellation));
        if (workers.Failed > 0)
        {
            progress.Say($"{workers.Failed} connections did not come about: {workers.FailedWhy}");
        }

        var startMs = (Gauge.NowUs / 1_000) + LeadMs;
        var fromMs = startMs + (long)warmUp.TotalMilliseconds;
        var stallFromMs = fromMs + (long)(window.TotalMilliseconds / 4);
        var running = workers.Run(
            new WorkerWindow(startMs, fromMs, fromMs + (long)window.TotalMilliseconds, stallFromMs, stallFromMs + (long)Stall.TotalMilliseconds), new Progress<int>(), cancellation);
        await progress.Wait($"{server.Name}: warming up", TimeSpan.FromMilliseconds(fromMs - (Gauge.NowUs / 1_000.0)), cancellation);
        var (use, postgres, ticks) = (server.Use(), ProcessUse.Of(server.PostgresPid, withChildren: true), Feeder?.Sent ?? 0);
        Feeder?.ForgetBehind();
        await progress.Wait($"{server.Name}: measuring", window, cancellation);
        var (useAfter, postgresAfter, ticksAfter) = (server.Use(), ProcessUse.Of(server.PostgresPid, withChildren: true), Feeder?.Sent ?? 0);
        var results = await running;
        var seconds = window.TotalSeconds;
        var isQuotes = plan.Kind == WorkerKind.Quotes;
        var latency = Sum(results, r => plan.Kind == WorkerKind.Users ? r.Requests : r.Delivery);
        return new LoadFigures(server.Name, plan.Connections, seconds, plannedPerSecond)
        {
            Done = (isQuotes ? results.Sum(r => r.Messages) : results.Sum(r => r.Outcomes.Values.Sum())) / seconds,
            Latency = latency,
            QuoteAge = Sum(results, r => r.Age),
            CaughtUp = Sum(results, r => r.CaughtUp),
            BySecond = [.. Enumerable.Range(0, results.Max(r => r.Seconds.Length)).Select(second => Sum(results, r => r.Seconds.ElementAtOrDefault(second) ?? []))],
            Late = results.Sum(r => r.Late),
            Failed = workers.Failed,
            Lost = results.Sum(r => r.Lost),
            Outcomes = results.SelectMany(r => r.Outcomes).GroupBy(o => o.Key).ToDictionary(g => g.Key, g => g.Sum(o => o.Value)),
            MegabytesPerSecond = results.Sum(r => r.Bytes) / seconds / 1e6,
            ServerCores = (useAfter.CpuSeconds - use.CpuSeconds) / seconds,
            PostgresCores = (postgresAfter.CpuSeconds - postgres.CpuSeconds) / seconds,
            LoadCores = results.Sum(r => r.CpuSeconds) / seconds,
            ServerMegabytes = useAfter.Bytes / 1e6,
            KilobytesPerConnection = before.Bytes > 0 ? (useAfter.Bytes - before.Bytes) / 1e3 / plan.Connections : null,
            TicksPerSecond = (ticksAfter - ticks) / seconds,
            FeedBehindMs = Feeder?.MaxBehindMs ?? 0,
        };
    }

    private static Latencies Sum(IEnumerable<WorkerResult> results, Func<WorkerResult, long[]> part)
    {
        var sum = new Latencies();
        foreach (var result in results)
        {
            sum.Merge(Latencies.FromPairs(part(result)));
        }

        return sum;
    }
}
