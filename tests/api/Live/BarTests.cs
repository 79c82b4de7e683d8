using System.Text.Json;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Tests.Api.Live;

/// <summary>Bars as they grow, on the hub; trades and complete bars on the plain stream.</summary>
[Collection(ApiCollection.Name)]
public sealed class BarTests(ApiFixture api)
{
    private const long Minute = 60_000;
    private static long NowMs => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public async Task The_newest_bar_comes_at_once_and_each_change_of_it_afterwards()
    {
        var stock = await api.NewStock();
        await using var hub = await HubClient.Connect(api, null);
        await hub.Call("SubscribeBars", stock, "1m");
        var at = NowMs;
        await Tick(stock, 104m, 3m, at);

        var bar = await hub.Next("bar_update");
        while (bar.GetProperty("c").GetDecimal() != 104m)
        {
            bar = await hub.Next("bar_update");
        }

        (bar.GetProperty("symbol").GetString(), bar.GetProperty("timeframe").GetString()).ShouldBe((stock, "1m"));
        (bar.GetProperty("t").GetInt64() % Minute).ShouldBe(0);
        bar.EnumerateObject().Select(p => p.Name).ShouldBe(["symbol", "timeframe", "t", "o", "h", "l", "c", "v"]);
        var chart = (await api.Anonymous.Get($"/api/v1/market/chart/{stock}?timeframe=1m")).Body.EnumerateArray().Last();
        foreach (var field in new[] { "t", "o", "h", "l", "c", "v" })
        {
            bar.GetProperty(field).GetDecimal().ShouldBe(chart.GetProperty(field).GetDecimal(), field);
        }

        await hub.Call("UnsubscribeBars", stock, "1m");
        (await hub.Fail("SubscribeBars", stock, "2m")).GetProperty("status").GetInt32().ShouldBe(400);
        (await hub.Fail("SubscribeBars", "NOSUCH", "1m")).GetProperty("code").GetString().ShouldBe("unknown_symbol");
    }

    [Fact]
    public async Task The_stream_carries_each_trade_once_and_in_order()
    {
        var stock = await api.NewStock();
        await using var stream = await StreamClient.Connect(api);
        await stream.Send(new { action = "subscribe", trades = new[] { stock } });
        var subscription = await stream.Next("subscription");
        subscription.GetProperty("trades").EnumerateArray().Select(s => s.GetString()).ShouldBe([stock]);
        subscription.GetProperty("quotes").GetArrayLength().ShouldBe(0);
        var holder = await api.Holder(stock, 2);
        var buyer = await api.NewUser();
        foreach (var price in new[] { 101m, 102m })
        {
            await holder.Limit("sell", 1, price, stock);
            await buyer.Limit("buy", 1, price, stock);
        }

        for (var i = 1; i <= 3; i++)
        {
            var trade = await stream.Next("t");
            (trade.GetProperty("S").GetString(), trade.GetProperty("i").GetInt64()).ShouldBe((stock, i));
            (trade.GetProperty("p").GetDecimal(), trade.GetProperty("s").GetDecimal()).ShouldBe((99m + i, i == 1 ? 2m : 1m));
            trade.GetProperty("t").GetDateTimeOffset().Offset.ShouldBe(TimeSpan.Zero);
        }

        await stream.Send(new { action = "unsubscribe", trades = new[] { stock } });
        (await stream.Next("subscription")).GetProperty("trades").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task The_stream_carries_each_minute_once_when_it_is_complete()
    {
        const string symbol = "BARS";
        var feed = api.Grains.GetGrain<IFeedGrain>(symbol);
        var minute = (NowMs - (3 * Minute)) / Minute * Minute;
        await using var stream = await StreamClient.Connect(api);
        await stream.Send(new { action = "subscribe", bars = new[] { symbol } });
        (await stream.Next("subscription")).GetProperty("bars").EnumerateArray().Select(s => s.GetString()).ShouldBe([symbol]);

        foreach (var (afterMs, price) in new[] { (0L, 101m), (1_000L, 103m), (2_000L, 102m), (Minute, 99m), (2 * Minute, 98m) })
        {
            await feed.Push([new Tick(minute + afterMs, price, 2m, null, null, null, null)]);
        }

        foreach (var (start, high, close, volume) in new[] { (minute, 103m, 102m, 6m), (minute + Minute, 99m, 99m, 2m) })
        {
            var bar = await stream.Next("b");
            (bar.GetProperty("S").GetString(), bar.GetProperty("t").GetDateTimeOffset().ToUnixTimeMilliseconds()).ShouldBe((symbol, start));
            (bar.GetProperty("h").GetDecimal(), bar.GetProperty("c").GetDecimal(), bar.GetProperty("v").GetDecimal()).ShouldBe((high, close, volume));
            bar.EnumerateObject().Select(p => p.Name).ShouldBe(["T", "S", "o", "h", "l", "c", "v", "t"]);
        }
    }

    [Fact]
    public async Task An_API_key_and_its_secret_sign_the_stream_in()
    {
        var user = await api.NewUser();
        var key = (await user.Post("/api/v1/auth/keys", new { name = "stream", scopes = new[] { "read" }, password = ApiFixture.Password })).Body;
        var (id, secret) = (key.GetProperty("id").GetString()!, key.GetProperty("secret").GetString()!);
        await using var stream = await StreamClient.Connect(api);
        (await stream.Fail(JsonSerializer.Serialize(new { action = "auth", key = id, secret = secret + "x" }))).ShouldBe(402);
        (await stream.Fail(JsonSerializer.Serialize(new { action = "auth", key = id }))).ShouldBe(402);

        await stream.Send(new { action = "auth", key = id, secret });

        (await stream.Next("success")).GetProperty("msg").GetString().ShouldBe("authenticated");
        (await stream.Fail(JsonSerializer.Serialize(new { action = "auth", key = id, secret }))).ShouldBe(403);
    }

    [Fact]
    public async Task The_last_24_hours_are_told_beside_the_day()
    {
        var stock = await api.NewStock();
        await Tick(stock, 110m, 5m, NowMs);

        var stats = (await api.Anonymous.Get($"/api/v1/market/stats/{stock}")).Body;

        (stats.GetProperty("last").GetDecimal(), stats.GetProperty("high").GetDecimal(), stats.GetProperty("low").GetDecimal()).ShouldBe((100m, 110m, 100m)); // it is quoted at 100
        (stats.GetProperty("to").GetInt64() - stats.GetProperty("from").GetInt64()).ShouldBeGreaterThanOrEqualTo(24 * 60 * Minute);
        (await api.Anonymous.Get("/api/v1/market/stats/NOSUCH")).ShouldBeProblem(404, "unknown_symbol");
    }

    private async Task Tick(string stock, decimal price, decimal size, long timestamp)
    {
        var answer = await api.Operator.Post("/api/v1/market/ticks", new[] { new { symbol = stock, price, size, timestamp } });
        answer.Body.GetProperty("accepted").GetInt32().ShouldBe(1, answer.Text);
    }
}
