using Bourse.GrainInterfaces.Alerts;
using Bourse.Grains.Alerts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Bourse.Silo.Alerts;

/// <summary>
/// Sees to it that every symbol on which an alert waits is watched: after a start, and every half minute in case a grain or a call was lost. Several silos may
/// do it at once, to no harm.
/// </summary>
public sealed partial class AlertWaker(IAlertStore store, IGrainFactory grains, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<AlertWaker> logger)
    : BackgroundService
{
    private const int MaxAtOnce = 16;
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
            var symbols = await store.SymbolsWaiting(cancellation);
            await Parallel.ForEachAsync(
                symbols, new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = cancellation },
                async (symbol, _) => await grains.GetGrain<IAlertWatchGrain>(symbol).Wake());
        }
        catch (Exception away) when (!cancellation.IsCancellationRequested)
        {
            // The database or a grain, each in its own way; the next round tries again.
            LogAway(away);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Alerts could not be looked after; the next round tries again.")]
    private partial void LogAway(Exception exception);
}
