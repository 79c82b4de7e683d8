namespace Bourse.Domain.Books;

/// <summary>What a book keeps of one account: how far its commands have come, and the reports it has not acknowledged.</summary>
public sealed class BookAccount(string id, int number)
{
    // Unacknowledged reports stand from _head on; their numbers count up by one.
    private BookReport[] _outbox = [];
    private int _head;
    private int _end;

    public string Id { get; } = id;

    /// <summary>The engine's number of the account, from 1.</summary>
    public int Number { get; } = number;

    /// <summary>The newest command taken.</summary>
    public long LastCommand { get; internal set; }

    /// <summary>The newest report made.</summary>
    public long LastReport { get; internal set; }

    /// <summary>Everything up to here is known to have arrived.</summary>
    public long Acknowledged { get; private set; }

    internal ReadOnlySpan<BookReport> Outbox => _outbox.AsSpan(_head, _end - _head);

    /// <summary>The count of the newest command that made a report for it.</summary>
    internal long TouchedBy { get; set; }

    /// <summary>Drops reports that have arrived; a number that was never made is a bug of the caller.</summary>
    public void Acknowledge(long upTo)
    {
        if (upTo > LastReport)
        {
            throw new InvalidOperationException($"account {Id} acknowledges report {upTo}; the newest is {LastReport}");
        }

        if (upTo <= Acknowledged)
        {
            return;
        }

        _head += (int)(upTo - Acknowledged);
        Acknowledged = upTo;
        if (_head >= _end - _head)
        {
            // What stays behind is written over by later reports; until then it keeps a code alive and no more.
            Outbox.CopyTo(_outbox);
            (_head, _end) = (0, _end - _head);
        }
    }

    /// <summary>The reports with numbers in (after, upTo], in order; what is acknowledged is not among them.</summary>
    public ReadOnlySpan<BookReport> ReportsBetween(long after, long upTo)
    {
        var from = Math.Max(after, Acknowledged);
        return upTo <= from ? [] : Outbox.Slice((int)(from - Acknowledged), (int)(Math.Min(upTo, LastReport) - from));
    }

    internal void Add(in BookReport report)
    {
        LastReport = report.Number;
        RestoreReport(report);
    }

    internal static BookAccount Restore(string id, int number, long lastCommand, long lastReport, long acknowledged)
        => new(id, number) { LastCommand = lastCommand, LastReport = lastReport, Acknowledged = acknowledged };

    internal void RestoreReport(in BookReport report)
    {
        if (_end == _outbox.Length)
        {
            Array.Resize(ref _outbox, Math.Max(4, _end * 2));
        }

        _outbox[_end++] = report;
    }
}
