using System.Collections.Concurrent;
using Bourse.ApiHost.Problems;
using Bourse.GrainInterfaces.Limits;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Limits;

/// <summary>Where a caller stands in its minute.</summary>
/// <param name="ResetSeconds">Until the next minute begins, 1 to 60.</param>
public readonly record struct LimitUse(bool Allowed, int Limit, int Remaining, int ResetSeconds);

/// <summary>
/// Counts requests by caller and minute. The count is a grain's, the same for all front ends; this one has a <see cref="Tally"/> of each caller that it
/// heard of in this minute, so that memory is bounded by the callers of one minute, and these by a number.
/// </summary>
public sealed class RequestLimits(IGrainFactory grains, IOptions<LimitOptions> options, TimeProvider clock, ILogger<RequestLimits> log)
{
    private const long MsPerMinute = 60_000;
    private const string Everybody = "*";

    /// <summary>Replaced whole when a minute begins, by whoever sees it first.</summary>
    private volatile Minute current = new(-1, 0);

    /// <summary>Counts one request of the caller: <c>user:ID</c>, <c>key:ID</c> or <c>address:IP</c>.</summary>
    public ValueTask<LimitUse> Take(LimitKind kind, string caller)
    {
        var minute = clock.GetUtcNow().ToUnixTimeMilliseconds() / MsPerMinute;
        var known = current;
        if (known.Number != minute)
        {
            current = known = new Minute(minute, options.Value.MaxCallers);
        }

        return known.Of(kind, caller, this).Take();
    }

    public static Problem Problem(LimitUse use) =>
        new(StatusCodes.Status429TooManyRequests, "rate_limited", "Too many requests; wait.") { RetryAfterSeconds = use.ResetSeconds };

    private sealed class Minute(long number, int maxCallers)
    {
        private readonly ConcurrentDictionary<(LimitKind Kind, string Caller), Tally> tallies = new();
        private int callers;

        public long Number => number;

        public Tally Of(LimitKind kind, string caller, RequestLimits limits)
        {
            if (tallies.TryGetValue((kind, caller), out var known))
            {
                return known;
            }

            // Counted apart: the dictionary's own count takes all its locks.
            if (Interlocked.Increment(ref callers) > maxCallers)
            {
                caller = Everybody;
            }

            return tallies.GetOrAdd((kind, caller), static (key, l) => l.NewTally(key.Kind, key.Caller), limits);
        }
    }

    private Tally NewTally(LimitKind kind, string caller) => new(
        grains.GetGrain<IRateLimitGrain>($"{kind.ToString().ToLowerInvariant()}:{caller}"), options.Value.Of(kind), clock, log);
}
