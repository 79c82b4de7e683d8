using System.Collections.Concurrent;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Silo.Postgres;
using Bourse.Tests.Cluster.Storage;
using Npgsql;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace Bourse.Tests.Cluster.MarketData;

public sealed class FeedGrainTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const long Minute = 60_000;
    private static readonly long NowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public async Task Many_changes_are_published_as_few_and_the_last_one_always_arrives()
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString);
        var received = new ConcurrentQueue<Quote>();
        var stream = cluster.Client.GetStreamProvider(Streams.Provider).GetStream<Quote>(StreamId.Create(Streams.Quotes, "FAST"));
        await stream.SubscribeAsync((quote, _) =>
        {
            received.Enqueue(quote);
            return Task.CompletedTask;
        });

        const int pushes = 5_000;
        for (var i = 1; i <= pushes; i++)
        {
            await cluster.Feed("FAST").Push([Print(NowMs + i, i, 1m)]);
        }

        await Eventually.Holds(() => received.Any(q => q.Seq == pushes), "the newest quote arrives");
        received.Last().Price.ShouldBe(pushes);
        received.Select(q => q.Seq).ShouldBeInOrder();
        received.Count.ShouldBeLessThan(pushes / 2);
    }

    [Fact]
    public async Task Ticks_that_cannot_be_true_are_left_out_and_the_others_taken()
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString);
        var feed = cluster.Feed("ODD");
        (await feed.GetQuote()).ShouldBeNull();

        await feed.Push([Print(NowMs, 10m, 1m), Print(NowMs, -1m, 1m), Print(NowMs + (60 * Minute), 99m, 1m), new Tick(NowMs, null, null, 2m, null, 1m, null)]);

        var quote = (await feed.GetQuote()).ShouldNotBeNull();
        (quote.Price, quote.Bid, quote.Volume, quote.Seq).ShouldBe((10m, null, 1m, 1L));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => feed.Push(new Tick[10_001]));
    }

    [Fact]
    public async Task A_trade_told_twice_counts_once()
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString);
        var feed = cluster.Feed("TWICE");

        await feed.PushTrades([Trade(1, 10m), Trade(2, 11m)]);
        await feed.PushTrades([Trade(1, 10m), Trade(2, 11m), Trade(3, 12m)]);
        await feed.PushTrades([Trade(3, 12m)]);

        (await feed.GetQuote())!.Volume.ShouldBe(3m);
        (await feed.GetTrades(10)).Select(t => t.Number).ShouldBe([3L, 2L, 1L]);
        var bars = await feed.GetBars(Timeframe.Day, null, 0, long.MaxValue, 10);
        bars.Single().ShouldBe(new Bar(NowMs / 86_400_000 * 86_400_000, 10m, 12m, 10m, 12m, 3m));
    }

    [Fact]
    public async Task Trades_that_got_lost_on_their_way_are_read_from_the_read_model()
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString);
        var feed = cluster.Feed("LOST");
        await feed.PushTrades([Trade(1, 10m)]);
        await WriteTrades("LOST", [Trade(1, 10m), Trade(2, 20m), Trade(3, 5m), Trade(4, 11m)]);

        await feed.PushTrades([Trade(4, 11m), Trade(5, 12m)]);

        (await feed.GetTrades(10)).Select(t => t.Number).ShouldBe([5L, 4L, 3L, 2L, 1L]);
        var bar = (await feed.GetBars(Timeframe.Day, BarPrice.Trade, 0, long.MaxValue, 10)).Single();
        (bar.High, bar.Low, bar.Close, bar.Volume).ShouldBe((20m, 5m, 12m, 5m));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_restart_in_the_middle_of_a_minute_the_same_bar_goes_on(bool killed)
    {
        var symbol = killed ? "KILLED" : "STOPPED";
        var minute = (NowMs - Minute) / Minute * Minute;
        Tick[] before = [Both(minute - 1_000, 50m, 5m), Both(minute + 1_000, 100m, 1m), Both(minute + 2_000, 120m, 2m), Both(minute + 2_100, 90m, 3m)];
        Tick[] after = [Both(minute + 2_200, 95m, 4m), Both(minute + 50_000, 110m, 5m)];
        await using (var first = await FeedCluster.Start(postgres.ConnectionString, o => o.SaveInterval = TimeSpan.FromMilliseconds(100)))
        {
            await first.Feed(symbol).Push(before);
            await first.Feed(symbol).PushTrades([Trade(7, 96m) with { TimestampMs = minute + 2_150 }]);
            if (killed)
            {
                await Eventually.Holds(() => IsSaved(symbol, lastTrade: 7), "the feed's state is saved");
                await first.Cluster.KillSiloAsync(first.Cluster.Silos[0]);
            }
        }

        await using var second = await FeedCluster.Start(postgres.ConnectionString);
        var feed = second.Feed(symbol);
        var restored = (await feed.GetQuote()).ShouldNotBeNull();
        (restored.Price, restored.Bid, restored.Volume, restored.TimestampMs).ShouldBe((96m, 89m, 12m, minute + 2_150));
        await feed.PushTrades([Trade(7, 96m)]);
        await feed.Push(after);

        var bars = await feed.GetBars(Timeframe.Minute, BarPrice.Trade, minute - Minute, long.MaxValue, 10);
        bars.ShouldBe([new Bar(minute - Minute, 50m, 50m, 50m, 50m, 5m), new Bar(minute, 100m, 120m, 90m, 110m, 16m)]);
        var bids = await feed.GetBars(Timeframe.Minute, BarPrice.Bid, minute, long.MaxValue, 10);
        bids.ShouldBe([new Bar(minute, 99m, 119m, 89m, 109m, 0m)]);
        var seconds = await feed.GetBars(Timeframe.Second, BarPrice.Trade, minute, long.MaxValue, 10);
        seconds.ShouldBe(
        [
            new Bar(minute + 1_000, 100m, 100m, 100m, 100m, 1m), new Bar(minute + 2_000, 120m, 120m, 90m, 95m, 10m),
            new Bar(minute + 50_000, 110m, 110m, 110m, 110m, 5m),
        ]);
    }

    [Fact]
    public async Task Without_a_price_asked_for_bars_are_of_trades_or_of_the_middle_where_there_are_only_quotes()
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString);
        await cluster.Feed("QUOTES").Push([new Tick(NowMs, null, null, 1.0m, null, 2.0m, null)]);
        await cluster.Feed("PRINTS").Push([Both(NowMs, 10m, 1m)]);

        (await cluster.Feed("QUOTES").GetBars(Timeframe.Hour, null, 0, long.MaxValue, 1)).Single().Close.ShouldBe(1.5m);
        (await cluster.Feed("PRINTS").GetBars(Timeframe.Hour, null, 0, long.MaxValue, 1)).Single().Volume.ShouldBe(1m);
    }

    [Fact]
    public async Task Bars_of_memory_and_store_are_one_run_however_much_is_asked_for()
    {
        await using var cluster = await FeedCluster.Start(postgres.ConnectionString, o => (o.BarsInMemory, o.SaveBars) = (20, 10));
        var feed = cluster.Feed("RUN");
        var startMs = (NowMs / 1_000 * 1_000) - 400_000;
        var expected = new List<Bar>();
        for (var i = 0; i < 300; i++)
        {
            await feed.Push([Print(startMs + (i * 1_000), i + 1, 1m)]);
            expected.Add(new Bar(startMs + (i * 1_000), i + 1, i + 1, i + 1, i + 1, 1m));
            if (i % 50 == 7)
            {
                (await feed.GetBars(Timeframe.Second, null, 0, long.MaxValue, 5)).ShouldBe(expected.TakeLast(5));
            }
        }

        (await feed.GetBars(Timeframe.Second, null, 0, long.MaxValue, 50_000)).ShouldBe(expected);
        (await feed.GetBars(Timeframe.Second, null, 0, long.MaxValue, 100)).ShouldBe(expected.TakeLast(100));
        (await feed.GetBars(Timeframe.Second, null, 0, startMs + 100_000, 10)).ShouldBe(expected.Take(100).TakeLast(10));
        (await feed.GetBars(Timeframe.Second, null, startMs + 5_000, startMs + 8_000, 10)).ShouldBe(expected.Skip(5).Take(3));
        (await feed.GetBars(Timeframe.Second, null, startMs + 299_000, startMs + 299_001, 10)).ShouldBe(expected.TakeLast(1));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => feed.GetBars(Timeframe.Second, null, 0, 1, 50_001));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => feed.GetBars((Timeframe)9, null, 0, 1, 1));
    }

    private static Tick Print(long timestampMs, decimal price, decimal size) => new(timestampMs, price, size, null, null, null, null);

    private static Tick Both(long timestampMs, decimal price, decimal size) => new(timestampMs, price, size, price - 1, 1m, price + 1, 1m);

    private static TradePrint Trade(long number, decimal price) => new(number, price, 1m, Side.Buy, NowMs);

    private async Task<bool> IsSaved(string symbol, long lastTrade)
    {
        await using var command = postgres.Source.CreateCommand("SELECT count(*) FROM feeds WHERE symbol = $1 AND last_trade = $2");
        command.Parameters.Add(new NpgsqlParameter { Value = symbol });
        command.Parameters.Add(new NpgsqlParameter { Value = lastTrade });
        return await command.ExecuteScalarAsync() is 1L;
    }

    private async Task WriteTrades(string symbol, TradePrint[] trades)
    {
        foreach (var trade in trades)
        {
            var time = DateTimeOffset.FromUnixTimeMilliseconds(trade.TimestampMs);
            await new MonthlyPartitions(postgres.Source).Ensure("trades", time, CancellationToken.None);
            await using var command = postgres.Source.CreateCommand(
                """
                INSERT INTO trades (time, number, side, taker_order_id, maker_order_id, symbol, taker_account, maker_account, price, quantity, taker_fee, maker_fee)
                VALUES ($1, $2, $3, gen_random_uuid(), gen_random_uuid(), $4, 'a', 'b', $5, $6, 0, 0)
                """);
            foreach (var value in new object[] { time, trade.Number, (short)trade.Side, symbol, trade.Price, trade.Quantity })
            {
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            }

            await command.ExecuteNonQueryAsync();
        }
    }
}
