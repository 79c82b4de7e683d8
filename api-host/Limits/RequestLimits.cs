using System.Collections.Concurrent;
using Bourse.ApiHost.Problems;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Limits;

/// <summary>Where a caller stands in its minute.</summary>
/// <param name="ResetSeconds">Until the next minute begins, 1 to 60.</param>
public readonly record struct LimitUse(bool Allowed, int Limit, int Remaining, int ResetSeconds);

/// <summary>
/// Counts requests by caller and minute, in this process. All counts begin anew with each minute, so that memory is bounded by the callers of one
/// minute, and these by a number.
/// </summary>
public sealed class RequestLimits(IOptions<LimitOptions> options, TimeProvider clock)
{
    private const long MsPerMinute = 60_000;
    private const string Everybody = "*";

    /// <summary>Replaced whole when a minute begins, by whoever sees it first.</summary>
    private volatile Minute current = new(-1);

    /// <summary>Counts one request of the caller.</summary>
    public LimitUse Take(LimitKind kind, string caller)
    {
        var ms = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var minute = current;
        if (minute.Number != ms / MsPerMinute)
        {
            current = minute = new Minute(ms / MsPerMinute);
        }

        var limit = kind == LimitKind.SignIns ? options.Value.SignInsPerMinute : options.Value.RequestsPerMinute;
        var used = minute.Count(kind, minute.Callers < options.Value.MaxCallers ? caller : Everybody);
        return new LimitUse(used <= limit, limit, Math.Max(0, limit - used), (int)((MsPerMinute - (ms % MsPerMinute) + 999) / 1_000));
    }

    public static Problem Problem(LimitUse use) =>
        new(StatusCodes.Status429TooManyRequests, "rate_limited", "Too many requests; wait.") { RetryAfterSeconds = use.ResetSeconds };

    private sealed class Minute(long number)
    {
        private readonly ConcurrentDictionary<(LimitKind Kind, string Caller), Counter> counts = new();
        private int callers;

        public long Number => number;

        /// <summary>Counted apart: the dictionary's own count takes all its locks.</summary>
        public int Callers => Volatile.Read(ref callers);

        public int Count(LimitKind kind, string caller)
        {
            if (!counts.TryGetValue((kind, caller), out var counter))
            {
                var mine = new Counter();
                counter = counts.GetOrAdd((kind, caller), mine);
                if (ReferenceEquals(counter, mine))
                {
                    Interlocked.Increment(ref callers);
                }
            }

            return Interlocked.Increment(ref counter.Used);
        }
    }

    private sealed class Counter
    {
        public int Used;
    }
}
