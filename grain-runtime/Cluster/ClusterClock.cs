namespace Bourse.GrainRuntime.Cluster;

/// <summary>A coarse clock: reading it costs nothing, so that every request can carry the time at which it is overdue.</summary>
internal sealed class ClusterClock : IDisposable
{
    /// <summary>The length of a tick.</summary>
    public static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(100);

    private readonly ITimer _timer;
    private readonly Action<int> _onTick;
    private volatile int _tick = 1;

    public ClusterClock(TimeProvider time, Action<int> onTick)
    {
        _onTick = onTick;
        using (ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(static clock => ((ClusterClock)clock!).Advance(), this, Resolution, Resolution);
        }
    }

    /// <summary>Ticks since the start. It wraps after six years.</summary>
    public int Tick => _tick;

    public static int Ticks(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan || time.Ticks / Resolution.Ticks >= int.MaxValue / 2
            ? int.MaxValue / 2
            : (int)((time.Ticks + Resolution.Ticks - 1) / Resolution.Ticks);

    /// <summary>The first tick that is certainly this much later than now.</summary>
    public int TickAfter(TimeSpan time) => _tick + Ticks(time) + 1;

    public void Dispose() => _timer.Dispose();

    private void Advance()
    {
#pragma warning disable CS0420 // Interlocked reads it as volatile
        _onTick(Interlocked.Increment(ref _tick));
#pragma warning restore CS0420
    }
}
