using System.Text.Json;

namespace Bourse.Tests.Api;

/// <summary>Each advanced term by its name in the API.</summary>
[Collection(ApiCollection.Name)]
public sealed class AdvancedOrderTests(ApiFixture api)
{
    [Fact]
    public async Task A_trailing_stop_with_trail_price_follows_the_market_and_sells_when_it_turns()
    {
        var stock = await api.NewStock();
        var (user, seller) = (await api.Holder(stock, 10), await api.Holder(stock, 2));
        var placed = await user.Place(new { symbol = stock, side = "sell", type = "trailing_stop", time_in_force = "gtc", qty = "5", trail_price = "2" });
        placed.GetProperty("status").GetString().ShouldBe("held");
        placed.GetProperty("stop_price").GetString().ShouldBe("98.00");
        placed.GetProperty("trail_price").GetString().ShouldBe("2.00");
        var path = $"/api/v1/orders/{placed.GetProperty("id").GetString()}";

        await Trade(seller, stock, 105m);
        await ApiFixture.Until(async () => (await user.Get(path)).Body.GetProperty("stop_price").GetString() == "103.00");
        await (await api.NewUser()).Limit("buy", 5, 102m, stock);
        await Trade(seller, stock, 103m);

        await ApiFixture.Until(async () => (await user.Get(path)).Body.GetProperty("status").GetString() == "filled");
        (await user.Get(path)).Body.GetProperty("filled_avg_price").GetString().ShouldBe("102.00");
    }

    [Fact]
    public async Task A_trailing_stop_with_trail_percent_begins_behind_the_price()
    {
        var placed = await (await api.NewUser()).Place(
            new { symbol = ApiFixture.Stock, side = "buy", type = "trailing_stop", time_in_force = "gtc", qty = "1", trail_percent = 2.5 });

        placed.GetProperty("stop_price").GetString().ShouldBe("102.50");
        placed.GetProperty("trail_percent").GetString().ShouldBe("2.5");
    }

    [Fact]
    public async Task An_order_good_till_expire_at_ends_then_and_the_history_tells_it()
    {
        var user = await api.NewUser();
        var (expireAt, answer) = (default(DateTimeOffset), default(ApiAnswer)!);

        // One whose time is over before it is placed is refused.
        await ApiFixture.Until(async () =>
        {
            expireAt = DateTimeOffset.UtcNow.AddSeconds(1.5);
            answer = await user.Post(
                "/api/v1/orders",
                new { symbol = ApiFixture.Stock, side = "buy", type = "limit", time_in_force = "gtd", expire_at = expireAt, qty = "1", limit_price = "95" });
            return answer.Status == 201;
        });
        var placed = answer.Body;
        placed.GetProperty("time_in_force").GetString().ShouldBe("gtd");
        placed.GetProperty("expire_at").GetDateTimeOffset().ShouldBe(expireAt, TimeSpan.FromMilliseconds(1));
        var path = $"/api/v1/orders/{placed.GetProperty("id").GetString()}";

        await ApiFixture.Until(async () => (await user.Get(path)).Body.GetProperty("status").GetString() == "expired");

        (await user.Portfolio()).GetProperty("held").GetString().ShouldBe("0");
        await ApiFixture.Until(async () => (await Past(user)).GetArrayLength() == 1);
        (await Past(user))[0].GetProperty("expire_at").GetString().ShouldBe(placed.GetProperty("expire_at").GetString());
    }

    [Fact]
    public async Task An_iceberg_shows_its_display_qty_only()
    {
        var stock = await api.NewStock();
        var (user, buyer) = (await api.Holder(stock, 10), await api.NewUser());
        var placed = await user.Place(
            new { symbol = stock, side = "sell", type = "limit", time_in_force = "gtc", qty = "10", limit_price = "101", display_qty = "3" });
        placed.GetProperty("display_qty").GetString().ShouldBe("3");
        (await Asks(stock)).ShouldBe("[[101,3]]");

        await buyer.Limit("buy", 4, 101m, stock);

        (await Asks(stock)).ShouldBe("[[101,2]]");
        (await user.Get($"/api/v1/orders/{placed.GetProperty("id").GetString()}")).Body.GetProperty("filled_qty").GetString().ShouldBe("4");
    }

    [Theory]
    [InlineData("""{"type":"limit","time_in_force":"gtc","limit_price":95,"display_qty":3}""", "invalid_display_qty")]
    [InlineData("""{"type":"market","time_in_force":"ioc","display_qty":1}""", "invalid_display_qty")]
    [InlineData("""{"type":"limit","time_in_force":"gtd","limit_price":95}""", "invalid_expire_at")]
    [InlineData("""{"type":"limit","time_in_force":"gtd","limit_price":95,"expire_at":"2020-01-01T00:00:00Z"}""", "invalid_expire_at")]
    [InlineData("""{"type":"limit","time_in_force":"gtc","limit_price":95,"expire_at":"2120-01-01T00:00:00Z"}""", "invalid_expire_at")]
    [InlineData("""{"type":"limit","time_in_force":"gtc","limit_price":95,"trail_price":1}""", "invalid_trail")]
    [InlineData("""{"type":"trailing_stop","time_in_force":"gtc","trail_price":1,"trail_percent":1}""", "invalid_trail")]
    [InlineData("""{"type":"trailing_stop","time_in_force":"gtc","trail_percent":100}""", "invalid_trail")]
    public async Task Terms_that_do_not_fit_the_order_are_refused(string order, string code)
    {
        var user = await api.SharedUser();
        var before = await user.State();

        var answer = await user.SendRaw(HttpMethod.Post, "/api/v1/orders", order.Replace("{\"type\"", "{\"symbol\":\"TEST\",\"side\":\"buy\",\"qty\":2,\"type\""));

        answer.ShouldBeProblem(422, code);
        (await user.State()).ShouldBe(before);
    }

    [Fact]
    public async Task Validate_says_what_would_happen_and_places_nothing()
    {
        var stock = await api.NewStock();
        var (user, seller) = (await api.NewUser(), await api.Holder(stock, 5));
        await seller.Limit("sell", 2, 100m, stock);
        await seller.Limit("sell", 3, 101m, stock);
        object Order(string type, string tif, string qty, string? limit) => new { symbol = stock, side = "buy", type, time_in_force = tif, qty, limit_price = limit };

        var limit = (await user.Post("/api/v1/orders?validate=true", Order("limit", "gtc", "10", "101"))).Body;
        limit.GetProperty("fill_qty").GetString().ShouldBe("5");
        limit.GetProperty("fill_avg_price").GetString().ShouldBe("100.60");
        limit.GetProperty("reserved").GetString().ShouldBe("1010");
        limit.GetProperty("reserved_asset").GetString().ShouldBe("USD");
        limit.GetProperty("order").GetProperty("status").GetString().ShouldBe("pending_new");
        var market = (await user.Post("/api/v1/orders?validate=true", Order("market", "ioc", "1", null))).Body;
        market.GetProperty("worst_price").GetString().ShouldBe("110.00");
        var fok = (await user.Post("/api/v1/orders?validate=true", Order("limit", "fok", "6", "101"))).Body;
        fok.GetProperty("fill_qty").GetString().ShouldBe("0");
        (await user.Post("/api/v1/orders?validate=true", Order("limit", "gtc", "10", "150"))).ShouldBeProblem(422, "price_collar");
        (await user.Post("/api/v1/orders?validate=perhaps", Order("limit", "gtc", "1", "95"))).ShouldBeProblem(400, "malformed");

        (await user.OpenOrders()).ShouldBeEmpty();
        (await user.Portfolio()).GetProperty("held").GetString().ShouldBe("0");
    }

    [Fact]
    public async Task CancelAllAfter_cancels_unless_it_is_set_anew_or_off()
    {
        var user = await api.NewUser();
        await using var hub = await HubClient.Connect(api, user.AccessToken);
        await user.Limit("buy", 1, 95m);
        await user.Limit("buy", 1, 94m);

        (await hub.Call("CancelAllAfter", 600)).GetProperty("cancel_at").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddMinutes(5));
        (await hub.Call("CancelAllAfter", 0)).GetProperty("cancel_at").ValueKind.ShouldBe(JsonValueKind.Null);
        (await user.OpenOrders()).Count.ShouldBe(2);
        await hub.Call("CancelAllAfter", 1);
        await ApiFixture.Until(async () => (await user.OpenOrders()).Count == 0);

        // Thrown once, it is off.
        await user.Limit("buy", 1, 95m);
        (await user.OpenOrders()).Count.ShouldBe(1);
        foreach (object? wrong in (object?[])[-1, 86_401, "5", null, 1.5])
        {
            (await hub.Fail("CancelAllAfter", wrong)).GetProperty("code").GetString().ShouldBe("malformed");
        }
    }

    private static async Task<JsonElement> Past(ApiUser user) => (await user.Get("/api/v1/orders?status=closed")).Body.GetProperty("items");

    private async Task<string> Asks(string stock) =>
        (await api.Anonymous.Get($"/api/v1/market/depth/{stock}?levels=5")).Body.GetProperty("asks").GetRawText();

    /// <summary>Two others trade one share.</summary>
    private async Task Trade(ApiUser seller, string stock, decimal price)
    {
        await seller.Limit("sell", 1, price, stock);
        await (await api.NewUser()).Limit("buy", 1, price, stock);
    }
}
