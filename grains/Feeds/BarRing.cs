using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Grains.Feeds;

/// <summary>The newest closed bars of one series that somebody looks at, oldest first; bounded at one and a half times its capacity.</summary>
internal sealed class BarRing(int capacity)
{
    private readonly List<Bar> _bars = [];
    private bool _reachesBack;

    /// <summary>When it was read last, in time stamps of the time provider.</summary>
    public long ReadAt { get; set; }

    /// <summary>Completes when the bars from before are in.</summary>
    public Task Loaded { get; set; } = Task.CompletedTask;

    /// <summary>Takes a bar that starts after all others.</summary>
    public void Add(in Bar bar)
    {
        _bars.Add(bar);
        if (_bars.Count > capacity + (capacity / 2))
        {
            _bars.RemoveRange(0, _bars.Count - capacity);
            _reachesBack = false;
        }
    }

    /// <summary>Puts the newest kept bars before its own.</summary>
    /// <param name="older">Oldest first; bars that are not older than its own are passed over.</param>
    /// <param name="isAll">There is no bar before them.</param>
    public void AddOlder(IReadOnlyList<Bar> older, bool isAll)
    {
        var first = _bars.Count > 0 ? _bars[0].StartMs : long.MaxValue;
        _bars.InsertRange(0, older.Where(b => b.StartMs < first));
        _reachesBack = isAll;
    }

    /// <summary>Whether the newest <paramref name="max"/> bars of [from, to) are all here.</summary>
    public bool Covers(long fromMs, long toMs, int max) =>
        _reachesBack || (_bars.Count > 0 && (fromMs >= _bars[0].StartMs || IndexOf(toMs) - IndexOf(fromMs) >= max));

    /// <summary>Adds its bars of [from, to) to a list.</summary>
    public void Read(long fromMs, long toMs, List<Bar> into)
    {
        var from = IndexOf(fromMs);
        into.AddRange(_bars.GetRange(from, Math.Max(0, IndexOf(toMs) - from)));
    }

    /// <summary>The first bar that starts at or after a time.</summary>
    private int IndexOf(long startMs)
    {
        var (low, high) = (0, _bars.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _bars[middle].StartMs < startMs ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
