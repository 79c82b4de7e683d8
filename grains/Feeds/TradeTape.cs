using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Grains.Feeds;

/// <summary>The newest trades of one symbol's book, a bounded ring that grows as it fills.</summary>
public sealed class TradeTape(int capacity)
{
    private TradePrint[] _ring = [];
    private int _next;

    /// <summary>How many trades it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Takes a trade newer than all before; the oldest goes when it is full.</summary>
    public void Add(in TradePrint trade)
    {
        if (Count == _ring.Length && _ring.Length < capacity)
        {
            // Grown only while it never wrapped, so the order in the array is the order in time.
            Array.Resize(ref _ring, Math.Min(capacity, Math.Max(16, _ring.Length * 2)));
            _next = Count;
        }

        _ring[_next] = trade;
        _next = (_next + 1) % _ring.Length;
        Count = Math.Min(Count + 1, _ring.Length);
    }

    /// <summary>Puts trades from before the oldest one behind it, as far as there is room.</summary>
    /// <param name="newestFirst">Trades of the past, newest first.</param>
    public void AddOlder(IEnumerable<TradePrint> newestFirst)
    {
        var all = Newest(capacity);
        var oldest = all.Count > 0 ? all[^1].Number : long.MaxValue;
        all.AddRange(newestFirst.Where(t => t.Number < oldest).Take(capacity - all.Count));
        (_ring, _next, Count) = ([], 0, 0);
        for (var i = all.Count - 1; i >= 0; i--)
        {
            Add(all[i]);
        }
    }

    /// <summary>The newest trades, newest first.</summary>
    public List<TradePrint> Newest(int max)
    {
        var count = Math.Min(max, Count);
        var trades = new List<TradePrint>(count);
        for (var i = 1; i <= count; i++)
        {
            trades.Add(_ring[(_next - i + _ring.Length) % _ring.Length]);
        }

        return trades;
    }
}
