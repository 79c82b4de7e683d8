using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Grains.Feeds;

/// <summary>Lays two runs of bars of one series over each other.</summary>
internal static class BarMerge
{
    /// <summary>Both runs in order of start; where both have a bar of one start, the newer one's stands.</summary>
    public static List<Bar> Overlay(IReadOnlyList<Bar> older, IReadOnlyList<Bar> newer)
    {
        var merged = new List<Bar>(older.Count + newer.Count);
        var (i, j) = (0, 0);
        while (i < older.Count || j < newer.Count)
        {
            if (j == newer.Count || (i < older.Count && older[i].StartMs < newer[j].StartMs))
            {
                merged.Add(older[i++]);
                continue;
            }

            i += i < older.Count && older[i].StartMs == newer[j].StartMs ? 1 : 0;
            merged.Add(newer[j++]);
        }

        return merged;
    }
}
