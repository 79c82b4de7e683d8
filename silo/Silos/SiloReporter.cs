using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orleans.Configuration;

namespace Bourse.Silo.Silos;

/// <summary>Writes every two seconds how this silo is, and last that it stops.</summary>
internal sealed partial class SiloReporter(
    NpgsqlDataSource source, GrainCounts grains, GrainClasses classes, IOptions<SiloOptions> options, TimeProvider time, ILogger<SiloReporter> logger)
    : BackgroundService
{
    private const string Upsert =
        """
        INSERT INTO silo_reports (id, name, machine, process_id, started_at, stopped, cpu_seconds, memory_bytes, grains) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (id) DO UPDATE SET reported_at = clock_timestamp(), stopped = excluded.stopped,
            cpu_seconds = excluded.cpu_seconds, memory_bytes = excluded.memory_bytes, grains = excluded.grains
        """;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);
    private readonly Guid _id = Guid.NewGuid();
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Report(stopped: true, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Report(stopped: false, stoppingToken);
            await Task.Delay(s_interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Report(bool stopped, CancellationToken cancellation)
    {
        try
        {
            await using var batch = source.CreateBatch();
            batch.BatchCommands.Add(new NpgsqlBatchCommand("DELETE FROM silo_reports WHERE reported_at < clock_timestamp() - interval '1 hour'"));
            var upsert = new NpgsqlBatchCommand(Upsert);
            object[] values =
            [
                _id, options.Value.SiloName ?? Environment.MachineName, Environment.MachineName, Environment.ProcessId, _startedAt.UtcDateTime, stopped,
                Environment.CpuUsage.TotalTime.TotalSeconds, Environment.WorkingSet,
            ];
            foreach (var value in values)
            {
                upsert.Parameters.Add(new() { Value = value });
            }

            upsert.Parameters.Add(new() { Value = JsonSerializer.Serialize(GrainsByClass()), NpgsqlDbType = NpgsqlDbType.Jsonb });
            batch.BatchCommands.Add(upsert);
            await batch.ExecuteNonQueryAsync(cancellation);
        }
        catch (Exception away) when (away is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            if (!cancellation.IsCancellationRequested)
            {
                LogAway(away); // told anew in two seconds
            }
        }
    }

    private Dictionary<string, long> GrainsByClass() =>
        grains.Read().GroupBy(g => classes.NameOf(g.Key), g => g.Value, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(), StringComparer.Ordinal);

    [LoggerMessage(4305, LogLevel.Warning, "This silo could not report how it is; tried again")]
    private partial void LogAway(Exception cause);
}
