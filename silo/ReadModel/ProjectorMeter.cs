using System.Diagnostics.Metrics;

namespace Bourse.Silo.ReadModel;

/// <summary>The projector's figures, on the meter <c>Bourse</c>. They stand still on silos that are not the projector.</summary>
internal sealed class ProjectorMeter : IDisposable
{
    private readonly Meter _meter = new("Bourse");
    private readonly Counter<long> _rows;
    private readonly Counter<long> _orders;
    private readonly Counter<long> _trades;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _duration;
    private double _lagSeconds;

    public ProjectorMeter()
    {
        _rows = _meter.CreateCounter<long>("bourse.projector.rows", description: "Journal rows projected");
        _orders = _meter.CreateCounter<long>("bourse.projector.orders", description: "Order rows written");
        _trades = _meter.CreateCounter<long>("bourse.projector.trades", description: "Trade rows written");
        _failures = _meter.CreateCounter<long>("bourse.projector.failures", description: "Rounds that failed and are repeated");
        _duration = _meter.CreateHistogram<double>("bourse.projector.batch.duration", "ms", "Time to write a batch");
        _meter.CreateObservableGauge("bourse.projector.lag", () => Volatile.Read(ref _lagSeconds), "s", "Age of the oldest row of the newest batch when it was written");
    }

    public void Projected(ReadModelBatch batch, TimeSpan duration, TimeSpan lag)
    {
        _rows.Add(batch.Rows);
        _orders.Add(batch.Orders.Count);
        _trades.Add(batch.Trades.Count);
        _duration.Record(duration.TotalMilliseconds);
        Volatile.Write(ref _lagSeconds, lag.TotalSeconds);
    }

    public void CaughtUp() => Volatile.Write(ref _lagSeconds, 0);

    public void Failed() => _failures.Add(1);

    public void Dispose() => _meter.Dispose();
}
