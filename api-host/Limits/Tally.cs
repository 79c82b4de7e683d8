using Bourse.ApiHost.Problems;
using Bourse.GrainInterfaces.Limits;

namespace Bourse.ApiHost.Limits;

/// <summary>
/// One caller's count as this front end has it: a few grants taken ahead from the grain (a thousandth of the limit; below a limit of 2,000 one at a time,
/// which makes it exact), and who waits for more. One call is under way at a time. While the grain is away this front end counts alone.
/// </summary>
public sealed partial class Tally(IRateLimitGrain grain, int limit, TimeProvider clock, ILogger log)
{
    private const int BlocksPerLimit = 1_000;
    private const int MaxPerCall = 10_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_aloneFor = TimeSpan.FromSeconds(5);

    private readonly Lock guard = new();
    private readonly Queue<TaskCompletionSource<LimitUse>> waiting = new();
    private bool asking;
    private int free;
    private int remaining;
    private bool isFull;
    private long expiresMs;
    private long resetMs;
    private int usedAlone;

    /// <summary>Counts one request.</summary>
    public ValueTask<LimitUse> Take()
    {
        TaskCompletionSource<LimitUse> waiter;
        lock (guard)
        {
            var now = NowMs();
            if (now < expiresMs && waiting.Count == 0 && (free > 0 || isFull))
            {
                return new ValueTask<LimitUse>(Use_NeedsLock(now));
            }

            waiter = new TaskCompletionSource<LimitUse>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(waiter);
            if (asking)
            {
                return new ValueTask<LimitUse>(waiter.Task);
            }

            asking = true;
        }

        _ = Ask();
        return new ValueTask<LimitUse>(waiter.Task);
    }

    private async Task Ask()
    {
        while (true)
        {
            int count;
            lock (guard)
            {
                if (waiting.Count == 0)
                {
                    asking = false;
                    return;
                }

                count = Math.Min(MaxPerCall, Math.Max(waiting.Count, limit / BlocksPerLimit));
            }

            try
            {
                Serve(count, await grain.Take(count, limit).WaitAsync(s_patience, clock));
            }
            catch (Exception away) when (ProblemMap.Of(away) is not null)
            {
                LogAlone(away.GetType().Name);
                ServeAlone(count);
            }
            catch (Exception bug)
            {
                FailAll(bug);
            }
        }
    }

    private void Serve(int asked, RateGrant grant)
    {
        lock (guard)
        {
            var now = NowMs();
            (free, remaining, isFull) = (grant.Granted, grant.Remaining, grant.Granted < asked);
            (expiresMs, resetMs) = (now + grant.ResetMs, now + grant.ResetMs);
            Answer_NeedsLock(now, asked);
        }
    }

    private void ServeAlone(int asked)
    {
        lock (guard)
        {
            var now = NowMs();
            resetMs = now + 60_000 - (now % 60_000);
            expiresMs = Math.Min(resetMs, now + (long)s_aloneFor.TotalMilliseconds);
            free = Math.Clamp(limit - usedAlone, 0, Math.Max(asked, limit / 12));
            usedAlone += free;
            (remaining, isFull) = (Math.Max(0, limit - usedAlone), free < asked);
            Answer_NeedsLock(now, asked);
        }
    }

    // Only those whom the call asked for: the others are asked for next.
    private void Answer_NeedsLock(long now, int asked)
    {
        for (var i = 0; i < asked && waiting.TryDequeue(out var waiter); i++)
        {
            waiter.SetResult(Use_NeedsLock(now));
        }
    }

    private void FailAll(Exception bug)
    {
        lock (guard)
        {
            while (waiting.TryDequeue(out var waiter))
            {
                waiter.SetException(bug);
            }
        }
    }

    private LimitUse Use_NeedsLock(long now)
    {
        var allowed = free > 0;
        free -= allowed ? 1 : 0;
        return new LimitUse(allowed, limit, remaining + free, (int)Math.Clamp((resetMs - now + 999) / 1_000, 1, 60));
    }

    private long NowMs() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    [LoggerMessage(EventId = 4060, Level = LogLevel.Warning, Message = "A rate limit's grain did not answer ({Reason}); this front end counts alone for a while")]
    private partial void LogAlone(string reason);
}
