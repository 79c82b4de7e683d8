using System.Globalization;
using Bourse.Domain.Anomalies;

namespace Bourse.Tests.Unit.Anomalies;

public sealed class AnomalyTests
{
    [Fact]
    public void A_value_is_judged_by_the_median_and_the_deviation_of_those_before_it()
    {
        var alarm = new RobustAlarm(window: 5, minimum: 5, threshold: 3, floor: 0.1);
        foreach (var value in new double[] { 1, 2, 3, 4, 5 })
        {
            alarm.Take(value).ShouldBeNull();
        }

        // Median 3, deviations 2 1 0 1 2 with the median 1.
        alarm.Take(3 + (4 * 1.4826))!.Value.ShouldBe(4d, 1e-9);
    }

    [Fact]
    public void A_series_that_stood_still_makes_nothing_of_a_small_move_and_much_of_a_great_one()
    {
        var alarm = new RobustAlarm(window: 10, minimum: 3, threshold: 5, floor: 1);
        for (var i = 0; i < 10; i++)
        {
            alarm.IsAnomaly(alarm.Take(7)).ShouldBeFalse();
        }

        alarm.IsAnomaly(alarm.Take(8)).ShouldBeFalse();
        alarm.IsAnomaly(alarm.Take(-20)).ShouldBeTrue();
        alarm.Take(double.NaN).ShouldBeNull();
        alarm.IsAnomaly(alarm.Take(7)).ShouldBeFalse();
    }

    /// <summary>The US employment report of 2 May 2014, and the weekly claims of the day before, came at 07:30:00 of the recording's clock.</summary>
    [SharedDataTheory]
    [InlineData("fxcm_eurusd_20140501_ticks.csv", "07:30:01")]
    [InlineData("fxcm_eurusd_20140502_ticks.csv", "07:30:01")]
    public void Of_a_recorded_day_it_finds_the_second_of_the_news_and_nothing_else(string file, string second)
    {
        var prices = new SortedDictionary<long, decimal>();
        foreach (var line in File.ReadLines(SharedData.PathTo("ticks", file)).Skip(1))
        {
            var fields = line.Split(',');
            prices[long.Parse(fields[0], CultureInfo.InvariantCulture) / 1_000] =
                (decimal.Parse(fields[4], CultureInfo.InvariantCulture) + decimal.Parse(fields[6], CultureInfo.InvariantCulture)) / 2;
        }

        var found = Watch(prices.Keys.First(), prices.Keys.Last(), s => prices.TryGetValue(s, out var price) ? price : null, _ => 0);

        found.Select(f => f.Time.ToString("HH:mm:ss", CultureInfo.InvariantCulture)).ShouldBe([second]);
        found.ShouldAllBe(f => f.Anomaly.Series == "price");
    }

    [SharedDataFact]
    public void Of_recorded_order_flow_it_finds_the_burst_and_nothing_else()
    {
        var commands = new SortedDictionary<long, long>();
        foreach (var line in File.ReadLines(SharedData.PathTo("flow", "aapl_10000_flow.csv")).Skip(1))
        {
            var second = long.Parse(line.AsSpan(0, line.IndexOf(',', StringComparison.Ordinal)), CultureInfo.InvariantCulture) / 1_000_000_000;
            commands[second] = commands.GetValueOrDefault(second) + 1;
        }

        var found = Watch(commands.Keys.First(), commands.Keys.Last(), _ => null, s => commands.GetValueOrDefault(s));

        found.Select(f => (f.Anomaly.Series, f.Anomaly.Value)).ShouldBe([("orders", 365d)]);
    }

    private static List<(DateTimeOffset Time, Anomaly Anomaly)> Watch(long from, long to, Func<long, decimal?> price, Func<long, long> commands)
    {
        var watch = new SymbolWatch();
        var found = new List<(DateTimeOffset, Anomaly)>();
        for (var second = from; second <= to; second++)
        {
            if (watch.Observe(price(second), commands(second)) is { } anomaly)
            {
                found.Add((DateTimeOffset.FromUnixTimeSeconds(second), anomaly));
            }
        }

        return found;
    }
}
