using Bourse.ApiHost.Limits;
using Microsoft.Extensions.Options;

namespace Bourse.Tests.Api.Limits;

public sealed class RequestLimitsTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void A_caller_is_refused_past_the_limit_until_the_next_minute_and_others_are_not()
    {
        var limits = Limits(new LimitOptions { RequestsPerMinute = 2 });
        limits.Take(LimitKind.Requests, "a").ShouldBe(new LimitUse(true, 2, 1, 55));
        limits.Take(LimitKind.Requests, "a").Remaining.ShouldBe(0);
        limits.Take(LimitKind.Requests, "a").Allowed.ShouldBeFalse();
        limits.Take(LimitKind.Requests, "b").Allowed.ShouldBeTrue();
        limits.Take(LimitKind.SignIns, "a").Allowed.ShouldBeTrue();

        _clock.Now += TimeSpan.FromMinutes(1);
        limits.Take(LimitKind.Requests, "a").Allowed.ShouldBeTrue();
    }

    [Fact]
    public void Beyond_the_number_of_callers_that_are_told_apart_the_rest_share_one_count()
    {
        var limits = Limits(new LimitOptions { RequestsPerMinute = 2, MaxCallers = 3 });
        var allowed = Enumerable.Range(0, 10).Count(i => limits.Take(LimitKind.Requests, $"caller {i}").Allowed);
        allowed.ShouldBe(3 + 2);
    }

    private RequestLimits Limits(LimitOptions options) => new(Options.Create(options), _clock);
}
