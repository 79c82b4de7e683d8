using System.CommandLine;
using Bourse.ApiHost.Cli.Load.Worker;

namespace Bourse.ApiHost.Cli.Load;

/// <summary><c>bourse load quotes</c>: quotes to many connections, by the hub or the plain stream, beside yardsticks in the same run.</summary>
internal static class QuotesLoad
{
    private static readonly Dictionary<string, QuoteWay> s_ways = new()
    {
        ["hub"] = QuoteWay.Hub, ["stream"] = QuoteWay.Stream, ["plain-hub"] = QuoteWay.PlainHub, ["node-ws"] = QuoteWay.NodeWs,
    };

    public static Command Create()
    {
        var shared = new LoadOptions();
        var via = new Option<string[]>("--via") { Description = "How they come: one or more of these, one after the other.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["hub"] };
        via.AcceptOnlyFromAmong([.. s_ways.Keys]);
        var connections = LoadOptions.Number("--connections", 10_000, "Connections.");
        var rate = LoadOptions.Number("--rate", 5, "Updates a second to each of them.");
        var stall = LoadOptions.Number("--stall", 0, "So many per cent of the connections stop reading for half of the window.");
        var modules = new Option<string?>("--node-modules") { Description = "For node-ws: the folder that holds node_modules with ws; the terminal's by default." };
        var command = new Command("quotes", "Quotes to many connections.") { via, connections, rate, stall, modules };
        shared.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = shared.Read(parsed);
            var (count, perSecond, percent) = (parsed.GetValue(connections), parsed.GetValue(rate), parsed.GetValue(stall));
            var all = new List<LoadFigures>();
            foreach (var way in parsed.GetValue(via)!)
            {
                all.Add(await Run(way, s_ways[way], options, count, perSecond, percent, parsed.GetValue(modules), cancellation));
            }

            LoadReport.Show($"{count:N0} connections, {options.Watch} of {options.Symbols.Length} symbols, {perSecond}/s, {options.Window.TotalSeconds} s; latency: from the newest tick of a message", all);
            LoadReport.Save(options.Json, all);
            return 0;
        });
        return command;
    }

    private static async Task<LoadFigures> Run(string name, QuoteWay way, LoadOptions.Values options, int connections, int rate, int stallPercent, string? modules, CancellationToken cancellation)
    {
        var progress = new LoadProgress();
        await using var server = way switch
        {
            QuoteWay.PlainHub => await LoadServer.StartYardstick(name, ChildProcess.Bourse(["load", "plain-hub", "--interval", Text(1_000 / rate)], new Dictionary<string, string>()), cancellation),
            QuoteWay.NodeWs => await LoadServer.StartYardstick(name, Node(modules, 1_000 / rate, options.Watch), cancellation),
            _ => await options.Open(progress, cancellation),
        };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var feeder = new Feeder(server, options.Symbols, options.Ticks);
        var feeding = feeder.Run(end.Token);
        var plan = new WorkerPlan(
            WorkerKind.Quotes, way, server.HostPorts, "", 0, connections, options.Symbols, options.Watch, 1_000 / rate, stallPercent > 0 ? 100 / stallPercent : 0, [], 0);
        var measuring = new LoadRun(server, options.Processes, options.WarmUp, options.Window)
        {
            Feeder = feeder, Stall = stallPercent > 0 ? options.Window / 2 : TimeSpan.Zero,
        }.Measure(plan, (double)connections * rate, progress, end.Token);
        await await Task.WhenAny(measuring, feeding); // a feed that fails ends the run
        await end.CancelAsync();
        await feeding;
        return (await measuring) with { System = name };
    }

    private static ChildProcess Node(string? modules, int intervalMs, int watch)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Cli", "Load", "Yardsticks", "node-ws.mjs");
        return ChildProcess.Start("node", [script, modules ?? TerminalFolder(), Text(intervalMs), Text(watch)], new Dictionary<string, string>());
    }

    private static string TerminalFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var web = Path.Combine(folder.FullName, "api-host", "web");
            if (Directory.Exists(Path.Combine(web, "node_modules", "ws")))
            {
                return web;
            }
        }

        throw new InvalidOperationException("node-ws needs the terminal's packages: ./test web once, or --node-modules");
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
