using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Tests.Api.Chaos;

/// <summary>Silos and front ends as processes of their own on a durable PostgreSQL, each silo behind a proxy.</summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    private readonly string? _given;
    private readonly ConcurrentDictionary<string, Member> _members = new();
    private int _next;

    private ChaosCluster(string data, LocalPostgres postgres, string? given) => (Data, Postgres, _given) = (data, postgres, given);

    /// <summary>One process.</summary>
    /// <param name="Proxy">Before a silo's port; null for a front end.</param>
    public sealed record Member(string Name, int Number, int Port, Process Process, DroppingProxy? Proxy)
    {
        public bool IsSilo => Proxy is not null;
    }

    public string Data { get; }

    /// <summary>The server that is asked about the journal, and stopped at the end.</summary>
    public LocalPostgres Postgres { get; set; }

    public IReadOnlyList<Member> Silos => [.. _members.Values.Where(m => m.IsSilo).OrderBy(m => m.Number)];

    public IReadOnlyList<Member> Fronts => [.. _members.Values.Where(m => !m.IsSilo).OrderBy(m => m.Number)];

    public static async Task<ChaosCluster> Start(int silos, int fronts)
    {
        var data = TestServer.NewFolder();
        return await Start(silos, fronts, data, await TestServer.Start(folder: data), given: null);
    }

    /// <param name="data">The folder of the processes.</param>
    /// <param name="given">What the processes are told to connect to; null: to the server of the folder.</param>
    public static async Task<ChaosCluster> Start(int silos, int fronts, string data, LocalPostgres postgres, string? given)
    {
        var cluster = new ChaosCluster(data, postgres, given);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, silos).Select(_ => cluster.AddSilo()));
            await Task.WhenAll(Enumerable.Range(1, fronts).Select(number => cluster.AddFront(number)));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The front ends in turn.</summary>
    public Uri AnyFront()
    {
        var fronts = Fronts;
        return new Uri($"http://127.0.0.1:{fronts[(Interlocked.Increment(ref _next) & int.MaxValue) % fronts.Count].Port}");
    }

    public Task<Member> AddSilo()
    {
        var number = Interlocked.Increment(ref _made);
        var port = Product.FreePort();
        var proxy = new DroppingProxy(port);
        return Launch("silo", number, port, proxy, ("Cluster__Port", port), ("Cluster__AdvertisedPort", proxy.Port));
    }

    public Task<Member> AddFront(int number, int? port = null) => Launch("front", number, port ?? Product.FreePort(), null);

    /// <summary>Ends a process, by a signal, and waits for that.</summary>
    public async Task End(Member member, string signal)
    {
        await Signal(member, signal);
        await member.Process.WaitForExitAsync().WaitAsync(s_deadline);
        _members.TryRemove(member.Name, out _);
        member.Proxy?.Dispose();
    }

    public static async Task Signal(Member member, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", member.Process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>A silo's id in the cluster.</summary>
    public async Task<long> IdOf(Member silo)
    {
        await using var source = NpgsqlDataSource.Create(Postgres.ConnectionString);
        await using var command = source.CreateCommand("SELECT COALESCE(max(id), 0) FROM cluster_member WHERE name = $1");
        command.Parameters.Add(new() { Value = silo.Name });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Rows of one stream that begin before the row before them has ended: each would be the work of a second writer.</summary>
    public async Task<long> SecondWriters()
    {
        await using var source = NpgsqlDataSource.Create(Postgres.ConnectionString);
        await using var command = source.CreateCommand(
            """
            SELECT count(*) FROM (
                SELECT version, lag(version + count) OVER (PARTITION BY stream ORDER BY version) AS expected FROM journal) rows
            WHERE version <> expected
            """);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public Task<(int Code, string Output, string Error)> Command(params string[] arguments) => Product.RunProgram(
        [.. arguments, "--data", Data], _given is null ? [] : new() { ["BOURSE_POSTGRES"] = _given });

    /// <summary>What a process has told so far.</summary>
    public string LogOf(Member member) => File.ReadAllText(Path.Combine(Data, "log", member.Name + ".log"));

    /// <summary>The newest of what the processes have told of trouble.</summary>
    public string Logs() => string.Join('\n', Directory.GetFiles(Path.Combine(Data, "log"), "*-*.log").Order().Select(file =>
        $"== {Path.GetFileName(file)}\n" + string.Join('\n', File.ReadLines(file).Where(IsTrouble).TakeLast(30))));

    private static bool IsTrouble(string line) => line.Contains(" Warning ", StringComparison.Ordinal) || line.Contains(" Error ", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Fronts.Concat(Silos))
        {
            await Signal(member, "CONT");
            await Signal(member, "TERM");
        }

        foreach (var member in _members.Values)
        {
            try
            {
                await member.Process.WaitForExitAsync().WaitAsync(s_deadline);
            }
            catch (TimeoutException)
            {
                member.Process.Kill();
            }

            member.Proxy?.Dispose();
        }

        await TestServer.Stop(Postgres);
    }

    private int _made;

    private async Task<Member> Launch(string role, int number, int port, DroppingProxy? proxy, params (string Name, int Value)[] environment)
    {
        var start = Product.StartInfo(
            ["serve", "--role", role, "--number", Text(number), "--port", Text(port), "--data", Data]);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = Text(value);
        }

        if (_given is not null)
        {
            start.Environment["BOURSE_POSTGRES"] = _given;
        }

        var said = new StringBuilder();
        var serves = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        DataReceivedEventHandler hear = (_, line) =>
        {
            lock (said)
            {
                said.AppendLine(line.Data);
            }

            if (line.Data?.Contains(" serves", StringComparison.Ordinal) == true)
            {
                serves.TrySetResult();
            }
        };
        process.OutputDataReceived += hear;
        process.ErrorDataReceived += hear;
        process.Exited += (_, _) => serves.TrySetException(new InvalidOperationException($"{role}-{number} has ended: {said}"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var member = new Member($"{role}-{number}", number, port, process, proxy);
        await serves.Task.WaitAsync(s_deadline);
        return _members[member.Name] = member;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
