using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Risk;
using Bourse.Grains.Accounts;

namespace Bourse.Tests.Cluster.Risk;

/// <summary>An account's copy of its limits when their owner is not reached: such a call may fail before it has begun.</summary>
public sealed class LimitsLeaseTests
{
    [Fact]
    public async Task A_call_that_fails_at_once_is_made_again_the_next_time()
    {
        var owner = new Owner();
        var lease = new LimitsLease(owner, TimeProvider.System);

        await Should.ThrowAsync<TimeoutException>(async () => await lease.Get());
        owner.IsReached = true;

        (await lease.Get()).ShouldBe(RiskLimits.Default);
    }

    private sealed class Owner : IRiskLimitGrain
    {
        public bool IsReached { get; set; }

        public Task<LimitsView> Get() => IsReached ? Task.FromResult(LimitsView.From(RiskLimits.Default)) : Task.FromException<LimitsView>(new TimeoutException());

        public Task<LimitsView> Set(LimitsView limits, string by, string reason) => throw new NotSupportedException();
    }
}
