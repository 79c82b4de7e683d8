using Bourse.GrainInterfaces.Accounts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans;

namespace Bourse.Silo.Risk;

/// <summary>
/// Wakes the accounts with a daily loss limit or margin, so that they look at their positions though nobody orders: after a start, and every half minute in case a
/// grain was lost. Several silos may do it at once, to no harm.
/// </summary>
public sealed partial class WatchWaker(NpgsqlDataSource source, IGrainFactory grains, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<WatchWaker> logger)
    : BackgroundService
{
    private const int MaxAtOnce = 16;
    private const int MaxAccounts = 100_000;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        using var timer = new PeriodicTimer(s_interval, time);
        try
        {
            await started.Task.WaitAsync(stoppingToken);
            do
            {
                await Wake(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task Wake(CancellationToken cancellation)
    {
        try
        {
            await Parallel.ForEachAsync(
                await FindWatched(cancellation), new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = cancellation },
                async (account, _) => await grains.GetGrain<IAccountGrain>(account).Resolve());
        }
        catch (Exception away) when (!cancellation.IsCancellationRequested)
        {
            // The database or a grain, each in its own way; the next round tries again.
            LogAway(away);
        }
    }

    // As the index has it.
    private async Task<List<string>> FindWatched(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            """
            SELECT grain_key FROM grain_state
            WHERE data -> 'Limits' -> 'Rules' ->> 'DailyLossLimit' IS NOT NULL OR jsonb_typeof(data -> 'Limits' -> 'Rules' -> 'Margin') = 'object'
            ORDER BY grain_key LIMIT $1
            """);
        command.Parameters.Add(new() { Value = MaxAccounts });
        var accounts = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            accounts.Add(reader.GetString(0));
        }

        return accounts;
    }

    [LoggerMessage(4303, LogLevel.Warning, "Accounts with risk rules could not be woken; the next round tries again.")]
    private partial void LogAway(Exception exception);
}
