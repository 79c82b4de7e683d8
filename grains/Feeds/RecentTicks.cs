using System.Numerics;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Grains.Feeds;

/// <summary>
/// What a feed took lately, to know a batch that is sent twice. It remembers about twice the largest batch, 64 to 16,384 ticks; ticks of one
/// batch are never duplicates of each other.
/// </summary>
internal sealed class RecentTicks
{
    private const int MinCapacity = 64;
    private const int MaxCapacity = 16_384;

    private readonly List<long> _ofThisBatch = [];
    private long[] _ring = new long[MinCapacity];
    private int _count;
    private int _next;
    private long _newest;

    /// <summary>Whether an earlier batch had this tick; else it is remembered at the batch's end.</summary>
    /// <param name="newestMs">The feed's newest time.</param>
    public bool Knows(in Tick tick, long newestMs)
    {
        var key = KeyOf(tick);
        var known = _ring.AsSpan(0, _count).Contains(key);

        // A quote may come back to where it was within one millisecond, which is news; a trade with its size twice is not.
        if (known && (tick.TimestampMs < newestMs || key == _newest || tick is { Price: not null, Size: not null }))
        {
            return true;
        }

        _newest = key;
        _ofThisBatch.Add(key);
        return false;
    }

    /// <summary>Ends the batch.</summary>
    public void EndBatch()
    {
        var wanted = Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)_ofThisBatch.Count * 2), MinCapacity, MaxCapacity);
        if (wanted > _ring.Length)
        {
            // What is remembered keeps its order: the oldest are the first to go.
            var grown = new long[wanted];
            var oldest = _count < _ring.Length ? 0 : _next;
            _ring.AsSpan(oldest, _count - oldest).CopyTo(grown);
            _ring.AsSpan(0, oldest).CopyTo(grown.AsSpan(_count - oldest));
            (_ring, _next) = (grown, _count);
        }

        foreach (var key in _ofThisBatch)
        {
            _ring[_next] = key;
            _next = (_next + 1) % _ring.Length;
            _count = Math.Min(_count + 1, _ring.Length);
        }

        _ofThisBatch.Clear();
    }

    private static long KeyOf(in Tick tick) => ((long)tick.GetHashCode() << 32) ^ (tick.TimestampMs * unchecked((long)0x9E3779B97F4A7C15));
}
