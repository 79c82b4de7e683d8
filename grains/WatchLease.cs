namespace Bourse.Grains;

/// <summary>
/// Whether somebody watches, and how much of it: a wish holds for 15 to 30 s, the largest of those that hold counts. Not thread-safe.
/// </summary>
internal sealed class WatchLease(TimeProvider time)
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(15);

    private long _periodBegan;
    private int _now;
    private int _before;

    /// <summary>The largest wish; 0 when nobody watches.</summary>
    public int Wanted
    {
        get
        {
            if (_now > 0 || _before > 0)
            {
                Roll();
            }

            return Math.Max(_now, _before);
        }
    }

    /// <summary>Takes a wish above 0.</summary>
    public void Renew(int wanted)
    {
        Roll();
        _now = Math.Max(_now, wanted);
    }

    private void Roll()
    {
        var age = time.GetElapsedTime(_periodBegan);
        if (_periodBegan == 0 || age >= s_period)
        {
            (_before, _now) = (age >= 2 * s_period ? 0 : _now, 0);
            _periodBegan = time.GetTimestamp();
        }
    }
}
