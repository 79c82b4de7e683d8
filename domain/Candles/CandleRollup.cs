namespace Bourse.Domain.Candles;

/// <summary>Makes bars of one length from shorter ones of the same price, which come in order of their start.</summary>
/// <param name="length">A multiple of the shorter bars' length.</param>
public sealed class CandleRollup(CandleLength length)
{
    private readonly long _lengthMs = length.Milliseconds();
    private Candle? _open;

    public CandleLength Length { get; } = length;

    /// <summary>Takes the next shorter bar; gives the longer one that it completes, or null.</summary>
    public Candle? Add(in Candle bar)
    {
        var startMs = bar.StartMs - (bar.StartMs % _lengthMs);
        if (_open is { } open && open.StartMs == startMs)
        {
            _open = open with { High = Math.Max(open.High, bar.High), Low = Math.Min(open.Low, bar.Low), Close = bar.Close, Volume = open.Volume + bar.Volume };
            return null;
        }

        var completed = _open;
        _open = bar with { StartMs = startMs };
        return completed;
    }

    /// <summary>The bar that is open, which is complete as far as the file goes; null when there is none.</summary>
    public Candle? Finish()
    {
        var last = _open;
        _open = null;
        return last;
    }
}
