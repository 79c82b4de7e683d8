using System.CommandLine;
using Bourse.ApiHost.Cli.Load.Worker;

namespace Bourse.ApiHost.Cli.Load;

/// <summary><c>bourse load orders</c>: durable orders end to end over the hub, at a planned rate.</summary>
internal static class OrdersLoad
{
    public static Command Create()
    {
        var shared = new LoadOptions();
        var users = LoadOptions.Number("--users", 2_000, "Users, each with one connection.");
        var rate = LoadOptions.Number("--rate", 10_000, "Orders a second of all together.");
        var command = new Command("orders", "Orders over the hub.") { users, rate };
        shared.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = shared.Read(parsed);
            var progress = new LoadProgress();
            await using var server = await options.Open(progress, cancellation);
            var tokens = await LoadUsers.Make(server, parsed.GetValue(users), options.Symbols, progress, cancellation);
            var plan = new WorkerPlan(
                WorkerKind.Orders, QuoteWay.Hub, server.HostPorts, "", 0, tokens.Length, options.Symbols, 0, 0, 0, tokens, parsed.GetValue(rate));
            var figures = await new LoadRun(server, options.Processes, options.WarmUp, options.Window).Measure(plan, parsed.GetValue(rate), progress, cancellation);
            LoadReport.Show("orders over the hub; latency: from the planned time to the durable answer", [figures with { System = "orders" }]);
            LoadReport.Save(options.Json, [figures]);
            return 0;
        });
        return command;
    }
}
