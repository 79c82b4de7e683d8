using Bourse.GrainInterfaces.Risk;
using Bourse.Grains.Breakers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Bourse.Silo.Breakers;

/// <summary>Has the market-wide breaker look at the index once a second. Several silos may do it at once, to no harm.</summary>
public sealed partial class MarketBreakerService(
    IGrainFactory grains, BreakerOptions options, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<MarketBreakerService> log) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Index.Count == 0)
        {
            return;
        }

        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        using var timer = new PeriodicTimer(s_interval, time);
        string[] index = [.. options.Index];
        try
        {
            await started.Task.WaitAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await Look(index, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task Look(string[] index, CancellationToken cancellation)
    {
        try
        {
            await grains.GetGrain<IMarketBreakerGrain>(IMarketBreakerGrain.Key).Look(index);
        }
        catch (Exception away) when (!cancellation.IsCancellationRequested)
        {
            // A feed, the database or a grain, each in its own way; the next second tries again.
            LogAway(away);
        }
    }

    [LoggerMessage(4252, LogLevel.Warning, "The market-wide breaker could not look at the index; it tries again")]
    private partial void LogAway(Exception cause);
}
