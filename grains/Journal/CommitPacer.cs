namespace Bourse.Grains.Journal;

/// <summary>
/// Beats for grains that let events gather before they hand them over (<see cref="JournaledGrain.CommitSoon"/>): what a beat ends is committed
/// together, and most of it has gone with an earlier commit of its grain. Safe for any thread.
/// </summary>
public sealed class CommitPacer(TimeProvider time)
{
    // So that the grains of a silo do not all wake at once.
    private const int Stripes = 16;

    private readonly Lock _gate = new();
    private readonly Task[] _beats = [.. Enumerable.Repeat(Task.CompletedTask, Stripes)];
    private int _next;

    /// <value>The longest that an event gathers.</value>
    public static TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Comes at the latest after <see cref="Interval"/>.</summary>
    public Task NextBeat()
    {
        lock (_gate)
        {
            var stripe = _next++ & (Stripes - 1);
            if (_beats[stripe].IsCompleted)
            {
                _beats[stripe] = Task.Delay(Interval, time);
            }

            return _beats[stripe];
        }
    }
}
