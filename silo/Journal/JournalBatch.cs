using Bourse.Silo.Postgres;

namespace Bourse.Silo.Journal;

/// <summary>One row to be: neighbouring appends of a stream laid together.</summary>
internal struct BatchRow
{
    public string Stream;
    public long Version;
    public int Count;
    public int Bytes;
    public PendingAppend First;
    public PendingAppend Last;
}

/// <summary>
/// Everything that a lane took at once, laid out as rows. Used by the lane's writer thread alone, and reused.
/// </summary>
internal sealed class JournalBatch(int maxMergedBytes)
{
    private readonly Dictionary<string, int> _newestRow = new(StringComparer.Ordinal);
    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);
    private BatchRow[] _rows = new BatchRow[256];

    /// <summary>The entries, in the order they came in.</summary>
    public PendingAppend? Head { get; private set; }

    public int RowCount { get; private set; }

    public int AppendCount { get; private set; }

    /// <summary>Streams whose part of the batch is not to be written.</summary>
    public IReadOnlyCollection<string> Failed => _failed;

    public ReadOnlySpan<BatchRow> Rows => _rows.AsSpan(0, RowCount);

    public void Fill(PendingAppend head)
    {
        Clear();
        Head = head;
        for (var entry = head; entry is not null; entry = entry.Next)
        {
            switch (entry.Kind)
            {
                case PendingKind.Append:
                    Add(entry);
                    AppendCount++;
                    break;
                case PendingKind.Snapshot:
                    _newestRow.Remove(entry.Stream); // a snapshot ends a row, so that what follows it starts one
                    break;
            }
        }
    }

    public void Exclude(string stream) => _failed.Add(stream);

    /// <summary>Excludes whatever depends on the lane's run, which has ended: on what of it is not looked at, since it happens at failures alone.</summary>
    public void ExcludeDependents()
    {
        for (var entry = Head; entry is not null; entry = entry.Next)
        {
            if (entry.DependsOn != 0)
            {
                Exclude(entry.Stream);
            }
        }
    }

    public bool IsExcluded(string stream) => _failed.Count != 0 && _failed.Contains(stream);

    public void Encode(CopyBuffer buffer, DateTimeOffset time)
    {
        buffer.Begin();
        foreach (ref readonly var row in Rows)
        {
            if (IsExcluded(row.Stream))
            {
                continue;
            }

            buffer.BeginRow(6);
            buffer.Write(Fingerprint.Of(row.Stream));
            buffer.Write(row.Version);
            buffer.WriteTime(time);
            buffer.Write(row.Count);
            buffer.Write(row.Stream);
            buffer.BeginBytes(row.Bytes);
            for (var append = row.First; ; append = append.NextInRow!)
            {
                buffer.WriteRaw(append.Payload);
                if (append == row.Last)
                {
                    break;
                }
            }
        }

        buffer.End();
    }

    public void Clear()
    {
        Head = null;
        Array.Clear(_rows, 0, RowCount);
        RowCount = 0;
        AppendCount = 0;
        _newestRow.Clear();
        _failed.Clear();
    }

    private void Add(PendingAppend append)
    {
        if (_newestRow.TryGetValue(append.Stream, out var index))
        {
            ref var row = ref _rows[index];
            if (append.Version == row.Version + row.Count && row.Bytes + append.Payload.Length <= maxMergedBytes)
            {
                row.Last.NextInRow = append;
                row.Last = append;
                row.Count += append.Count;
                row.Bytes += append.Payload.Length;
                return;
            }
        }

        if (RowCount == _rows.Length)
        {
            Array.Resize(ref _rows, _rows.Length * 2);
        }

        _newestRow[append.Stream] = RowCount;
        _rows[RowCount++] = new BatchRow
        {
            Stream = append.Stream,
            Version = append.Version,
            Count = append.Count,
            Bytes = append.Payload.Length,
            First = append,
            Last = append,
        };
    }
}
