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
        var expireAt = DateTimeOffset.UtcNow.AddSeconds(1.5);
        var placed = await user.Place(
            new { symbol = ApiFixture.Stock, side = "buy", type = "limit", time_in_force = "gtd", expire_at = expireAt, qty = "1", limit_price = "95" });
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
