using Bourse.GrainInterfaces.Feeds;
using Bourse.Silo.MarketData.Live;
using Bourse.Silo.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans;

namespace Bourse.Silo.MarketData;

/// <summary>
/// Runs the configured source, from when the silo serves until it stops, in one silo of the cluster: when that one goes, another takes it up. A source
/// that fails is told in the log and stays down; the silo serves on.
/// </summary>
public sealed partial class MarketDataService(
    Func<MarketPump> newPump, Func<LiveSource> newLive, NpgsqlDataSource database, IGrainFactory grains, IOptions<MarketDataOptions> options,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<MarketDataService> logger) : BackgroundService
{
    // Any number that nobody else locks on: "market" in ASCII.
    private const long LockKey = 0x6D61726B6574;

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(30);

    private readonly MarketDataOptions _options = options.Value;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_options.Source == MarketDataKind.None)
        {
            return;
        }

        // Stops as soon as the program is told to, not when its turn comes: the silo would stop before.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            await WaitForSilo(stop.Token);
            while (!await TryPlay(stop.Token))
            {
                await Task.Delay(RetryInterval, time, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    /// <summary>False where another silo plays, or this one may not go on.</summary>
    private async Task<bool> TryPlay(CancellationToken cancellation)
    {
        try
        {
            return await new ClusterLock(database, LockKey, time).TryRun(Play, cancellation);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested && exception is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            LogLockLost(exception.Message);
            return false;
        }
    }

    private async Task Play(CancellationToken cancellation)
    {
        var pump = newPump();
        await PlaySource(pump, cancellation);

        // The makers quote on at the last prices.
        await pump.WaitForMakers();
    }

    private async Task PlaySource(MarketPump pump, CancellationToken cancellation)
    {
        try
        {
            var source = await MakeSource(cancellation);
            using var disposable = source as IDisposable;
            LogStarted(_options.Source);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var telling = Tell(source as ReplaySource, end.Token);
            await pump.Run(source, cancellation);
            await end.CancelAsync();
            await telling;
            LogEnded(_options.Source);
        }
        catch (TickFileException badLine)
        {
            LogBadLine(badLine.Message);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            // Without its source the silo still serves orders, history and accounts; the operator reads this.
            LogFailed(exception);
        }
    }

    private async Task WaitForSilo(CancellationToken cancellation)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellation);
    }

    /// <summary>Makes the source; tried again until the feeds answer, because the database may come up later than this silo.</summary>
    private async Task<IMarketDataSource> MakeSource(CancellationToken cancellation)
    {
        if (_options.Source == MarketDataKind.Replay)
        {
            return MakeReplay();
        }

        if (_options.Source == MarketDataKind.Live)
        {
            return newLive();
        }

        while (true)
        {
            try
            {
                return await MakeSimulator();
            }
            catch (Exception exception) when (!cancellation.IsCancellationRequested)
            {
                // Whatever the calls throw while the database or the silo is not ready.
                LogNotReady(exception);
                await Task.Delay(RetryInterval, time, cancellation);
            }
        }
    }

    private ReplaySource MakeReplay()
    {
        var speed = ReplaySpeed.TryParse(_options.Speed, out var parsed)
            ? parsed
            : throw new OptionsValidationException(nameof(MarketDataOptions), typeof(MarketDataOptions), [$"The speed '{_options.Speed}' is neither 'max' nor a factor."]);
        return new ReplaySource(new ReplaySource.Settings([.. _options.Files], speed, _options.Loop, [.. _options.Symbols]), time);
    }

    /// <summary>Prices go on from where the feeds stand, so that a restart makes no jump.</summary>
    private async Task<SimulatorSource> MakeSimulator()
    {
        var prices = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var profile in SimulatedInstruments.Default)
        {
            var symbol = profile.Instrument.Symbol;
            if (await grains.GetGrain<IFeedGrain>(symbol).GetQuote() is { Reference: { } price })
            {
                prices[symbol] = price;
            }
        }

        return new SimulatorSource(
            new SimulatorSource.Settings(SimulatedInstruments.Default, prices, _options.Seed, _options.TicksPerSecond, _options.QuoteNotional), time);
    }

    /// <summary>Tells now and then how far a replay is.</summary>
    private async Task Tell(ReplaySource? replay, CancellationToken end)
    {
        if (replay is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(TellInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(end))
            {
                LogProgress(replay.Progress, replay.Ticks);
            }
        }
        catch (OperationCanceledException)
        {
            // The replay is over.
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Market data comes from {Source}.")]
    private partial void LogStarted(MarketDataKind source);

    [LoggerMessage(2, LogLevel.Information, "The {Source} has come to its end.")]
    private partial void LogEnded(MarketDataKind source);

    [LoggerMessage(3, LogLevel.Information, "The replay is at {Progress:P0} of its files after {Ticks} ticks.")]
    private partial void LogProgress(double progress, long ticks);

    [LoggerMessage(4, LogLevel.Error, "The replay stopped at a line that cannot be read: {Why}")]
    private partial void LogBadLine(string why);

    [LoggerMessage(5, LogLevel.Error, "The market data source failed; the silo serves on without it.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "Whether this silo is to run the market data source is not known: {Why}")]
    private partial void LogLockLost(string why);

    [LoggerMessage(6, LogLevel.Information, "Feeds do not answer yet; the market data source waits.")]
    private partial void LogNotReady(Exception exception);
}
