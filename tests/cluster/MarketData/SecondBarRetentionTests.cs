using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Feeds;
using Bourse.Silo.Postgres;
using Bourse.Silo.ReadModel;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Bourse.Tests.Cluster.MarketData;

public sealed class SecondBarRetentionTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const long HourMs = 3_600_000;

    [Fact]
    public async Task Bars_of_a_second_go_when_they_are_older_than_is_kept_some_at_a_time_and_longer_bars_stay()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        const long Replayed = 1_399_000_000_000; // 2014
        await using var store = new CandleStore(
            postgres.Source, new MonthlyPartitions(postgres.Source), TimeProvider.System, NullLogger<CandleStore>.Instance);
        foreach (var (symbol, end) in new[] { ("LIVE", now), ("PAST", Replayed) })
        {
            // Four days, a bar each hour, the newest now.
            Bar[] bars = [.. Enumerable.Range(-95, 96).Select(hour => new Bar(end - (end % 1_000) + (hour * HourMs), 1m, 1m, 1m, 1m, 1m))];
            await store.Enqueue(new FeedCut(
                new FeedMark(symbol, 1m, null, null, null, null, 1m, 1m, end, 0, true),
                [.. bars.Select(b => new SeriesBar(Timeframe.Second, BarPrice.Trade, b)), .. bars.Select(b => new SeriesBar(Timeframe.Hour, BarPrice.Trade, b))],
                []));
            await store.Flush(symbol, CancellationToken.None);
        }

        var retention = new SecondBarRetention(
            postgres.Source, Options.Create(new FeedOptions { KeepSecondBars = TimeSpan.FromHours(48.5) }), TimeProvider.System, NullLogger<SecondBarRetention>.Instance);
        (await retention.Remove(40, CancellationToken.None)).ShouldBe(40);
        (await retention.Remove(40, CancellationToken.None)).ShouldBe(40);
        (await retention.Remove(40, CancellationToken.None)).ShouldBe(14);
        (await retention.Remove(40, CancellationToken.None)).ShouldBe(0);

        foreach (var (symbol, end) in new[] { ("LIVE", now), ("PAST", Replayed) })
        {
            var kept = await store.Load(symbol, Timeframe.Second, BarPrice.Trade, 0, long.MaxValue, 1_000, CancellationToken.None);
            kept.Count.ShouldBe(49, symbol);
            kept[0].StartMs.ShouldBe(end - (end % 1_000) - (48 * HourMs), symbol);
            (await store.Load(symbol, Timeframe.Hour, BarPrice.Trade, 0, long.MaxValue, 1_000, CancellationToken.None)).Count.ShouldBe(96, symbol);
        }
    }
}
