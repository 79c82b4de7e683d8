using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Bourse.ApiHost.Cli.Match;
using Bourse.Domain.Matching;

namespace Bourse.Bench;

/// <summary>
/// <c>bench matching</c>: commands a second of the matching engine alone, one thread, and of a plain book on the same commands in the same run. Commands are
/// in memory; every event is read. Best and median of several passes on fresh books.
/// </summary>
internal static class Matching
{
    private const int GeneratedCommands = 3_000_000;
    private const int Seed = 20_120_621;
    private const int Passes = 11;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    public static int Run(string[] args)
    {
        if (args.Length > 0)
        {
            Console.Error.WriteLine("usage: bench matching");
            return 2;
        }

        Console.WriteLine($"matching engine, one thread; {Environment.ProcessorCount} cores, {RuntimeInformation.OSArchitecture}, {RuntimeInformation.FrameworkDescription}, Bourse {typeof(OrderBook).Assembly.GetName().Version}");
        Console.WriteLine($"{"flow",-34}{"commands",10}{"trades",9}{"best/s",14}{"median/s",14}{"bytes/command",15}{"plain book/s",14}");
        Measure($"generated, seed {Seed}", new GeneratedFlow(Seed).Make(GeneratedCommands));
        foreach (var name in new[] { "aapl_10000", "msft_1000" })
        {
            var path = FindFlow(name);
            if (path == null) Console.WriteLine($"{name,-34}absent: no shared/data/flow above this folder");
            else Measure($"{name}, 100 times", RepeatedFlow.Make(FlowReader.Read(File.ReadAllBytes(path), FlowScale.Default).Commands, 100));
        }

        return 0;
    }

    private static void Measure(string name, FlowCommand[] commands)
    {
        var run = new FlowRun(commands);
        var started = Stopwatch.GetTimestamp();
        do run.Run(new OrderBook());
        while (Stopwatch.GetElapsedTime(started) < WarmUp);

        var rates = new double[Passes];
        for (var pass = 0; pass < Passes; pass++)
        {
            var book = new OrderBook(new OrderBookOptions { InitialOrders = 4096 });
            started = Stopwatch.GetTimestamp();
            run.Run(book);
            rates[pass] = commands.Length / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        Array.Sort(rates);
        var plain = PlainRate(commands, run);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-34}{commands.Length,10}{run.Trades.Length,9}{rates[^1],14:N0}{rates[Passes / 2],14:N0}{AllocatedPerCommand(commands),15:F3}{plain,14:N0}"));
    }

    /// <summary>Bytes that a command allocates in the second half of the flow, when the first has grown the pools.</summary>
    private static double AllocatedPerCommand(FlowCommand[] commands)
    {
        var book = new OrderBook();
        var half = commands.Length / 2;
        new FlowRun(commands[..half]).Run(book);
        var second = new FlowRun(commands[half..], expectedTrades: commands.Length);
        var before = GC.GetAllocatedBytesForCurrentThread();
        second.Run(book);
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / (commands.Length - half);
    }

    /// <summary>The best of three passes of the plain book, which must make the same trades.</summary>
    private static double PlainRate(FlowCommand[] commands, FlowRun expected)
    {
        var best = 0.0;
        for (var pass = 0; pass < 3; pass++)
        {
            var started = Stopwatch.GetTimestamp();
            var book = new PlainBook();
            book.Run(commands);
            if (book.Trades != expected.Trades.Length) throw new InvalidOperationException($"the plain book made {book.Trades} trades, the engine {expected.Trades.Length}");
            best = Math.Max(best, commands.Length / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return best;
    }

    private static string? FindFlow(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data", "flow", $"{name}_flow.csv");
            if (File.Exists(path)) return path;
        }

        return null;
    }
}
