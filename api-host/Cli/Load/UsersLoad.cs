using System.CommandLine;
using Bourse.ApiHost.Cli.Load.Worker;

namespace Bourse.ApiHost.Cli.Load;

/// <summary><c>bourse load users</c>: the ladder of mixed users, who watch quotes on the hub and read and trade over REST.</summary>
internal static class UsersLoad
{
    private const string Served = "ok";

    public static Command Create()
    {
        var shared = new LoadOptions();
        var steps = new Option<int[]>("--steps")
        {
            Description = "How many users, one step after the other.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [100, 500, 1_000, 2_000, 5_000, 10_000],
        };
        var actions = new Option<double>("--actions") { Description = "What one user does over REST a second: orders 40 %, portfolio 30 %, quotes 20 %, open orders 10 % (0.1).", DefaultValueFactory = _ => 0.1 };
        var rate = LoadOptions.Number("--rate", 2, "Updates of quotes a second to each.");
        var command = new Command("users", "A ladder of mixed users.") { steps, actions, rate };
        shared.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = shared.Read(parsed);
            var all = await Run(options, parsed.GetValue(steps)!, parsed.GetValue(actions), parsed.GetValue(rate), cancellation);
            LoadReport.Show("mixed users; latency: of REST, from the planned time; age: of quotes as they arrive", all);
            LoadReport.Save(options.Json, all);
            return 0;
        });
        return command;
    }

    private static async Task<List<LoadFigures>> Run(LoadOptions.Values options, int[] steps, double actions, int rate, CancellationToken cancellation)
    {
        var progress = new LoadProgress();
        await using var server = await options.Open(progress, cancellation);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var tokens = await LoadUsers.Make(server, steps.Max(), options.Symbols, progress, cancellation);
        var feeder = new Feeder(server, options.Symbols, options.Ticks);
        var feeding = feeder.Run(end.Token);
        var all = new List<LoadFigures>();
        foreach (var users in steps)
        {
            var plan = new WorkerPlan(
                WorkerKind.Users, QuoteWay.Hub, server.HostPorts, "", 0, users, options.Symbols, options.Watch, 1_000 / rate, 0, tokens[..users], users * actions);
            var figures = await new LoadRun(server, options.Processes, options.WarmUp, options.Window) { Feeder = feeder }.Measure(plan, users * actions, progress, cancellation);
            var answers = figures.Outcomes.Values.Sum();
            all.Add(figures with { System = $"{users:N0} users, {(double)figures.Outcomes.GetValueOrDefault(Served) / Math.Max(1, answers):P3} served" });
        }

        await end.CancelAsync();
        await feeding;
        return all;
    }
}
