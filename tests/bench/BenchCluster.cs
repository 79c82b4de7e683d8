using System.Diagnostics;
using System.Globalization;
using Bourse.Silo;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Bourse.Bench;

/// <summary>Silos as processes of their own on one database, and a client of them in this process.</summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(1);

    private readonly string _connectionString;
    private readonly HistoryStorage _history;
    private readonly NpgsqlDataSource _source;
    private readonly List<Process> _silos = [];
    private readonly CancellationToken _stop;
    private IHost? _client;
    private int _made;

    private BenchCluster(string connectionString, CancellationToken stop)
    {
        (_connectionString, _stop) = (connectionString, stop);
        _source = NpgsqlDataSource.Create(connectionString);
        _history = new HistoryStorage(connectionString, null);
    }

    public IReadOnlyList<Process> Silos => _silos;

    public IClusterClient Grains => _client!.Services.GetRequiredService<IClusterClient>();

    /// <summary>CPU that the silos which live have used.</summary>
    public TimeSpan CpuTime() => _silos.Aggregate(TimeSpan.Zero, (sum, silo) =>
    {
        silo.Refresh();
        return sum + silo.TotalProcessorTime;
    });

    /// <param name="stop">Ends what is waited for; the processes end when it is disposed of.</param>
    public static async Task<BenchCluster> Start(string connectionString, int silos, CancellationToken stop)
    {
        var cluster = new BenchCluster(connectionString, stop);
        try
        {
            await cluster.Begin(silos);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The process of a silo: until it is told to stop.</summary>
    public static async Task<int> Silo(string connectionString, string name)
    {
        await using var storage = await SiloStorage.OpenAsync(
            connectionString, null, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.AddBourseClusterSilo(name, storage, _ => { });
        using var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine("serves");
        await host.WaitForShutdownAsync();
        return 0;
    }

    public async Task AddSilo()
    {
        _stop.ThrowIfCancellationRequested();
        var silo = Process.Start(new ProcessStartInfo(
            "dotnet", [typeof(BenchCluster).Assembly.Location, "scaling-silo", _connectionString, $"silo-{++_made}"]) { RedirectStandardOutput = true })!;
        _silos.Add(silo);
        if (await silo.StandardOutput.ReadLineAsync(_stop) is null)
        {
            throw new InvalidOperationException("a silo did not start");
        }
    }

    /// <summary>Sends a signal to the newest silo; one that is to end is waited for.</summary>
    public async Task Signal(string signal, bool ends)
    {
        var silo = _silos[^1];
        using (var kill = Process.Start("kill", [$"-{signal}", silo.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        if (ends)
        {
            await silo.WaitForExitAsync();
            _silos.Remove(silo);
            silo.Dispose();
        }
    }

    /// <summary>Waits until each silo has its share of the grains.</summary>
    public async Task UntilBalanced()
    {
        var started = Stopwatch.GetTimestamp();
        while (!await IsBalanced())
        {
            if (Stopwatch.GetElapsedTime(started) > s_deadline)
            {
                throw new TimeoutException("the silos do not share the partitions");
            }

            await Task.Delay(50, _stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.StopAsync();
            _client.Dispose();
        }

        while (_silos.Count > 0)
        {
            await Signal("CONT", ends: false);
            await Signal("TERM", ends: true);
        }

        await _history.DisposeAsync();
        await _source.DisposeAsync();
    }

    private async Task Begin(int silos)
    {
        for (var i = 0; i < silos; i++)
        {
            await AddSilo();
        }

        await UntilBalanced();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.AddBourseClient(_connectionString, _history);
        _client = builder.Build();
        await _client.StartAsync(_stop);
    }

    private async Task<bool> IsBalanced()
    {
        await using var command = _source.CreateCommand(
            """
            SELECT count(DISTINCT owner) = $1 AND count(*) FILTER (WHERE heir <> 0) = 0 OR (SELECT count(*) = $1 FROM orleans_silo WHERE status = 3)
            FROM cluster_partition p JOIN cluster_member m ON m.id = p.owner
            """);
        command.Parameters.Add(new() { Value = (long)_silos.Count });
        return await command.ExecuteScalarAsync() is true;
    }
}
