namespace Bourse.Grains.Journal;

/// <summary>
/// Beats for grains that let events gather before they hand them over (<see cref="JournaledGrain.CommitSoon"/>): what a beat ends is committed
/// together, and most of it has gone with an earlier commit of its grain. Safe for any thread.
/// </summary>
public sealed class CommitPacer(TimeProvider time)
{
    private readonly Beats _slow = new(TimeSpan.FromMilliseconds(200), time);
    private readonly Beats _quick = new(TimeSpan.FromMilliseconds(40), time);

    /// <summary>Comes within 200 ms.</summary>
    public Task NextBeat() => _slow.Next();

    /// <summary>Comes within 40 ms: for what somebody waits to be told.</summary>
    public Task NextQuickBeat() => _quick.Next();

    private sealed class Beats(TimeSpan interval, TimeProvider time)
    {
        // So that the grains of a silo do not all wake at once.
        private const int Stripes = 16;

        private readonly Lock _gate = new();
        private readonly Task[] _beats = [.. Enumerable.Repeat(Task.CompletedTask, Stripes)];
        private int _next;

        public Task Next()
        {
            lock (_gate)
            {
                var stripe = _next++ & (Stripes - 1);
                if (_beats[stripe].IsCompleted)
                {
                    _beats[stripe] = Task.Delay(interval, time);
                }

                return _beats[stripe];
            }
        }
    }
}
