using System.Collections.Concurrent;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Tests.Cluster.Storage;
using Orleans.Streams;

namespace Bourse.Tests.Cluster.MarketData;

public sealed class IngestTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly long NowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public async Task A_batch_that_is_sent_twice_counts_once()
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString);
        var feed = cluster.Feed("AGAIN");
        Tick[] batch = [.. Enumerable.Range(0, 500).Select(i => Print(NowMs - 1_000 + i, 100m + (i % 7)))];

        (await feed.Push(batch)).ShouldBe(new PushReceipt(500, 0, 0, []), Same);
        (await feed.Push(batch)).ShouldBe(new PushReceipt(0, 0, 500, []), Same);

        (await feed.GetQuote())!.Volume.ShouldBe(500m);
        // Within one batch equal trades are trades each.
        (await feed.Push([Print(NowMs, 100m), Print(NowMs, 100m)])).Taken.ShouldBe(2);
    }

    [Fact]
    public async Task A_quote_that_comes_back_within_one_millisecond_is_news()
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString);
        var feed = cluster.Feed("BACK");
        foreach (var bid in new[] { 10m, 11m, 10m })
        {
            (await feed.Push([new Tick(NowMs, null, null, bid, 1m, 12m, 1m)])).Taken.ShouldBe(1);
        }

        (await feed.GetQuote())!.Bid.ShouldBe(10m);
        (await feed.Push([new Tick(NowMs, null, null, 10m, 1m, 12m, 1m)])).Duplicates.ShouldBe(1);
    }

    [Fact]
    public async Task Late_absurd_and_future_ticks_are_told_and_change_no_price()
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString);
        var feed = cluster.Feed("TOLD");
        await feed.Push([Print(NowMs, 100m)]);

        var receipt = await feed.Push(
        [
            Print(NowMs - 10, 99m), Print(NowMs + 1, 1_100m), Print(NowMs + 2, 9m), Print(NowMs + 60_000, 101m),
            new Tick(NowMs + 3, null, null, 100m, 1m, 1_000m, 1m), Print(NowMs + 4, 102m),
        ]);

        (receipt.Taken, receipt.Late, receipt.Duplicates).ShouldBe((1, 1, 0));
        receipt.Refused.ShouldBe([new(1, TickFault.Absurd), new(2, TickFault.Absurd), new(3, TickFault.Future), new(4, TickFault.Absurd)]);
        var quote = (await feed.GetQuote())!;
        (quote.Price, quote.Ask, quote.Volume).ShouldBe((102m, null, 3m));
        var day = (await feed.GetBars(Timeframe.Day, BarPrice.Trade, 0, long.MaxValue, 10))[^1];
        (day.High, day.Low).ShouldBe((102m, 99m));
    }

    [Fact]
    public async Task A_market_that_has_been_silent_for_long_may_be_anywhere()
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString);
        var feed = cluster.Feed("LONG");
        await feed.Push([Print(NowMs - 400_000, 1m)]);
        (await feed.Push([Print(NowMs, 50m)])).Taken.ShouldBe(1);
        (await feed.Push([Print(NowMs + 1, 501m)])).Refused.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_source_that_falls_silent_makes_its_feed_stale_until_the_next_tick()
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString, o => o.StaleAfter = TimeSpan.FromMilliseconds(300));
        var heard = new ConcurrentQueue<Quote>();
        await cluster.Client.GetStreamProvider(Streams.Provider).GetStream<Quote>(StreamId.Create(Streams.Quotes, "QUIET")).SubscribeAsync((quote, _) =>
        {
            heard.Enqueue(quote);
            return Task.CompletedTask;
        });
        var feed = cluster.Feed("QUIET");

        // Of what changes soon after each other only the last is told: a machine that stood still may have made it stale by then.
        var pushed = 0;
        await Eventually.Holds(() => PushAndLook(() => heard.Any(q => !q.Stale)), "the feed lives");
        await Eventually.Holds(() => heard.Last().Stale, "the feed is told to be stale");
        (await feed.GetQuote())!.Stale.ShouldBeTrue();

        await Eventually.Holds(() => PushAndLook(() => !heard.Last().Stale), "the feed lives again");
        heard.Select(q => q.Seq).ShouldBeInOrder(SortDirection.Ascending);

        async Task<bool> PushAndLook(Func<bool> look)
        {
            await feed.Push([Print(NowMs + pushed++, 100m)]);
            return look();
        }
    }

    [Fact]
    public async Task A_feed_of_our_own_trades_alone_is_never_stale()
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString, o => o.StaleAfter = TimeSpan.FromMilliseconds(100));
        await cluster.Feed("OWN").PushTrades([new TradePrint(1, 10m, 1m, Bourse.Domain.Matching.Side.Buy, NowMs)]);
        await cluster.Feed("SOURCED").Push([Print(NowMs, 10m)]);
        await Eventually.Holds(async () => (await cluster.Feed("SOURCED").GetQuote())!.Stale, "the other is stale");
        (await cluster.Feed("OWN").GetQuote())!.Stale.ShouldBeFalse();
    }

    private static IEqualityComparer<PushReceipt> Same { get; } = EqualityComparer<PushReceipt>.Create(
        (a, b) => (a!.Taken, a.Late, a.Duplicates, a.Refused.Count) == (b!.Taken, b.Late, b.Duplicates, b.Refused.Count));

    private static Tick Print(long timeMs, decimal price) => new(timeMs, price, 1m, null, null, null, null);
}
