using System.Text.Json;
using Bourse.ApiHost.Live.Depth;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Books;

namespace Bourse.Tests.Api.Live;

[Collection(ApiCollection.Name)]
public sealed class DepthTests(ApiFixture api)
{
    [Fact]
    public void The_checksum_is_the_one_that_the_description_gives_as_an_example() =>
        DepthChecksum.Of([new(178.50m, 100m, 1), new(178.49m, 0.00000001m, 1)], [new(178.51m, 25.5m, 1)]).ShouldBe(2990221891u);

    [Fact]
    public async Task Depth_comes_as_a_snapshot_and_then_numbered_differences_of_the_window_asked_for()
    {
        var stock = await api.NewStock();
        var user = await api.NewUser();
        await user.Limit("buy", 1, 95m, stock);
        await user.Limit("buy", 2, 94m, stock);
        await using var hub = await HubClient.Connect(api, null);
        var book = new DepthClient();
        await hub.Call("SubscribeDepth", stock, 2);
        await Follow(hub, book, stock, () => book.Bids.Count == 2);
        book.Snapshots.ShouldBe(1);

        await user.Limit("buy", 3, 96m, stock);
        await Follow(hub, book, stock, () => book.Bids is [(96m, 3m), (95m, 1m)]);
        foreach (var order in await user.OpenOrders())
        {
            await user.Delete($"/api/v1/orders/{order.GetProperty("id").GetString()}");
        }

        await Follow(hub, book, stock, () => book.Bids.Count == 0);
        book.Snapshots.ShouldBe(1);
        book.Differences.ShouldBeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task Trades_of_the_symbol_come_each_once_and_in_order()
    {
        var stock = await api.NewStock();
        await using var hub = await HubClient.Connect(api, null);
        await hub.Call("SubscribeDepth", stock, 5);
        var holder = await api.Holder(stock, 3);
        var buyer = await api.NewUser();
        for (var i = 0; i < 3; i++)
        {
            await holder.Limit("sell", 1, 100m + i, stock);
            await buyer.Limit("buy", 1, 100m + i, stock);
        }

        for (var i = 0; i < 4; i++)
        {
            var trade = await hub.Next("trade");
            trade.GetProperty("seq").GetInt64().ShouldBe(i + 1);
            trade.GetProperty("price").GetDecimal().ShouldBe(i == 0 ? 100m : 99m + i);
            trade.GetProperty("side").GetString().ShouldBe("buy");
            trade.EnumerateObject().Select(p => p.Name).ShouldBe(["symbol", "price", "qty", "side", "seq", "timestamp"]);
        }
    }

    [Fact]
    public async Task Under_load_and_with_lost_messages_the_book_is_never_wrong_and_each_gap_heals()
    {
        var stock = await api.NewStock();
        var random = new Random(4);
        await using var hub = await HubClient.Connect(api, null);
        var (wide, narrow) = (new DepthClient(), new DepthClient());
        await hub.Call("SubscribeDepth", stock, 50);
        await using var other = await HubClient.Connect(api, null);
        await other.Call("SubscribeDepth", stock, 3);
        using var end = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Trade(stock, new Random(random.Next()), end.Token)));

        var (gaps, healed) = (0, 0);
        while (healed < 5)
        {
            var update = await hub.Next("depth_update");
            if (wide.Snapshots > 0 && wide.Differences % 4 == 3 && random.Next(2) == 0)
            {
                // Lost on the way: the next one shows the gap.
                update = await hub.Next("depth_update");
            }

            if (!wide.Take(update))
            {
                gaps++;
                await hub.Call("SubscribeDepth", stock, 50);
                while (wide.Seq is null)
                {
                    wide.Take(await hub.Next("depth_update"));
                }

                healed++;
            }
        }

        gaps.ShouldBe(healed);
        await end.CancelAsync();
        await load;
        await Follow(hub, wide, stock, () => true);
        await Follow(other, narrow, stock, () => narrow.Seq is not null);
        narrow.Bids.ShouldBe(wide.Bids.Take(3));
        narrow.Asks.ShouldBe(wide.Asks.Take(3));
    }

    [Fact]
    public async Task A_connection_that_does_not_read_gets_the_newest_snapshot_in_place_of_what_it_missed()
    {
        var group = new DepthGroup("X", 5);
        group.Take(View(1, 10m));
        var sent = new List<JsonElement>();
        var watcher = new DepthWatcher(message =>
        {
            sent.Add(JsonDocument.Parse(message.Json.Utf8).RootElement);
            return Task.CompletedTask;
        });
        await watcher.Send(watcher.Next_NeedsLock(group)!);
        watcher.OfferDifference_NeedsLock(group.Take(View(2, 11m))!);
        watcher.OfferDifference_NeedsLock(group.Take(View(3, 12m))!);
        await watcher.Send(watcher.Next_NeedsLock(group)!);
        watcher.Next_NeedsLock(group).ShouldBeNull();
        watcher.OfferDifference_NeedsLock(group.Take(View(5, 13m))!);
        await watcher.Send(watcher.Next_NeedsLock(group)!);

        var book = new DepthClient();
        sent.ShouldAllBe(update => book.Take(update));
        (book.Snapshots, book.Differences, book.Seq).ShouldBe((2, 1, 5L));
        book.Bids.ShouldBe([(13m, 1m)]);
    }

    [Fact]
    public async Task A_depth_that_cannot_be_watched_is_refused_with_its_reason()
    {
        await using var hub = await HubClient.Connect(api, null);
        (await hub.Fail("SubscribeDepth", "NOSUCH", 5)).GetProperty("code").GetString().ShouldBe("unknown_symbol");
        (await hub.Fail("SubscribeDepth", ApiFixture.Stock, 0)).GetProperty("status").GetInt32().ShouldBe(400);
        (await hub.Fail("SubscribeDepth", ApiFixture.Stock, 1_001)).GetProperty("status").GetInt32().ShouldBe(400);
        await hub.Call("UnsubscribeDepth", ApiFixture.Stock);
    }

    private static DepthView View(long seq, decimal bid) => new("X", seq, [new DepthLevel(bid, 1m, 1)], []);

    /// <summary>Takes updates until the book equals that of REST and the condition holds.</summary>
    private async Task Follow(HubClient hub, DepthClient book, string stock, Func<bool> condition) =>
        await ApiFixture.Until(async () =>
        {
            foreach (var (name, argument) in hub.Drain())
            {
                if (name == "depth_update")
                {
                    book.Take(argument).ShouldBeTrue();
                }
            }

            var depth = (await api.Anonymous.Get($"/api/v1/market/depth/{stock}?levels={Math.Max(1, Math.Max(book.Bids.Count, book.Asks.Count))}")).Body;
            return condition() && Rows(depth, "bids").SequenceEqual(book.Bids) && Rows(depth, "asks").SequenceEqual(book.Asks);
        });

    private static IEnumerable<(decimal, decimal)> Rows(JsonElement depth, string side) =>
        depth.GetProperty(side).EnumerateArray().Select(row => (row[0].GetDecimal(), row[1].GetDecimal()));

    /// <summary>A house account of its own that places and cancels around 100 until the end.</summary>
    private async Task Trade(string stock, Random random, CancellationToken end)
    {
        var id = $"house-{Guid.NewGuid():N}";
        var house = api.Grains.GetGrain<IAccountGrain>(id);
        await house.Open(new OpenAccount(id, "USD", 0, "house"));
        while (!end.IsCancellationRequested)
        {
            var (side, distance) = (random.Next(2) == 0 ? Side.Buy : Side.Sell, random.Next(-2, 40) * 0.01m);
            await house.Place(new PlaceOrder(new OrderTerms(
                stock, side, OrderType.Limit, TimeInForce.Gtc, random.Next(1, 9), side == Side.Buy ? 100m - distance : 100m + distance, null, false, false,
                SelfTradePrevention.CancelNewest, Guid.NewGuid().ToString("N"))));
            if (random.Next(40) == 0)
            {
                await house.CancelAll(stock);
            }
        }
    }
}
