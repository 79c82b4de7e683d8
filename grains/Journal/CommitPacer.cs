namespace Bourse.Grains.Journal;

/// <summary>
/// Beats for grains that let events gather before they hand them over (<see cref="JournaledGrain.CommitSoon"/>): what a beat ends is committed
/// together, and most of it has gone with an earlier commit of its grain. Safe for any thread.
/// </summary>
public sealed class CommitPacer : IDisposable
{
    // So that the grains of a silo do not all wake at once.
    private const int Stripes = 16;

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_quickInterval = TimeSpan.FromMilliseconds(40);

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly List<JournaledGrain>[] _waiting = [.. Enumerable.Range(0, Stripes).Select(_ => new List<JournaledGrain>())];
    private readonly ITimer[] _timers;
    private readonly Task[] _quickBeats = [.. Enumerable.Repeat(Task.CompletedTask, Stripes)];
    private int _next;

    public CommitPacer(TimeProvider time)
    {
        _time = time;
        using var flow = ExecutionContext.SuppressFlow(); // a beat belongs to no call
        _timers = [.. Enumerable.Range(0, Stripes).Select(stripe => time.CreateTimer(_ => EndBeat(stripe), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan))];
    }

    /// <summary>Tells the grain of a beat that comes within 200 ms.</summary>
    internal void Add(JournaledGrain grain)
    {
        lock (_gate)
        {
            var stripe = _next++ & (Stripes - 1);
            _waiting[stripe].Add(grain);
            if (_waiting[stripe].Count == 1)
            {
                _timers[stripe].Change(s_interval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Comes within 40 ms: for what somebody waits to be told.</summary>
    public Task NextQuickBeat()
    {
        lock (_gate)
        {
            ref var beat = ref _quickBeats[_next++ & (Stripes - 1)];
            return beat.IsCompleted ? beat = Task.Delay(s_quickInterval, _time) : beat;
        }
    }

    public void Dispose() => Array.ForEach(_timers, timer => timer.Dispose());

    private void EndBeat(int stripe)
    {
        List<JournaledGrain> grains;
        lock (_gate)
        {
            grains = _waiting[stripe];
            _waiting[stripe] = new List<JournaledGrain>(grains.Count);
        }

        grains.ForEach(grain => grain.OnBeat());
    }
}
