using System.Text.Json;
using Bourse.ApiHost.Cli.Load.Worker;

namespace Bourse.ApiHost.Cli.Load;

/// <summary>The worker processes of one load.</summary>
internal sealed class WorkerPool : IAsyncDisposable
{
    /// <summary>Below what a process may open, with room for all else.</summary>
    private const int MaxConnections = 17_000;

    private static readonly Dictionary<string, string> s_environment = new()
    {
        ["DOTNET_gcServer"] = "0",

        // It lives for minutes: code that counts itself first would be a cost for a good part of them.
        ["DOTNET_TieredPGO"] = "0",
    };

    private readonly List<ChildProcess> _processes = [];
    private readonly List<WorkerLine> _newest = [];

    public int Open => _newest.Sum(line => line.Open);

    public int Failed => _newest.Sum(line => line.Failed);

    public string? FailedWhy => _newest.Select(line => line.FailedWhy).FirstOrDefault(why => why is not null);

    public long Messages => _newest.Sum(line => line.Messages);

    public IEnumerable<int> Pids => _processes.Select(p => p.Id);

    /// <summary>Starts the workers that so many connections need and lets them connect.</summary>
    /// <param name="whole">The plan of all together: addresses and shares are dealt out here.</param>
    public static async Task<WorkerPool> Connect(WorkerPlan whole, int processes, IProgress<int> progress, CancellationToken cancellation)
    {
        var pool = new WorkerPool();
        var count = Math.Max(processes, (whole.Connections + MaxConnections - 1) / MaxConnections);
        for (var i = 0; i < count; i++)
        {
            var (from, to) = ((int)((long)whole.Connections * i / count), (int)((long)whole.Connections * (i + 1) / count));
            var plan = whole with
            {
                FromAddress = $"127.0.0.{2 + i}",
                First = from,
                Connections = to - from,
                Tokens = whole.Tokens.Length > 0 ? whole.Tokens[from..to] : [],
                Rate = whole.Rate * (to - from) / whole.Connections,
            };
            var process = ChildProcess.Bourse(["load", "worker"], s_environment);
            pool._processes.Add(process);
            pool._newest.Add(new WorkerLine(false, 0, 0, null, 0, null));
            await process.Write(JsonSerializer.Serialize(plan, WorkerCommand.Json));
        }

        await Task.WhenAll(pool._processes.Select((process, i) => pool.Follow(i, line => line.Ready, progress, cancellation)));
        return pool;
    }

    /// <summary>Lets them count in a window.</summary>
    public async Task<WorkerResult[]> Run(WorkerWindow window, IProgress<int> progress, CancellationToken cancellation)
    {
        foreach (var process in _processes)
        {
            await process.Write(JsonSerializer.Serialize(window, WorkerCommand.Json));
        }

        return [.. (await Task.WhenAll(_processes.Select((_, i) => Follow(i, line => line.Result is not null, progress, cancellation)))).Select(line => line.Result!)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
    }

    private async Task<WorkerLine> Follow(int i, Predicate<WorkerLine> until, IProgress<int> progress, CancellationToken cancellation)
    {
        while (true)
        {
            var line = JsonSerializer.Deserialize<WorkerLine>(await _processes[i].ReadLine(cancellation), WorkerCommand.Json)!;
            _newest[i] = line;
            progress.Report(Open);
            if (until(line))
            {
                return line;
            }
        }
    }
}
