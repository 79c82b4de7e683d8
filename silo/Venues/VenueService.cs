using Bourse.Grains.Instruments;
using Bourse.Grains.Venues;
using Bourse.Silo.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans;

namespace Bourse.Silo.Venues;

/// <summary>
/// Keeps the lines to the brokers that are turned on, each in one silo of the cluster at a time, from when the silo serves until it stops: when that one goes, another
/// takes it up.
/// </summary>
public sealed partial class VenueService(
    IEnumerable<IBroker> brokers, NpgsqlDataSource database, IGrainFactory grains, InstrumentCatalogue catalogue, IHostApplicationLifetime lifetime, TimeProvider time,
    ILogger<VenueService> logger) : BackgroundService
{
    // Any number that nobody else locks on: "venue" in ASCII, and the broker's place after it.
    private const long LockKey = 0x76656E756500;
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var on = brokers.OfType<OutsideBroker>().Where(b => b.IsOn).ToList();
        if (on.Count == 0)
        {
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        try
        {
            await started.Task.WaitAsync(stop.Token);
            await Task.WhenAll(on.Select(broker => Keep(broker, stop.Token)));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private async Task Keep(OutsideBroker broker, CancellationToken cancellation)
    {
        var place = broker.Venue == AlpacaBroker.Name ? 1 : 2;
        while (true)
        {
            try
            {
                await new ClusterLock(database, LockKey + place, time).TryRun(held => Run(broker, held), cancellation);
            }
            catch (Exception lost) when (!cancellation.IsCancellationRequested && lost is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                LogLockLost(broker.Venue, lost.Message);
            }

            await Task.Delay(s_retry, time, cancellation);
        }
    }

    private async Task Run(OutsideBroker broker, CancellationToken cancellation)
    {
        LogKeeps(broker.Venue);
        var hub = new BrokerHub(broker, database, grains, catalogue, logger);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var waking = hub.KeepAwake(time, end.Token);
        try
        {
            await broker.Run(hub, cancellation);
        }
        finally
        {
            await end.CancelAsync();
            await waking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(4370, LogLevel.Information, "This silo keeps the line to {Venue}.")]
    private partial void LogKeeps(string venue);

    [LoggerMessage(4371, LogLevel.Warning, "Whether this silo is to keep the line to {Venue} is not known: {Why}")]
    private partial void LogLockLost(string venue, string why);
}
