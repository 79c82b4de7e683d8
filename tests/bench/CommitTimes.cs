using System.Diagnostics.Metrics;
using System.Globalization;

namespace Bourse.Bench;

/// <summary>How long the journal's commits take, by its meter.</summary>
internal sealed class CommitTimes : IDisposable
{
    private readonly LatencyHistogram _times = new();
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();

    public CommitTimes()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "Bourse", Name: "bourse.journal.commit.duration" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, ms, _, _) => Add(ms));
        _listener.Start();
    }

    public string Describe(TimeSpan elapsed)
    {
        lock (_gate)
        {
            return string.Create(CultureInfo.InvariantCulture, $"commits: {_times.Count / elapsed.TotalSeconds:N0}/s, p50 {_times.PercentileMs(0.5):F1} ms, p95 {_times.PercentileMs(0.95):F1} ms, p99 {_times.PercentileMs(0.99):F1} ms, max {_times.MaxUs / 1000.0:F1} ms");
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(double ms)
    {
        lock (_gate)
        {
            _times.Add((long)(ms * 1_000));
        }
    }
}
