using System.Diagnostics.CodeAnalysis;
using Bourse.GrainInterfaces.Risk;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bourse.Grains.Risk;

/// <summary>
/// The silo's copy of the kill switches, read anew when they change and five times a second. A copy older than a second is not given out: who needs one then waits
/// until the switches have been read. Reading it takes no lock and makes no call. Safe for any thread.
/// </summary>
public sealed partial class KillSwitches(IGrainFactory grains, TimeProvider time, ILogger<KillSwitches> log) : BackgroundService, ISwitchWatcher
{
    private const int RefreshesBetweenWatches = 25;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();

    /// <summary>Replaced by the one refresh that runs; <see cref="_readAt"/> is written after it.</summary>
    private volatile Switches? _switches;
    private long _readAt;
    private Task<Switches>? _refresh;

    /// <summary>False when the copy is too old to take new risk on.</summary>
    public bool TryGet([MaybeNullWhen(false)] out Switches switches)
    {
        var readAt = Volatile.Read(ref _readAt);
        switches = _switches;
        return switches is not null && time.GetElapsedTime(readAt) < Lease;
    }

    /// <summary>Throws what the call to the switches' grain throws when they have to be read and cannot.</summary>
    public ValueTask<Switches> Get() => TryGet(out var switches) ? new ValueTask<Switches>(switches) : new ValueTask<Switches>(Refresh());

    /// <summary>Reads them now; one call at a time, shared by all who wait.</summary>
    public Task<Switches> Refresh()
    {
        lock (_gate)
        {
            if (_refresh is { IsCompleted: false } running)
            {
                return running;
            }

            // Not inside a grain's turn, and without its call chain: others wait for this call too.
            using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            {
                return _refresh = Task.Run(RefreshNow);
            }
        }
    }

    async Task ISwitchWatcher.Changed()
    {
        // One that is under way may have been answered before the change.
        if (_refresh is { IsCompleted: false } running)
        {
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        await Refresh();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        ISwitchWatcher? self = null;
        for (var round = 0; !stoppingToken.IsCancellationRequested; round++)
        {
            try
            {
                await Refresh().WaitAsync(stoppingToken);
                if (round % RefreshesBetweenWatches == 0)
                {
                    self ??= grains.CreateObjectReference<ISwitchWatcher>(this);
                    await grains.GetGrain<IKillSwitchGrain>(IKillSwitchGrain.Key).Watch(self).WaitAsync(stoppingToken);
                }
            }
            catch (Exception away) when (!stoppingToken.IsCancellationRequested)
            {
                LogAway(away); // asked again below; until then orders wait or are refused
            }

            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Switches> RefreshNow()
    {
        var askedAt = time.GetTimestamp();
        var known = _switches;
        var board = await grains.GetGrain<IKillSwitchGrain>(IKillSwitchGrain.Key).Get(known?.Version ?? -1);
        var now = board.Switches is null ? known! : new Switches(board);
        _switches = now;
        Volatile.Write(ref _readAt, askedAt);
        return now;
    }

    [LoggerMessage(1303, LogLevel.Warning, "The kill switches could not be read; no new risk is taken on a copy older than a second")]
    private partial void LogAway(Exception exception);
}
