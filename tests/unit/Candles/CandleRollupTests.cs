using Bourse.Domain.Candles;

namespace Bourse.Tests.Unit.Candles;

public sealed class CandleRollupTests
{
    private const long Minute = 60_000;

    [Fact]
    public void Shorter_bars_become_one_longer_bar_which_is_complete_when_the_next_begins()
    {
        var rollup = new CandleRollup(CandleLength.FiveMinutes);

        rollup.Add(new Candle(1 * Minute, 10m, 12m, 9m, 11m, 5m)).ShouldBeNull();
        rollup.Add(new Candle(4 * Minute, 11m, 15m, 10m, 14m, 2m)).ShouldBeNull();
        rollup.Add(new Candle(5 * Minute, 14m, 14m, 8m, 8m, 1m)).ShouldBe(new Candle(0, 10m, 15m, 9m, 14m, 7m));
        rollup.Finish().ShouldBe(new Candle(5 * Minute, 14m, 14m, 8m, 8m, 1m));
        rollup.Finish().ShouldBeNull();
    }

    [Fact]
    public void The_last_24_hours_are_those_of_the_bars_and_their_change_is_against_the_first_price()
    {
        var window = RollingWindow.Of([new Candle(0, 10m, 12m, 9m, 11m, 5m), new Candle(300_000, 11m, 15m, 10m, 14m, 2m)], 12.5m);

        window.ShouldBe(new RollingWindow(10m, 15m, 9m, 12.5m, 2.5m, 25m, 7m));
        RollingWindow.Of([], 12.5m).ShouldBe(new RollingWindow(null, null, null, 12.5m, null, null, 0m));
        RollingWindow.Of([new Candle(0, 10m, 12m, 9m, 11m, 5m)], null).Last.ShouldBe(11m);
    }
}
