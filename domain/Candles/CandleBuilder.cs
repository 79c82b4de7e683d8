namespace Bourse.Domain.Candles;

/// <summary>What a tick did to a builder.</summary>
public enum CandleChange : byte
{
    /// <summary>The open bar has it.</summary>
    Extended = 1,

    /// <summary>It opened a bar; there was none before.</summary>
    Opened = 2,

    /// <summary>It opened a bar, and the one before is complete.</summary>
    Completed = 3,

    /// <summary>It is older than the open bar, or belongs to one that is complete, and was not folded in.</summary>
    TooOld = 4,
}

/// <summary>
/// Makes bars of one length from one price. A bar exists only where there was a tick. Within the open bar ticks may come in any order: the open
/// is the earliest tick's price, the close the latest's, and of two at the same time the one that came first or last.
/// </summary>
public sealed class CandleBuilder(long lengthMs)
{
    private Candle _bar;
    private long _firstMs;
    private long _lastMs;
    private long _completeUntilMs;

    /// <summary>In ms.</summary>
    public long LengthMs { get; } = lengthMs > 0 ? lengthMs : throw new ArgumentOutOfRangeException(nameof(lengthMs));

    public bool HasBar { get; private set; }

    /// <summary>The open bar; meaningless while <see cref="HasBar"/> is false.</summary>
    public Candle Bar => _bar;

    /// <summary>Takes a tick.</summary>
    /// <param name="timeMs">ms since 1970 UTC, 0 or more.</param>
    /// <param name="completed">The bar before, when the answer says that it is complete.</param>
    public CandleChange Add(long timeMs, decimal price, decimal volume, out Candle completed)
    {
        completed = default;
        if (timeMs < _completeUntilMs)
        {
            return CandleChange.TooOld;
        }

        if (HasBar && timeMs - _bar.StartMs < LengthMs)
        {
            Extend(timeMs, price, volume);
            return CandleChange.Extended;
        }

        var change = HasBar ? CandleChange.Completed : CandleChange.Opened;
        completed = _bar;
        _bar = new Candle(timeMs - (timeMs % LengthMs), price, price, price, price, volume);
        (_firstMs, _lastMs, _completeUntilMs, HasBar) = (timeMs, timeMs, _bar.StartMs, true);
        return change;
    }

    /// <summary>Goes on with a bar that was open; its ticks count as older than all that follow in it.</summary>
    public void Restore(in Candle bar) =>
        (_bar, _firstMs, _lastMs, _completeUntilMs, HasBar) = (bar, bar.StartMs, bar.StartMs, bar.StartMs, true);

    /// <summary>Completes the open bar when its time is over, without a tick.</summary>
    public bool TryComplete(long nowMs, out Candle completed)
    {
        completed = _bar;
        if (!HasBar || nowMs - _bar.StartMs < LengthMs)
        {
            return false;
        }

        HasBar = false;
        _completeUntilMs = _bar.StartMs + LengthMs;
        return true;
    }

    private void Extend(long timeMs, decimal price, decimal volume)
    {
        var (open, high, low, close) = (_bar.Open, _bar.High, _bar.Low, _bar.Close);
        if (timeMs < _firstMs)
        {
            (open, _firstMs) = (price, timeMs);
        }

        if (timeMs >= _lastMs)
        {
            (close, _lastMs) = (price, timeMs);
        }

        if (price > high)
        {
            high = price;
        }
        else if (price < low)
        {
            low = price;
        }

        _bar = new Candle(_bar.StartMs, open, high, low, close, volume == 0 ? _bar.Volume : _bar.Volume + volume);
    }
}
