using System.Diagnostics;
using System.Globalization;

namespace Bourse.ApiHost.Cli.Serve;

/// <summary>
/// Several silos and front ends, each a process of its own, on one database. This process starts them, tells when one ends, and at its own end stops
/// them, front ends first, and the database last.
/// </summary>
internal static class ServeProcesses
{
    private static readonly TimeSpan s_stopDeadline = TimeSpan.FromSeconds(45);

    public static async Task<int> Run(ServeOptions options, CancellationToken cancellation)
    {
        await using var database = await Database.OpenAsOwner(options.DataDir, Console.Error.WriteLine, cancellation);
        var silos = Enumerable.Range(1, options.SiloProcesses!.Value).Select(number => Start(options, ServeRole.Silo, number, port: 0)).ToList();
        var fronts = Enumerable.Range(1, options.FrontEnds).Select(number => Start(options, ServeRole.Front, number, options.Port + number - 1)).ToList();
        var ends = silos.Concat(fronts).Select(child => Watch(child.Name, child.Process, cancellation)).ToList();
        var all = Task.WhenAll(ends);
        await all.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var role in new[] { fronts, silos })
        {
            await Task.WhenAll(role.Select(child => Stop(child.Process)));
        }

        await all;
        Console.Error.WriteLine("stopped");
        return cancellation.IsCancellationRequested ? 0 : 1;
    }

    private static (string Name, Process Process) Start(ServeOptions options, ServeRole role, int number, int port)
    {
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "bourse.dll"), "serve",
            "--role", role.ToString(), "--number", Text(number), "--port", Text(port), "--data", options.DataDir,
            "--speed", options.Speed, "--seed", options.Seed.ToString(CultureInfo.InvariantCulture),
            .. options.Replay.SelectMany(file => new[] { "--replay", file.FullName }),
        ];
        var start = new ProcessStartInfo("dotnet", arguments);
        return ($"{(role == ServeRole.Silo ? "silo" : "front")}-{number}", Process.Start(start)!);
    }

    private static async Task Watch(string name, Process process, CancellationToken stopping)
    {
        await process.WaitForExitAsync(CancellationToken.None);
        if (!stopping.IsCancellationRequested)
        {
            Console.Error.WriteLine($"{name} has ended with {process.ExitCode}; ./run --silos +1 adds a silo");
        }
    }

    // Ctrl-C has reached them too; a signal to this process alone has not.
    private static async Task Stop(Process process)
    {
        if (process.HasExited)
        {
            return;
        }

        using (Process.Start("kill", ["-TERM", Text(process.Id)]))
        {
        }

        using var deadline = new CancellationTokenSource(s_stopDeadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"process {process.Id} does not stop: it is killed");
            process.Kill();
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
