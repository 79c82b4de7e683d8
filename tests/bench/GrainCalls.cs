using System.Diagnostics;
using Orleans;
using Orleans.Concurrency;
using Orleans.TestingHost;

namespace Bourse.Bench;

/// <summary>A message as the order path sends them.</summary>
[GenerateSerializer, Immutable, Alias("Bench.Ping")]
public sealed record Ping(string Symbol, long Quantity, decimal Price);

/// <summary>Answers at once.</summary>
[Alias("Bench.IEchoGrain")]
public interface IEchoGrain : IGrainWithIntegerKey
{
    /// <summary>Gives the message back.</summary>
    Task<Ping> Echo(Ping ping);
}

/// <summary>Answers at once.</summary>
public sealed class EchoGrain : Grain, IEchoGrain
{
    /// <inheritdoc />
    public Task<Ping> Echo(Ping ping) => Task.FromResult(ping);
}

/// <summary>Calls other grains.</summary>
[Alias("Bench.ICallerGrain")]
public interface ICallerGrain : IGrainWithIntegerKey
{
    /// <summary>Calls another grain so many times, one call after the other.</summary>
    Task<long> Call(long target, int count);
}

/// <summary>Calls other grains.</summary>
public sealed class CallerGrain : Grain, ICallerGrain
{
    /// <inheritdoc />
    public async Task<long> Call(long target, int count)
    {
        var grain = GrainFactory.GetGrain<IEchoGrain>(target);
        var ping = new Ping("AAPL", 10, 178.50m);
        long sum = 0;
        for (var i = 0; i < count; i++)
        {
            sum += (await grain.Echo(ping)).Quantity;
        }

        return sum;
    }
}

/// <summary>Grain calls a second, in one process and between two: <c>bench grain-calls [--both] [seconds]</c>.</summary>
internal static class GrainCalls
{
    private const int CallsPerRound = 20_000;

    public static async Task<int> Run(string[] args)
    {
        var seconds = args.Length > 0 ? int.Parse(args[0]) : 5;
        await using var cluster = new InProcessTestClusterBuilder(1).Build();
        await cluster.DeployAsync();
        Console.WriteLine($"{Environment.ProcessorCount} processors, {Environment.Version}, {seconds} s each after a second of warm-up");

        await Measure("yardstick: a bare hop over the pool and back, 100 loops", seconds, 100, async _ =>
        {
            for (var n = 0; n < CallsPerRound; n++)
            {
                var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                ThreadPool.UnsafeQueueUserWorkItem(static state => state.SetResult(), answer, preferLocal: false);
                await answer.Task;
            }

            return CallsPerRound;
        });
        foreach (var callers in new[] { 1, 10, 100 })
        {
            await Measure($"grain to grain, {callers,3} callers", seconds, callers, async i =>
            {
                await cluster.Client.GetGrain<ICallerGrain>(i).Call(i, CallsPerRound);
                return CallsPerRound;
            });
        }

        var ping = new Ping("AAPL", 10, 178.50m);
        await Measure("client to grain, 100 callers", seconds, 100, async i =>
        {
            var grain = cluster.Client.GetGrain<IEchoGrain>(i);
            for (var n = 0; n < CallsPerRound; n++)
            {
                await grain.Echo(ping);
            }

            return CallsPerRound;
        });
        await RemoteGrainCalls.Run(seconds, Measure);
        await MeasureIdle(cluster);
        return 0;
    }

    private static async Task MeasureIdle(InProcessTestCluster cluster)
    {
        const int grains = 100_000;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var ping = new Ping("AAPL", 10, 178.50m);
        for (var i = 0; i < grains; i++)
        {
            await cluster.Client.GetGrain<IEchoGrain>(1_000 + i).Echo(ping);
        }

        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / grains;
        Console.WriteLine($"an idle activation, of {grains:N0}: {bytes:N0} B");
    }

    private static async Task Measure(string what, int seconds, int callers, Func<int, Task<int>> round)
    {
        await Load(1, callers, round);
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        var calls = await Load(seconds, callers, round);
        var elapsed = clock.Elapsed.TotalSeconds;
        process.Refresh();
        var cpuMicroseconds = (process.TotalProcessorTime - cpu).TotalMicroseconds / calls;
        var bytes = (GC.GetTotalAllocatedBytes() - allocated) / calls;
        Console.WriteLine($"{what}: {calls / elapsed,12:N0} calls/s   {cpuMicroseconds:F2} us CPU a call   {bytes} B a call");
    }

    private static async Task<long> Load(int seconds, int callers, Func<int, Task<int>> round)
    {
        var end = Stopwatch.GetTimestamp() + (seconds * Stopwatch.Frequency);
        var loops = Enumerable.Range(0, callers).Select(i => Task.Run(async () =>
        {
            long calls = 0;
            while (Stopwatch.GetTimestamp() < end)
            {
                calls += await round(i);
            }

            return calls;
        }));
        return (await Task.WhenAll(loops)).Sum();
    }
}
