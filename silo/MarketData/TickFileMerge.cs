namespace Bourse.Silo.MarketData;

/// <summary>Several tick files as one, by time; of two ticks of one time that of the file named first comes first.</summary>
public sealed class TickFileMerge : IDisposable
{
    private readonly TickFileReader[] _files;
    private readonly PriorityQueue<(int File, SymbolTick Tick), (long TimestampMs, int File)> _heads = new();
    private int? _last;

    private TickFileMerge(TickFileReader[] files)
    {
        _files = files;
        for (var file = 0; file < files.Length; file++)
        {
            Advance(file);
        }
    }

    /// <summary>Bytes of all files.</summary>
    public long Length => _files.Sum(f => f.Length);

    /// <summary>Bytes taken so far.</summary>
    public long Position => _files.Sum(f => f.Position);

    /// <summary>Opens all the files; see <see cref="TickFileReader.Open"/> for what it throws.</summary>
    public static TickFileMerge Open(IEnumerable<string> files)
    {
        var readers = new List<TickFileReader>();
        try
        {
            foreach (var file in files)
            {
                readers.Add(TickFileReader.Open(file));
            }

            return new TickFileMerge([.. readers]);
        }
        catch
        {
            readers.ForEach(r => r.Dispose());
            throw;
        }
    }

    /// <summary>The next tick of all; false when every file is at its end.</summary>
    /// <exception cref="TickFileException">A line cannot be read.</exception>
    public bool TryRead(out SymbolTick tick)
    {
        // The file of the last tick is read on only now, so that a bad line does not hide the good one before it.
        if (_last is { } last)
        {
            _last = null;
            Advance(last);
        }

        if (!_heads.TryDequeue(out var head, out _))
        {
            tick = default;
            return false;
        }

        tick = head.Tick;
        _last = head.File;
        return true;
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private void Advance(int file)
    {
        if (_files[file].TryRead(out var tick))
        {
            _heads.Enqueue((file, tick), (tick.Tick.TimestampMs, file));
        }
    }
}
