using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Risk;

namespace Bourse.Grains.Accounts;

/// <summary>An account's copy of its risk limits. New risk is never taken on limits read more than a second ago.</summary>
internal sealed class LimitsLease(IRiskLimitGrain owner, TimeProvider time)
{
    private static readonly TimeSpan s_maxAge = TimeSpan.FromSeconds(1);

    // Most accounts have the same limits: one object for all of them stays in the processors' caches.
    private static readonly RiskLimits?[] s_shared = new RiskLimits?[16];

    private RiskLimits? _limits;
    private long _readAt;
    private Task<RiskLimits>? _reading;

    /// <summary>The limits in force. Throws what the call to the limits' grain throws when they have to be read and cannot.</summary>
    public ValueTask<RiskLimits> Get()
    {
        if (_limits is { } limits && time.GetElapsedTime(_readAt) < s_maxAge)
        {
            return new ValueTask<RiskLimits>(limits);
        }

        if (_reading is null or { IsCompleted: true })
        {
            _reading = Read();
        }

        return new ValueTask<RiskLimits>(_reading);
    }

    /// <summary>Newer limits, told by their owner.</summary>
    public void Put(RiskLimits limits) => Keep(limits, time.GetTimestamp());

    // An answer that was under way when newer limits came is of no use.
    private void Keep(RiskLimits limits, long readAt)
    {
        if (_limits is null || limits.Version >= _limits.Version)
        {
            (_limits, _readAt) = (Share(limits), readAt);
        }
    }

    private static RiskLimits Share(RiskLimits limits)
    {
        ref var shared = ref s_shared[(uint)limits.GetHashCode() % (uint)s_shared.Length];
        if (shared is { } same && same == limits)
        {
            return same;
        }

        return shared = limits;
    }

    private async Task<RiskLimits> Read()
    {
        var askedAt = time.GetTimestamp();
        var limits = (await owner.Get()).ToDomain();
        Keep(limits, askedAt);
        return _limits!;
    }
}
