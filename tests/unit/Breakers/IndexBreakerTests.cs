using Bourse.Domain.Breakers;

namespace Bourse.Tests.Unit.Breakers;

public sealed class IndexBreakerTests
{
    private const long Minute = 60_000;
    private const long Day = 24 * 60 * Minute;

    /// <summary>An hour into a day.</summary>
    private const long Now = (20_000 * Day) + (60 * Minute);

    [Theory]
    [InlineData(-6.99, 0, 0)]
    [InlineData(-7, 1, Now + (15 * Minute))]
    [InlineData(-13.5, 2, Now + (15 * Minute))]
    [InlineData(-20, 3, 20_001 * Day)]
    [InlineData(30, 0, 0)]
    public void The_levels_are_those_of_the_exchanges(double change, int level, long until)
    {
        var state = IndexBreaker.Decide(default, (decimal)change, Now);
        (state.Level, state.UntilMs).ShouldBe((level, until));
    }

    [Fact]
    public void A_level_counts_once_a_day_and_a_deeper_one_again()
    {
        var halted = IndexBreaker.Decide(default, -8, Now);
        IndexBreaker.Decide(halted, -9, Now + Minute).ShouldBe(halted);
        var open = IndexBreaker.Decide(halted, -9, Now + (15 * Minute));
        (open.Level, open.UntilMs).ShouldBe((1, 0));
        IndexBreaker.Decide(open, -9, Now + (16 * Minute)).ShouldBe(open);
        IndexBreaker.Decide(open, -14, Now + (17 * Minute)).Level.ShouldBe(2);
        IndexBreaker.Decide(open, -8, Now + Day).ShouldSatisfyAllConditions(s => s.Level.ShouldBe(1), s => s.UntilMs.ShouldBe(Now + Day + (15 * Minute)));
    }

    [Fact]
    public void An_index_that_is_not_known_stops_nothing_and_ends_what_is_over()
    {
        IndexBreaker.Decide(default, null, Now).ShouldBe(default);
        IndexBreaker.Decide(IndexBreaker.Decide(default, -8, Now), null, Now + (16 * Minute)).UntilMs.ShouldBe(0);
    }
}
