using System.Diagnostics.Metrics;

namespace Bourse.ApiHost.Cli.Replay;

/// <summary>Listens to the meters of the feeds and of the candle store in this process.</summary>
internal sealed class FeedCounts : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _refused;
    private long _late;
    private long _written;
    private long _lost;

    public FeedCounts()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name is "Bourse.Feeds" or "Bourse.Candles")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>(Count);
        _listener.Start();
    }

    public long Refused => Volatile.Read(ref _refused);

    public long Late => Volatile.Read(ref _late);

    public long WrittenBars => Volatile.Read(ref _written);

    public long LostBars => Volatile.Read(ref _lost);

    public void Dispose() => _listener.Dispose();

    private void Count(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        switch (instrument.Name)
        {
            case "bourse.feed.refused_ticks":
                Interlocked.Add(ref _refused, value);
                break;
            case "bourse.feed.late_ticks":
                Interlocked.Add(ref _late, value);
                break;
            case "bourse.feed.lost_bars":
                Interlocked.Add(ref _lost, value);
                break;
            case "bourse.candles.written":
                Interlocked.Add(ref _written, value);
                break;
        }
    }
}
