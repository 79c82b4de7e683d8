namespace Bourse.GrainInterfaces.Limits;

/// <summary>
/// Counts what one caller does in a minute, for all front ends together. The key names what is counted and who: <c>requests:user:ID</c>. What was
/// granted survives a clean restart to the last one; a crash costs the caller at most a hundredth of the limit, and never grants more.
/// </summary>
[Alias("bourse.rate-limit")]
public interface IRateLimitGrain : IGrainWithStringKey
{
    /// <summary>Counts up to <paramref name="count"/> (1 or more) against a limit of 1 or more a minute.</summary>
    [Alias("take")]
    Task<RateGrant> Take(int count, int limit);
}

/// <param name="Granted">How many of those asked for; fewer when the limit is reached.</param>
/// <param name="Remaining">How many are left of the minute's limit.</param>
/// <param name="ResetMs">Until the next minute begins, 1 to 60,000 ms.</param>
[GenerateSerializer, Immutable, Alias("bourse.rate-grant")]
public readonly record struct RateGrant(int Granted, int Remaining, int ResetMs);
