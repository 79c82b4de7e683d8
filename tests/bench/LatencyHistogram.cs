namespace Bourse.Bench;

/// <summary>Counts durations in buckets of 1/64 of their magnitude, up to about 70 s; one writer at a time for each instance.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBuckets = 64;

    private readonly long[] _counts = new long[32 * SubBuckets];

    public long Count { get; private set; }

    public long MaxUs { get; private set; }

    public void Add(long microseconds)
    {
        var value = Math.Max(microseconds, 0);
        var shift = Math.Max(0, 64 - 6 - 1 - System.Numerics.BitOperations.LeadingZeroCount((ulong)value | 1));
        var index = (shift * SubBuckets) + (int)(value >> shift);
        _counts[Math.Min(index, _counts.Length - 1)]++;
        Count++;
        MaxUs = Math.Max(MaxUs, value);
    }

    /// <summary>The duration in ms that a fraction of all did not exceed.</summary>
    public double PercentileMs(double fraction)
    {
        var wanted = (long)Math.Ceiling(Count * fraction);
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted && seen > 0)
            {
                var (shift, sub) = i < 2 * SubBuckets ? (0, i) : ((i / SubBuckets) - 1, (i % SubBuckets) + SubBuckets);
                return (((long)sub + 1) << shift) / 1_000.0;
            }
        }

        return 0;
    }
}
