using System.Text.Json;

namespace Bourse.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class MarketTests(ApiFixture api)
{
    [Fact]
    public async Task Reading_the_market_needs_no_sign_in()
    {
        var quote = await api.Anonymous.Get("/api/v1/market/quote/TEST");
        quote.Status.ShouldBe(200);
        quote.Body.GetProperty("price").GetDecimal().ShouldBe(100m);
        quote.Body.GetProperty("bid").ValueKind.ShouldBe(JsonValueKind.Number);
        quote.Body.GetProperty("timestamp").GetInt64().ShouldBeGreaterThan(1_600_000_000_000);
        foreach (var path in (string[])["trades/TEST", "depth/TEST?levels=5", "chart/TEST?timeframe=1m", "instruments", "instruments/TEST", "search?q=test", "under-100", "clock", "calendar"])
        {
            var answer = await api.Anonymous.Get("/api/v1/market/" + path);
            answer.Status.ShouldBe(200, path + answer.Text);
            answer.Headers.GetValues("X-RateLimit-Remaining").ShouldNotBeEmpty();
        }
    }

    [Theory]
    [InlineData("TST%2FUSD"), InlineData("TST-USD"), InlineData("tst-usd"), InlineData("tst%2fusd")]
    public async Task A_symbol_with_a_slash_is_written_in_two_ways(string symbol) =>
        (await api.Anonymous.Get("/api/v1/market/quote/" + symbol)).Body.GetProperty("symbol").GetString().ShouldBe(ApiFixture.Coin);

    [Fact]
    public async Task Depth_shows_levels_best_first()
    {
        var stock = await api.NewStock();
        var user = await api.Holder(stock, 10);
        await user.Limit("buy", 1, 98m, stock);
        await user.Limit("buy", 2, 99m, stock);
        await user.Limit("sell", 3, 101m, stock);

        var depth = (await api.Anonymous.Get($"/api/v1/market/depth/{stock}?levels=10")).Body;

        depth.GetProperty("bids").ToString().ShouldBe("[[99,2],[98,1]]");
        depth.GetProperty("asks").ToString().ShouldBe("[[101,3]]");
    }

    [Fact]
    public async Task Trades_and_bars_show_what_was_traded()
    {
        var stock = await api.NewStock();
        await api.Holder(stock, 7);

        await ApiFixture.Until(async () => (await api.Anonymous.Get($"/api/v1/market/trades/{stock}")).Body.GetProperty("items").GetArrayLength() > 0);
        var trade = (await api.Anonymous.Get($"/api/v1/market/trades/{stock}")).Body.GetProperty("items")[0];
        trade.GetProperty("qty").GetDecimal().ShouldBe(7);
        trade.GetProperty("side").GetString().ShouldBe("buy");
        var bars = (await api.Anonymous.Get($"/api/v1/market/chart/{stock}?timeframe=1d&price=trade")).Body;
        bars.GetArrayLength().ShouldBe(1);
        bars[0].GetProperty("c").GetDecimal().ShouldBe(100m);
        bars[0].EnumerateObject().Select(p => p.Name).ShouldBe(["t", "o", "h", "l", "c", "v"]);
    }

    [Fact]
    public async Task The_catalogue_is_answered_only_when_it_has_changed()
    {
        var first = await api.Anonymous.Get("/api/v1/market/instruments");
        var tag = first.Headers.ETag!.ToString();
        var again = await api.Anonymous.Send(HttpMethod.Get, "/api/v1/market/instruments", null, ("If-None-Match", tag));
        again.Status.ShouldBe(304);
        again.Text.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_catalogue_is_read_page_by_page()
    {
        var all = new List<string>();
        string? token = null;
        do
        {
            var page = (await api.Anonymous.Get($"/api/v1/market/instruments?limit=50{(token is null ? "" : "&after=" + Uri.EscapeDataString(token))}")).Body;
            all.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("symbol").GetString()!));
            token = page.GetProperty("next_page_token").GetString();
        }
        while (token is not null);
        all.ShouldContain(ApiFixture.Coin);
        all.ShouldBe(all.Distinct());
    }

    [Fact]
    public async Task Cheap_instruments_are_listed_with_their_price()
    {
        var items = (await api.Anonymous.Get("/api/v1/market/under-100?asset_type=crypto")).Body.GetProperty("items");
        items.GetArrayLength().ShouldBe(1);
        items[0].GetProperty("symbol").GetString().ShouldBe(ApiFixture.Coin);
        items[0].GetProperty("price").GetDecimal().ShouldBe(10m);
    }

    [Fact]
    public async Task The_clock_and_the_calendar_tell_sessions()
    {
        var clock = (await api.Anonymous.Get("/api/v1/market/clock?calendar=always")).Body;
        clock.GetProperty("is_open").GetBoolean().ShouldBeTrue();
        var week = (await api.Anonymous.Get("/api/v1/market/calendar?start=2026-06-29&end=2026-07-05")).Body.GetProperty("items");
        // Friday, July 3 is the holiday for Saturday, July 4.
        week.EnumerateArray().Select(s => s.GetProperty("date").GetString()).ShouldBe(["2026-06-29", "2026-06-30", "2026-07-01", "2026-07-02"]);
    }

    [Fact]
    public async Task Who_pushes_ticks_is_told_what_became_of_each()
    {
        var (stock, other) = (await api.NewStock(), await api.NewStock());
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        object[] batch =
        [
            new { symbol = stock, price = 101m, size = 2m, timestamp = now }, new { symbol = other, price = 5_000m, timestamp = now },
            new { symbol = stock, price = 100m, size = 1m, timestamp = now - 20_000 }, new { symbol = stock, price = 100m, timestamp = now + 3_600_000 },
        ];

        var told = (await api.Operator.Post("/api/v1/market/ticks", batch)).Body;
        (told.GetProperty("accepted").GetInt32(), told.GetProperty("late").GetInt32(), told.GetProperty("duplicate").GetInt32()).ShouldBe((1, 1, 0));
        told.GetProperty("refused_count").GetInt32().ShouldBe(2);
        told.GetProperty("refused").EnumerateArray().Select(r => (r.GetProperty("index").GetInt32(), r.GetProperty("symbol").GetString(), r.GetProperty("code").GetString()))
            .ShouldBe([(1, other, "absurd"), (3, stock, "future")]);
        (await api.Operator.Post("/api/v1/market/ticks", batch)).Body.GetProperty("duplicate").GetInt32().ShouldBe(2);
        (await api.Anonymous.Get($"/api/v1/market/quote/{stock}")).Body.GetProperty("volume").GetDecimal().ShouldBe(4m);
    }

    [Fact]
    public async Task Only_a_feed_pushes_ticks()
    {
        var tick = new[] { new { symbol = "TEST", price = 1m } };
        (await api.Anonymous.Post("/api/v1/market/ticks", tick)).ShouldBeProblem(401, "unauthorized");
        (await (await api.NewUser()).Post("/api/v1/market/ticks", tick)).ShouldBeProblem(403, "forbidden");
        (await api.Operator.Post("/api/v1/market/ticks", new[] { new { symbol = "NOPE", price = 1m } })).ShouldBeProblem(422, "unknown_symbol");
        (await api.Operator.Post("/api/v1/market/ticks", new[] { new { symbol = "TEST", price = -1m } })).ShouldBeProblem(400, "malformed");
        (await api.Operator.Post("/api/v1/market/ticks", new[] { new { symbol = "TEST" } })).ShouldBeProblem(400, "malformed");
    }

    [Fact]
    public async Task Health_and_the_description_of_the_api_are_served()
    {
        (await api.Anonymous.Get("/health/live")).Status.ShouldBe(200);
        var ready = await api.Anonymous.Get("/health/ready");
        ready.Status.ShouldBe(200, ready.Text);
        var openApi = await api.Anonymous.Get("/openapi/v1.json");
        openApi.Status.ShouldBe(200, openApi.Text);
        openApi.Body.GetProperty("paths").TryGetProperty("/api/v1/orders", out var orders).ShouldBeTrue();
        orders.TryGetProperty("post", out _).ShouldBeTrue();
    }
}
