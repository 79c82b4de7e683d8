namespace Bourse.Domain.Books;

/// <summary>
/// The reference of a price band: the mean price of the trades of the last while, to the second. A band follows it only when it has moved by a hundredth, so that
/// the band stands still in a quiet market. After the US Limit Up-Limit Down plan, which takes 5 minutes and 1 %.
/// </summary>
public sealed class MovingReference(int seconds)
{
    private readonly (long Second, decimal Sum, int Count)[] _buckets = new (long, decimal, int)[seconds];

    /// <summary>Takes a trade.</summary>
    public void Add(decimal price, long nowMs)
    {
        var second = nowMs / 1_000;
        ref var bucket = ref _buckets[second % _buckets.Length];
        bucket = bucket.Second == second ? (second, bucket.Sum + price, bucket.Count + 1) : (second, price, 1);
    }

    /// <summary>The mean; null when nothing has traded for so long.</summary>
    public decimal? Find(long nowMs)
    {
        var oldest = (nowMs / 1_000) - _buckets.Length;
        var (sum, count) = (0m, 0);
        foreach (var bucket in _buckets)
        {
            if (bucket.Second > oldest)
            {
                sum += bucket.Sum;
                count += bucket.Count;
            }
        }

        return count == 0 ? null : sum / count;
    }

    /// <summary>Whether a band about one reference is to follow another.</summary>
    public static bool HasMoved(decimal from, decimal to) => from == 0 || Math.Abs(to - from) * 100 >= from;
}
