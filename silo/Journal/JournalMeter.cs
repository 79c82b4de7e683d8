using System.Diagnostics.Metrics;

namespace Bourse.Silo.Journal;

/// <summary>One journal's figures, on the meter <c>Bourse</c>.</summary>
internal sealed class JournalMeter : IDisposable
{
    private readonly Meter _meter = new("Bourse");
    private readonly Counter<long> _rows;
    private readonly Counter<long> _appends;
    private readonly Counter<long> _commits;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _snapshots;
    private readonly Histogram<double> _duration;

    public JournalMeter(Func<int> pending)
    {
        _rows = _meter.CreateCounter<long>("bourse.journal.rows", description: "Rows made durable");
        _appends = _meter.CreateCounter<long>("bourse.journal.appends", description: "Appends made durable");
        _commits = _meter.CreateCounter<long>("bourse.journal.commits", description: "Batches committed");
        _failures = _meter.CreateCounter<long>("bourse.journal.failures", description: "Batches whose outcome is unknown");
        _conflicts = _meter.CreateCounter<long>("bourse.journal.conflicts", description: "Streams that another activation wrote");
        _snapshots = _meter.CreateCounter<long>("bourse.journal.snapshots", description: "Snapshots kept");
        _duration = _meter.CreateHistogram<double>("bourse.journal.commit.duration", "ms", "From taking a batch to its commit");
        _meter.CreateObservableGauge("bourse.journal.pending", pending, description: "Appends not yet durable");
    }

    public void Committed(int appends, int rows, TimeSpan duration)
    {
        _appends.Add(appends);
        _rows.Add(rows);
        _commits.Add(1);
        _duration.Record(duration.TotalMilliseconds);
    }

    public void Failed() => _failures.Add(1);

    public void Conflicted(int streams) => _conflicts.Add(streams);

    public void SnapshotsKept(int count) => _snapshots.Add(count);

    public void Dispose() => _meter.Dispose();
}
