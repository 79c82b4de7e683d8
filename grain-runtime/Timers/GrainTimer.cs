using Bourse.GrainRuntime.Activations;
using Bourse.GrainRuntime.Calls;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Timers;

/// <summary>A timer of one activation. At most one callback is under way or waiting.</summary>
internal sealed class GrainTimer : IGrainTimer
{
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly CancellationTokenSource _stopped = new();
    private readonly ITimer _timer;
    private readonly bool _interleave;
    private readonly bool _keepAlive;

    // Of the activation's turns.
    private TimeSpan _dueTime;
    private TimeSpan _period;
    private bool _wasChanged;

    public GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        Check(options.DueTime, nameof(options.DueTime));
        Check(options.Period, nameof(options.Period));
        _activation = activation;
        _callback = callback;
        _dueTime = options.DueTime;
        _period = options.Period;
        _interleave = options.Interleave;
        _keepAlive = options.KeepAlive;

        // The timer must not carry along the request that made it.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = activation.Runtime.Time.CreateTimer(
                static timer => ((GrainTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void Start() => _timer.Change(_dueTime, Timeout.InfiniteTimeSpan);

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        _dueTime = dueTime;
        _period = period;
        _wasChanged = true;
        _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        Stop();
        _activation.Forget(this);
    }

    /// <summary>No callback begins after this.</summary>
    public void Stop()
    {
        _stopped.Cancel();
        _timer.Dispose();
    }

    private static void Check(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan && (time < TimeSpan.Zero || time.TotalMilliseconds > uint.MaxValue - 1))
        {
            throw new ArgumentOutOfRangeException(name, time, "A timer's time is not negative and under 49 days, or infinite.");
        }
    }

    private void Fire()
    {
        if (!_activation.TryEnqueue(new Tick(this)))
        {
            Stop();
        }
    }

    private void OnTicked()
    {
        // A callback that called Change has said when it fires next.
        if (!_wasChanged && !_stopped.IsCancellationRequested)
        {
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class Tick(GrainTimer timer) : Request
    {
        public override bool AlwaysInterleaves => timer._interleave;

        public override bool KeepsAlive => timer._keepAlive;

        public override bool IsAbandoned => timer._stopped.IsCancellationRequested;

        public override Task Run(Activation activation)
        {
            timer._wasChanged = false;
            return timer._callback(timer._stopped.Token);
        }

        public override void Complete(Task finished)
        {
            if (finished.IsFaulted)
            {
                timer._activation.Runtime.Logger.LogError(
                    EngineEvents.TimerFailed, finished.Exception.InnerException, "A timer of {Grain} failed; it fires again", timer._activation.GrainId);
            }

            timer.OnTicked();
        }

        public override void Fail(Exception exception) => timer.Stop();
    }
}
