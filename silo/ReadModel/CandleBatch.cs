using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Feeds;

namespace Bourse.Silo.ReadModel;

/// <summary>What names a bar among those of its symbol.</summary>
internal readonly record struct BarKey(Timeframe Timeframe, BarPrice Price, long StartMs);

/// <summary>What one feed has to be written: its newest mark and the newest of each bar.</summary>
internal sealed class FeedChanges
{
    public FeedMark? Mark { get; private set; }

    public Dictionary<BarKey, Bar> Bars { get; } = [];

    /// <summary>Takes a newer cut over what there is.</summary>
    public void Take(FeedCut cut)
    {
        Mark = cut.Mark;
        foreach (var (timeframe, price, bar) in cut.Bars)
        {
            Bars[new BarKey(timeframe, price, bar.StartMs)] = bar;
        }
    }

    /// <summary>Copies the bars that a time falls into.</summary>
    public void ReadOpen(long timeMs, Dictionary<(Timeframe, BarPrice), Bar> into)
    {
        foreach (var (key, bar) in Bars)
        {
            if (key.StartMs == FeedBars.StartOf(key.Timeframe, timeMs))
            {
                into[(key.Timeframe, key.Price)] = bar;
            }
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
    }
}

/// <summary>The changes of several feeds, written in one transaction.</summary>
internal sealed class CandleBatch
{
    public Dictionary<string, FeedChanges> Feeds { get; } = new(StringComparer.Ordinal);

    public int BarCount => Feeds.Values.Sum(f => f.Bars.Count);
}
