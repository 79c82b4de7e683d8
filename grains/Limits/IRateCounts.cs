namespace Bourse.Grains.Limits;

/// <summary>Durable counts by key and minute. A room's border: the adapter on PostgreSQL stands in the silo's room.</summary>
public interface IRateCounts
{
    /// <summary>Adds to the count of a minute, at once and durably; answers the count after it. A count of another minute begins anew.</summary>
    /// <param name="minute">Minutes since 1970.</param>
    /// <param name="count">Below zero gives back.</param>
    Task<long> Add(string key, long minute, int count);
}
