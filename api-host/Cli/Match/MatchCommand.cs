using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Bourse.Domain.Matching;

namespace Bourse.ApiHost.Cli.Match;

/// <summary><c>bourse match</c>: one order book alone, fed from a file that is held in memory, as fast as it goes.</summary>
public static class MatchCommand
{
    /// <summary>Untimed short passes let the just-in-time compiler see the code at work, and finish with it, before the clock runs.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(800);

    private const int WarmUpCommands = 20_000;

    /// <summary>The command, for the root command to add. Exit code 0: done; 1: a bad line or file, nothing written.</summary>
    public static Command Create()
    {
        var flow = new Option<FileInfo>("--flow") { Description = "the order-flow file (CSV; API.md, \"Order-flow files\")", Required = true };
        var trades = new Option<FileInfo>("--trades") { Description = "where the trades go (CSV)", Required = true };
        var depth = new Option<FileInfo?>("--depth") { Description = "where the book goes as it stands at the end (CSV)" };
        var levels = Number("--levels", "price levels a side in --depth", 1, 1_000_000, byDefault: 10);
        var tick = Number("--tick", "the price step", 0.000000001m, 1_000_000m, FlowScale.Default.Tick);
        var lot = Number("--lot", "the quantity step", 0.000000001m, 1_000_000m, FlowScale.Default.Lot);
        var repeat = Number("--repeat", "how often the flow is timed, each time on a fresh book", 1, 1_000_000, byDefault: 1);
        var command = new Command("match", "Run one order book alone on an order-flow file and print its speed.") { flow, trades, depth, levels, tick, lot, repeat };
        command.SetAction(parsed =>
        {
            var arguments = new Arguments(
                parsed.GetRequiredValue(flow).FullName, parsed.GetRequiredValue(trades).FullName, parsed.GetValue(depth)?.FullName, parsed.GetValue(levels),
                new FlowScale(parsed.GetValue(tick), parsed.GetValue(lot)), parsed.GetValue(repeat));
            return Run(arguments, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        });
        return command;
    }

    private static int Run(Arguments arguments, TextWriter output, TextWriter error)
    {
        try
        {
            var flow = FlowReader.Read(File.ReadAllBytes(arguments.Flow), arguments.Scale);
            if (flow.ReduceOnlyLines > 0) error.WriteLine($"note: reduce_only ({flow.ReduceOnlyLines} times) has no effect: a book alone knows no positions");

            var run = new FlowRun(flow.Commands);
            var (book, elapsed) = Time(run, arguments.Repeat);
            List<(string, Action<TextWriter>)> files = [(arguments.Trades, writer => FlowWriter.WriteTrades(writer, flow, run.Trades))];
            if (arguments.Depth != null) files.Add((arguments.Depth, writer => FlowWriter.WriteDepth(writer, flow, book, arguments.Levels)));
            if (files.Select(file => file.Item1).Append(arguments.Flow).Distinct().Count() <= files.Count) throw new IOException("--flow, --trades and --depth must be different files.");
            FlowWriter.WriteAtomically([.. files]);
            Report(output, flow, run, elapsed / arguments.Repeat);
            return 0;
        }
        catch (FlowFormatException bad)
        {
            error.WriteLine($"{arguments.Flow}: {bad.Message}");
            return 1;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            error.WriteLine(failure.Message);
            return 1;
        }
    }

    /// <summary>Runs the flow on fresh books, some passes to warm up and then the timed ones; reading and writing files is not in the time.</summary>
    private static (OrderBook Book, TimeSpan Elapsed) Time(FlowRun run, int repeat)
    {
        var warmUp = Stopwatch.StartNew();
        do run.Run(new OrderBook(), WarmUpCommands);
        while (warmUp.Elapsed < WarmUp);

        var elapsed = TimeSpan.Zero;
        while (true)
        {
            var book = new OrderBook();
            var started = Stopwatch.GetTimestamp();
            run.Run(book);
            elapsed += Stopwatch.GetElapsedTime(started);
            if (--repeat == 0) return (book, elapsed);
        }
    }

    private static void Report(TextWriter output, FlowFile flow, FlowRun run, TimeSpan elapsed)
    {
        var lots = 0L;
        foreach (var trade in run.Trades) lots += trade.QuantityLots;
        var perSecond = elapsed > TimeSpan.Zero ? flow.Commands.Length / elapsed.TotalSeconds : 0;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{perSecond:F0} commands/s"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{flow.Commands.Length} commands, {run.Rejected} refused, {run.Trades.Length} trades, quantity {lots * flow.Scale.Lot}"));
    }

    private static Option<T> Number<T>(string name, string description, T least, T most, T byDefault) where T : struct, IParsable<T>, IComparable<T> => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result =>
        {
            if (T.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0) return value;
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be a number from {least} to {most}"));
            return default;
        },
    };

    private sealed record Arguments(string Flow, string Trades, string? Depth, int Levels, FlowScale Scale, int Repeat);
}
