using System.Text.Json;

namespace Bourse.Tests.Api;

/// <summary>Order groups by their names in the API.</summary>
[Collection(ApiCollection.Name)]
public sealed class OrderGroupTests(ApiFixture api)
{
    [Fact]
    public async Task A_bracket_buys_and_its_take_profit_sells_while_the_stop_loss_goes()
    {
        var stock = await api.NewStock();
        var (user, seller, buyer) = (await api.NewUser(), await api.Holder(stock, 10), await api.NewUser());
        var placed = await user.Place(Bracket(stock));
        placed.GetProperty("order_class").GetString().ShouldBe("bracket");
        Legs(placed).ShouldBe(["limit held 10 105.00/", "stop held 10 /95.00"]);
        var path = $"/api/v1/orders/{placed.GetProperty("id").GetString()}";

        await seller.Limit("sell", 4, 100m, stock);
        await ApiFixture.Until(async () => Legs(await Get(user, path)) is ["limit new 4 105.00/", "stop held 4 /95.00"]);
        await seller.Limit("sell", 6, 100m, stock);
        await ApiFixture.Until(async () => Legs(await Get(user, path)) is ["limit new 10 105.00/", "stop held 10 /95.00"]);
        await buyer.Limit("buy", 10, 105m, stock);

        await ApiFixture.Until(async () => Legs(await Get(user, path)) is ["limit filled 10 105.00/", "stop canceled 10 /95.00"]);
        (await user.Portfolio()).GetProperty("cash").GetString().ShouldBe("100050");
        await ApiFixture.Until(async () => (await user.Get("/api/v1/orders?status=closed")).Body.GetProperty("items").GetArrayLength() == 3);
        var nested = (await user.Get("/api/v1/orders?status=closed&nested=true")).Body.GetProperty("items");
        nested.GetArrayLength().ShouldBe(1);
        Legs(nested[0]).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_bracket_whose_stop_loss_is_reached_sells_there_and_the_take_profit_goes()
    {
        var stock = await api.NewStock();
        var (user, seller, buyer) = (await api.NewUser(), await api.Holder(stock, 12), await api.NewUser());
        await seller.Limit("sell", 10, 100m, stock);
        var placed = await user.Place(Bracket(stock));
        placed.GetProperty("status").GetString().ShouldBe("filled");
        await buyer.Limit("buy", 20, 95m, stock);

        await seller.Limit("sell", 1, 95m, stock);

        await ApiFixture.Until(async () =>
            Legs(await Get(user, $"/api/v1/orders/{placed.GetProperty("id").GetString()}")) is ["limit canceled 10 105.00/", "stop filled 10 /95.00"]);
    }

    [Fact]
    public async Task An_oco_order_sells_at_one_price_or_the_other_and_holds_its_units_once()
    {
        var stock = await api.NewStock();
        var (user, buyer) = (await api.Holder(stock, 10), await api.NewUser());
        var placed = await user.Place(new
        {
            symbol = stock, side = "sell", type = "limit", time_in_force = "gtc", qty = "10", order_class = "oco",
            take_profit = new { limit_price = "105" }, stop_loss = new { stop_price = "95", limit_price = "94" },
        });
        placed.GetProperty("limit_price").GetString().ShouldBe("105.00");
        Legs(placed).ShouldBe(["stop_limit held 10 94.00/95.00"]);
        (await user.Post("/api/v1/orders", new { symbol = stock, side = "sell", type = "limit", time_in_force = "gtc", qty = "1", limit_price = "110" }))
            .ShouldBeProblem(422, "insufficient_position");

        await buyer.Limit("buy", 3, 105m, stock);
        var path = $"/api/v1/orders/{placed.GetProperty("id").GetString()}";
        await ApiFixture.Until(async () => Legs(await Get(user, path)) is ["stop_limit held 7 94.00/95.00"]);
        (await user.Delete(path)).Status.ShouldBe(204);

        (await user.OpenOrders()).ShouldBeEmpty();
        (await user.Post("/api/v1/orders", new { symbol = stock, side = "sell", type = "limit", time_in_force = "gtc", qty = "7", limit_price = "110" })).Status.ShouldBe(201);
    }

    [Fact]
    public async Task An_oto_order_has_one_leg_and_cancelling_that_ends_the_group()
    {
        var stock = await api.NewStock();
        var user = await api.NewUser();
        var placed = await user.Place(new
        {
            symbol = stock, side = "buy", type = "limit", time_in_force = "day", qty = "10", limit_price = "99", order_class = "oto", stop_loss = new { stop_price = "95" },
        });
        var leg = placed.GetProperty("legs")[0].GetProperty("id").GetString();
        (await user.Patch($"/api/v1/orders/{leg}", new { stop_price = "96" })).ShouldBeProblem(422, "leg_not_active");
        (await user.Get("/api/v1/orders?status=open&nested=true")).Body.GetProperty("items").GetArrayLength().ShouldBe(1);

        (await user.Delete($"/api/v1/orders/{leg}")).Status.ShouldBe(204);

        await ApiFixture.Until(async () => (await user.OpenOrders()).Count == 0);
        (await user.Portfolio()).GetProperty("held").GetString().ShouldBe("0");
    }

    [Fact]
    public async Task Prices_of_legs_are_replaced_and_the_quantity_of_a_group_is_not()
    {
        var stock = await api.NewStock();
        var (user, seller) = (await api.NewUser(), await api.Holder(stock, 10));
        await seller.Limit("sell", 10, 100m, stock);
        var placed = await user.Place(Bracket(stock));
        var (profit, loss) = (placed.GetProperty("legs")[0].GetProperty("id").GetString(), placed.GetProperty("legs")[1].GetProperty("id").GetString());

        var replaced = await user.Patch($"/api/v1/orders/{profit}", new { limit_price = "106" });
        replaced.Status.ShouldBe(200, replaced.Text);
        replaced.Body.GetProperty("limit_price").GetString().ShouldBe("106.00");
        (await user.Patch($"/api/v1/orders/{loss}", new { stop_price = "96" })).Status.ShouldBe(200);
        (await user.Patch($"/api/v1/orders/{loss}", new { stop_price = "107" })).ShouldBeProblem(422, "invalid_stop_loss");
        (await user.Patch($"/api/v1/orders/{profit}", new { qty = "5" })).ShouldBeProblem(422, "invalid_order_class");
    }

    [Fact]
    public async Task The_order_channel_tells_of_legs()
    {
        var stock = await api.NewStock();
        var (user, seller) = (await api.NewUser(), await api.Holder(stock, 10));
        await using var hub = await HubClient.Connect(api, user.AccessToken);
        await hub.Call("SubscribeOrders", 0);
        await seller.Limit("sell", 4, 100m, stock);
        await user.Place(Bracket(stock));

        var updates = new List<string>();
        while (updates.Count < 4)
        {
            var update = await hub.Next("order_update");
            updates.Add($"{update.GetProperty("event").GetString()} {update.GetProperty("order").GetProperty("type").GetString()} {update.GetProperty("order").GetProperty("side").GetString()}");
        }

        updates.ShouldBe(["new limit buy", "partial_fill limit buy", "new limit sell", "new stop sell"]);
    }

    private static object Bracket(string stock) => new
    {
        symbol = stock, side = "buy", type = "limit", time_in_force = "gtc", qty = "10", limit_price = "100", order_class = "bracket",
        take_profit = new { limit_price = "105" }, stop_loss = new { stop_price = "95" },
    };

    private static async Task<JsonElement> Get(ApiUser user, string path) => (await user.Get(path)).Body;

    private static List<string> Legs(JsonElement order) => [.. order.GetProperty("legs").EnumerateArray().Select(l =>
        $"{l.GetProperty("type").GetString()} {l.GetProperty("status").GetString()} {l.GetProperty("qty").GetString()} "
        + $"{l.GetProperty("limit_price").GetString()}/{l.GetProperty("stop_price").GetString()}")];
}
