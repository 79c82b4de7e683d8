using System.Numerics;

namespace Bourse.ApiHost.Cli.Load;

/// <summary>Counts durations in buckets of 1/64 of their magnitude, up to about an hour; one writer at a time.</summary>
internal sealed class Latencies
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;
    private readonly long[] _counts = new long[(32 - SubBits) * SubBuckets];

    public long Count { get; private set; }

    public long MaxUs { get; private set; }

    public void Add(long microseconds, long times = 1)
    {
        var value = Math.Clamp(microseconds, 0, int.MaxValue);
        _counts[IndexOf(value)] += times;
        Count += times;
        MaxUs = Math.Max(MaxUs, value);
    }

    public void Merge(Latencies other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        MaxUs = Math.Max(MaxUs, other.MaxUs);
    }

    /// <summary>The duration in ms that a fraction of all did not exceed; 0 without any.</summary>
    public double PercentileMs(double fraction)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(Count * fraction));
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                return Math.Min(MaxUs, UpperUs(i)) / 1_000.0;
            }
        }

        return 0;
    }

    /// <summary>Index and count of each bucket in use, for another process.</summary>
    public long[] ToPairs() => [MaxUs, .. _counts.Index().Where(c => c.Item > 0).SelectMany(c => new[] { c.Index, c.Item })];

    public static Latencies FromPairs(long[] pairs)
    {
        var latencies = new Latencies();
        for (var i = 1; i + 1 < pairs.Length; i += 2)
        {
            latencies._counts[pairs[i]] = pairs[i + 1];
            latencies.Count += pairs[i + 1];
        }

        latencies.MaxUs = pairs.Length > 0 ? pairs[0] : 0;
        return latencies;
    }

    private static int IndexOf(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - SubBits);
        return shift == 0 ? (int)value : (shift * SubBuckets) + (int)(value >> shift);
    }

    private static long UpperUs(int index)
    {
        var shift = Math.Max(0, (index / SubBuckets) - 1);
        return (((index - ((long)shift * SubBuckets)) + 1) << shift) - 1;
    }
}
