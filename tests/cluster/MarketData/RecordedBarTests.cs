using System.Globalization;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Tests.Cluster.MarketData;

/// <summary>Bars made of recorded ticks equal those that were recorded beside them, through the whole way: file, feed, store, chart.</summary>
public sealed class RecordedBarTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const long Day = 86_400_000;

    [SharedDataTheory]
    [InlineData("fxcm_eurusd_20140501", "EUR/USD", 1398902400000)]
    [InlineData("fxcm_eurusd_20140502", "EUR/USD", 1398988800000)]
    [InlineData("fxcm_nzdusd_20140501", "NZD/USD", 1398902400000)]
    public async Task Every_second_and_minute_bar_of_bid_and_ask_equals_the_file(string file, string symbol, long dayMs)
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString);

        await cluster.Replay(SharedData.PathTo("ticks", $"{file}_ticks.csv"));

        await Compare(cluster.Feed(symbol), Timeframe.Second, $"{file}_1s.csv", dayMs);
        await Compare(cluster.Feed(symbol), Timeframe.Minute, $"{file}_1m.csv", dayMs);
    }

    [SharedDataFact]
    public async Task A_replay_that_was_broken_off_and_starts_over_gives_the_same_bars()
    {
        const long dayMs = 1398902400000;
        var ticks = SharedData.PathTo("ticks", "fxcm_nzdusd_20140501_ticks.csv");
        var part = Path.GetTempFileName();
        await File.WriteAllLinesAsync(part, File.ReadLines(ticks).Take(20_000));
        await using (var first = await FeedCluster.Start(postgres.ConnectionString))
        {
            await first.Replay(part);
        }

        File.Delete(part);
        await using var second = await FeedCluster.Start(postgres.ConnectionString);
        await second.Replay(ticks);

        await Compare(second.Feed("NZD/USD"), Timeframe.Second, "fxcm_nzdusd_20140501_1s.csv", dayMs);
        await Compare(second.Feed("NZD/USD"), Timeframe.Minute, "fxcm_nzdusd_20140501_1m.csv", dayMs);
    }

    private static async Task Compare(IFeedGrain feed, Timeframe timeframe, string file, long dayMs)
    {
        var expected = File.ReadLines(SharedData.PathTo("ticks", file)).Skip(1).Select(Numbers).ToList();
        var bids = await feed.GetBars(timeframe, BarPrice.Bid, dayMs, dayMs + Day, 50_000);
        var asks = await feed.GetBars(timeframe, BarPrice.Ask, dayMs, dayMs + Day, 50_000);

        bids.Select(Prices).ShouldBe(expected.Select(n => (n[0], n[1], n[2], n[3], n[4])));
        asks.Select(Prices).ShouldBe(expected.Select(n => (n[0], n[5], n[6], n[7], n[8])));
    }

    private static (decimal, decimal, decimal, decimal, decimal) Prices(Bar bar) => (bar.StartMs, bar.Open, bar.High, bar.Low, bar.Close);

    private static decimal[] Numbers(string line) => [.. line.Split(',').Select(n => decimal.Parse(n, CultureInfo.InvariantCulture))];
}
