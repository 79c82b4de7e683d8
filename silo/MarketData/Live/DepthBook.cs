using System.Globalization;
using System.Text.Json;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Silo.MarketData.Live;

/// <summary>What became of numbered differences.</summary>
public enum DepthStep : byte { Applied = 0, Old = 1, Gap = 2 }

/// <summary>
/// A provider's order book as its snapshot and numbered differences make it. A gap leaves it without a state until the next snapshot. Holds at most
/// <see cref="MaxLevels"/> levels a side, the best ones. Not thread-safe.
/// </summary>
public sealed class DepthBook
{
    public const int MaxLevels = 2_000;

    private readonly SortedList<decimal, decimal> _bids = [];
    private readonly SortedList<decimal, decimal> _asks = [];

    /// <summary>Whether a snapshot and everything after it is here.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The number of the newest update in the state.</summary>
    public long LastUpdate { get; private set; }

    public (decimal Price, decimal Size)? BestBid => _bids.Count == 0 ? null : (_bids.GetKeyAtIndex(_bids.Count - 1), _bids.GetValueAtIndex(_bids.Count - 1));

    public (decimal Price, decimal Size)? BestAsk => _asks.Count == 0 ? null : (_asks.GetKeyAtIndex(0), _asks.GetValueAtIndex(0));

    /// <summary>Takes a snapshot; levels are arrays of price and size in texts.</summary>
    public void Take(long lastUpdate, JsonElement bids, JsonElement asks)
    {
        _bids.Clear();
        _asks.Clear();
        Put(bids, asks);
        (LastUpdate, IsWhole) = (lastUpdate, true);
    }

    /// <summary>Takes the differences of the updates from <paramref name="first"/> to <paramref name="last"/>; size 0 removes a level.</summary>
    public DepthStep Apply(long first, long last, JsonElement bids, JsonElement asks)
    {
        if (!IsWhole)
        {
            return DepthStep.Gap;
        }

        if (last <= LastUpdate)
        {
            return DepthStep.Old;
        }

        if (first > LastUpdate + 1)
        {
            IsWhole = false;
            return DepthStep.Gap;
        }

        Put(bids, asks);
        LastUpdate = last;
        return DepthStep.Applied;
    }

    /// <summary>The state is of no use until the next snapshot.</summary>
    public void Break() => IsWhole = false;

    /// <summary>The best bid and ask as a tick; null while the book has neither.</summary>
    public Tick? ToTick(long timestampMs) => BestBid is null && BestAsk is null
        ? null
        : new Tick(timestampMs, null, null, BestBid?.Price, BestBid?.Size, BestAsk?.Price, BestAsk?.Size);

    private void Put(JsonElement bids, JsonElement asks)
    {
        Put(_bids, bids);
        Put(_asks, asks);
        while (_bids.Count > MaxLevels)
        {
            _bids.RemoveAt(0);
        }

        while (_asks.Count > MaxLevels)
        {
            _asks.RemoveAt(_asks.Count - 1);
        }
    }

    private static void Put(SortedList<decimal, decimal> side, JsonElement levels)
    {
        foreach (var level in levels.EnumerateArray())
        {
            var (price, size) = (Number(level[0]), Number(level[1]));
            if (size == 0)
            {
                side.Remove(price);
            }
            else
            {
                side[price] = size;
            }
        }
    }

    private static decimal Number(JsonElement text) => decimal.Parse(text.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture);
}
