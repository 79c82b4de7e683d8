using System.Runtime.InteropServices;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Feeds;

namespace Bourse.Silo.ReadModel;

/// <summary>What names a bar among those of its symbol.</summary>
internal readonly record struct BarKey(Timeframe Timeframe, BarPrice Price, long StartMs);

/// <summary>Bars of one second that start in one minute, packed.</summary>
internal readonly record struct SecondRun(long MinuteMs, byte[] Bars, int Count);

/// <summary>
/// What one feed has to be written: its newest mark with the open bars, the newest of each complete bar of a minute or longer, and runs of complete bars of one second.
/// There are many times more of the last, so they are packed as soon as they are handed over.
/// </summary>
internal sealed class FeedChanges
{
    private const long MinuteMs = 60_000;

    public FeedChanges(FeedCut cut)
        : this(cut.Closed)
    {
        Mark = cut.Mark;
        Open = BarCodec.Pack([.. cut.Open]);
    }

    /// <summary>Complete bars alone, beside a feed.</summary>
    public FeedChanges(IReadOnlyList<SeriesBar> closed)
    {
        var seconds = new List<SeriesBar>();
        foreach (var bar in closed)
        {
            if (bar.Timeframe == Timeframe.Second)
            {
                seconds.Add(bar);
            }
            else
            {
                Bars[new BarKey(bar.Timeframe, bar.Price, bar.Bar.StartMs)] = bar.Bar;
            }
        }

        Pack(CollectionsMarshal.AsSpan(seconds));
    }

    /// <summary>Null where there are bars alone.</summary>
    public FeedMark? Mark { get; private set; }

    /// <summary>The open bars that go with the mark, packed.</summary>
    public byte[] Open { get; private set; } = [];

    public Dictionary<BarKey, Bar> Bars { get; } = [];

    /// <summary>The oldest first; a bar of a later run replaces one of an earlier.</summary>
    public List<SecondRun> Runs { get; } = [];

    public int Count => Bars.Count + Runs.Sum(r => r.Count);

    /// <summary>Takes newer changes over what there is.</summary>
    public void Take(FeedChanges newer)
    {
        (Mark, Open) = (newer.Mark, newer.Open);
        Runs.AddRange(newer.Runs);
        foreach (var (key, bar) in newer.Bars)
        {
            Bars[key] = bar;
        }
    }

    /// <summary>Copies bars of one series that start in [from, to).</summary>
    public void Read(Timeframe timeframe, BarPrice price, long fromMs, long toMs, SortedDictionary<long, Bar> into)
    {
        foreach (var (key, bar) in Bars)
        {
            if (key.Timeframe == timeframe && key.Price == price && key.StartMs >= fromMs && key.StartMs < toMs)
            {
                into[key.StartMs] = bar;
            }
        }

        if (timeframe != Timeframe.Second)
        {
            return;
        }

        foreach (var bar in Runs.SelectMany(r => BarCodec.Unpack(r.Bars)))
        {
            if (bar.Price == price && bar.Bar.StartMs >= fromMs && bar.Bar.StartMs < toMs)
            {
                into[bar.Bar.StartMs] = bar.Bar;
            }
        }
    }

    private void Pack(ReadOnlySpan<SeriesBar> seconds)
    {
        while (!seconds.IsEmpty)
        {
            var minute = seconds[0].Bar.StartMs / MinuteMs;
            var length = 1;
            while (length < seconds.Length && seconds[length].Bar.StartMs / MinuteMs == minute)
            {
                length++;
            }

            Runs.Add(new SecondRun(minute * MinuteMs, BarCodec.Pack(seconds[..length]), length));
            seconds = seconds[length..];
        }
    }
}

/// <summary>The changes of several feeds, written in one transaction.</summary>
internal sealed class CandleBatch
{
    public Dictionary<string, FeedChanges> Feeds { get; } = new(StringComparer.Ordinal);

    public int BarCount => Feeds.Values.Sum(f => f.Count);
}
