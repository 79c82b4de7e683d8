using Bourse.ApiHost.Cli.Load.Worker;

namespace Bourse.Tests.Api.Cli.Load;

public sealed class PaceTests
{
    private const long StartMs = 1_764_000_000_000;
    private const long StartUs = StartMs * 1_000;

    [Fact]
    public void The_first_act_is_due_and_planned_at_the_start()
    {
        var pace = new Pace(StartMs, StartMs + 10_000, Rate: 4, GrowsMs: 0);
        pace.DueAt(StartUs).ShouldBe(1);
        pace.PlannedUs(0).ShouldBe(StartUs);
    }

    [Theory]
    [InlineData(249_999, 1)]
    [InlineData(250_000, 2)]
    [InlineData(1_000_000, 5)]
    public void An_act_is_due_from_its_planned_time_on(long afterUs, long due) => new Pace(StartMs, StartMs + 10_000, Rate: 4, GrowsMs: 0).DueAt(StartUs + afterUs).ShouldBe(due);

    [Fact]
    public void No_more_acts_come_due_than_are_planned_before_the_end()
    {
        var pace = new Pace(StartMs, StartMs + 10_000, Rate: 0.25, GrowsMs: 0);
        pace.Total.ShouldBe(3);
        pace.DueAt(StartUs + 60_000_000).ShouldBe(3);
        pace.PlannedUs(pace.Total - 1).ShouldBe(StartUs + 8_000_000);
    }

    [Theory]
    [InlineData(1_000_000, 2)]
    [InlineData(2_000_000, 5)]
    [InlineData(3_000_000, 9)]
    public void A_rate_that_grows_loses_half_of_the_acts_until_it_has_grown(long afterUs, long due)
    {
        var pace = new Pace(StartMs, StartMs + 10_000, Rate: 4, GrowsMs: 2_000);
        pace.Total.ShouldBe(36);
        pace.DueAt(StartUs + afterUs).ShouldBe(due);
        pace.PlannedUs(due - 1).ShouldBe(StartUs + afterUs);
        pace.PlannedUs(due).ShouldBeGreaterThan(StartUs + afterUs);
    }
}
