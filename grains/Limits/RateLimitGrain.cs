using Bourse.GrainInterfaces.Limits;
using Bourse.Grains.Journal;
using Microsoft.Extensions.Logging;
using Orleans.Placement;

namespace Bourse.Grains.Limits;

/// <summary>
/// See <see cref="IRateLimitGrain"/>. Counts are made durable ahead of their use, a hundredth of the limit at a time, and what was not used is given back
/// at the end: so most calls touch memory only, and even two activations together never grant more than the limit.
/// </summary>
[HashBasedPlacement]
public sealed partial class RateLimitGrain(IRateCounts counts, TimeProvider time, ILogger<RateLimitGrain> log) : Grain, IRateLimitGrain
{
    private const long MsPerMinute = 60_000;
    private const int WritesPerLimit = 100;

    private long _minute = -1;
    private int _free;
    private long _reserved;

    public async Task<RateGrant> Take(int count, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (_minute != nowMs / MsPerMinute)
        {
            (_minute, _free, _reserved) = (nowMs / MsPerMinute, 0, 0);
        }

        while (_free < count && _reserved < limit)
        {
            var ahead = Math.Max(count - _free, limit / WritesPerLimit);
            _reserved = await counts.Add(this.GetPrimaryKeyString(), _minute, ahead);
            _free += (int)Math.Clamp(limit - (_reserved - ahead), 0, ahead);
        }

        var granted = Math.Min(count, _free);
        _free -= granted;
        var remaining = Math.Max(0, limit - _reserved) + _free;
        return new RateGrant(granted, (int)remaining, (int)(MsPerMinute - (nowMs % MsPerMinute)));
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_free == 0 || _minute != time.GetUtcNow().ToUnixTimeMilliseconds() / MsPerMinute)
        {
            return;
        }

        try
        {
            await counts.Add(this.GetPrimaryKeyString(), _minute, -_free);
        }
        catch (Exception away) when (Outage.Is(away))
        {
            LogNotGivenBack(away); // counts as used until the minute ends
        }
    }

    [LoggerMessage(1401, LogLevel.Warning, "A rate limit could not give back what it had reserved")]
    private partial void LogNotGivenBack(Exception cause);
}
