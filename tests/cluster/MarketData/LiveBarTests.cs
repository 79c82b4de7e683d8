using System.Collections.Concurrent;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Tests.Cluster.Storage;
using Orleans.Streams;

namespace Bourse.Tests.Cluster.MarketData;

public sealed class LiveBarTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly long Second = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1_000 * 1_000;

    [Fact]
    public async Task A_watched_bar_is_told_as_it_grows_and_once_more_when_it_is_complete()
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString);
        var told = new ConcurrentQueue<BarBatch>();
        await cluster.Client.GetStreamProvider(Streams.Provider).GetStream<BarBatch>(StreamId.Create(Streams.Bars, "GROW")).SubscribeAsync((batch, _) =>
        {
            told.Enqueue(batch);
            return Task.CompletedTask;
        });
        var feed = cluster.Feed("GROW");
        await feed.Push([Print(-5_000, 10m)]);
        (await feed.WatchBars(Timeframe.Second)).Bars.ShouldBe([Flat(-5_000, 10m)]);

        await feed.Push([Print(-5_000 + 1, 12m)]);
        await Eventually.Holds(() => told.Any(b => b.Bars[^1] == new Bar(Second - 5_000, 10m, 12m, 10m, 12m, 2m)), "the bar is told as it grows");
        await feed.Push([Print(-5_000 + 2, 9m), Print(-3_000, 11m), Print(-2_000, 11m)]);
        await Eventually.Holds(
            () => told.Any(b => b.Bars.SequenceEqual([new Bar(Second - 5_000, 10m, 12m, 9m, 9m, 3m), Flat(-3_000, 11m), Flat(-2_000, 11m)])), "complete bars are told with the open one");

        told.ShouldAllBe(b => b.Timeframe == Timeframe.Second);
        (await feed.WatchBars(Timeframe.Second)).Bars.ShouldBe([Flat(-3_000, 11m), Flat(-2_000, 11m)]);
        (await cluster.Feed("NEVER").WatchBars(Timeframe.Minute)).Bars.ShouldBeEmpty();
    }

    [Fact]
    public async Task Statistics_are_of_the_last_24_hours_and_not_of_the_day()
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString);
        var feed = cluster.Feed("ROLL");
        const long Hour = 3_600_000;
        (await feed.GetStatistics()).ShouldBeNull();
        foreach (var (hours, price) in new[] { (30, 50m), (23, 100m), (12, 130m), (3, 90m), (0, 120m) })
        {
            await feed.Push([Print(-hours * Hour, price)]);
        }

        var statistics = (await feed.GetStatistics()).ShouldNotBeNull();

        (statistics.Open, statistics.High, statistics.Low, statistics.Last, statistics.Volume).ShouldBe((100m, 130m, 90m, 120m, 4m));
        (statistics.Change, statistics.ChangePercent).ShouldBe((20m, 20m));
        (statistics.ToMs - statistics.FromMs).ShouldBeInRange(24 * Hour, (24 * Hour) + 300_000);
    }

    private static Tick Print(long afterMs, decimal price) => new(Second + afterMs, price, 1m, null, null, null, null);

    private static Bar Flat(long afterMs, decimal price) => new(Second + afterMs, price, price, price, price, 1m);
}
