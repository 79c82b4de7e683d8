using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bourse.ApiHost.Cli.Load.Worker;

/// <summary><c>bourse load worker</c>: one process of a load. It is told its part by lines of JSON and tells how it goes by lines of JSON.</summary>
internal static class WorkerCommand
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static Command Create()
    {
        var command = new Command("worker", "One process of a load; started by the others.") { Hidden = true };
        command.SetAction((_, cancellation) => Run(cancellation));
        return command;
    }

    private static async Task<int> Run(CancellationToken cancellation)
    {
        var plan = await Read<WorkerPlan>(cancellation);
        using var work = new LoadWorker(plan);
        using var ticking = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await work.Connect(cancellation);
        Say(work.Status() with { Ready = true });
        var telling = Tell(work, ticking.Token);
        var result = await work.Run(await Read<WorkerWindow>(cancellation), cancellation);
        await ticking.CancelAsync();
        await telling;
        Say(work.Status() with { Result = result });
        return 0;
    }

    private static async Task Tell(LoadWorker work, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                Say(work.Status());
            }
        }
        catch (OperationCanceledException)
        {
            // the window is over
        }
    }

    private static async Task<T> Read<T>(CancellationToken cancellation) =>
        await Console.In.ReadLineAsync(cancellation) is { } line
            ? JsonSerializer.Deserialize<T>(line, Json)!
            : throw new OperationCanceledException("The load has ended.");

    private static void Say(WorkerLine line) => Console.Out.WriteLine(JsonSerializer.Serialize(line, Json));
}
