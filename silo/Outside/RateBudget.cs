namespace Bourse.Silo.Outside;

/// <summary>
/// A bucket of request weight that fills evenly up to a minute's worth. A service that asks for a pause gets it. Safe for any thread.
/// </summary>
public sealed class RateBudget
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly double _perSecond;
    private readonly double _capacity;
    private double _left;
    private long _filledAt;
    private long _closedUntil;

    /// <param name="weightPerMinute">Above 0.</param>
    public RateBudget(int weightPerMinute, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weightPerMinute);
        _time = time;
        _capacity = _left = weightPerMinute;
        _perSecond = weightPerMinute / 60.0;
        _filledAt = time.GetTimestamp();
    }

    /// <summary>Takes weight out of the bucket; when there is not enough, says how long it takes to fill, and takes nothing.</summary>
    public TimeSpan Take(int weight)
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            if (now < _closedUntil)
            {
                return _time.GetElapsedTime(now, _closedUntil);
            }

            _left = Math.Min(_capacity, _left + (_time.GetElapsedTime(_filledAt, now).TotalSeconds * _perSecond));
            _filledAt = now;
            var wanted = Math.Min(weight, _capacity);
            if (_left < wanted)
            {
                return TimeSpan.FromSeconds((wanted - _left) / _perSecond);
            }

            _left -= wanted;
            return TimeSpan.Zero;
        }
    }

    /// <summary>Lets nothing through for a while, because the service said so.</summary>
    public void Close(TimeSpan pause)
    {
        lock (_gate)
        {
            _closedUntil = Math.Max(_closedUntil, _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency));
        }
    }
}
