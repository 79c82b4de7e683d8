using System.Text.Json;

namespace Bourse.Tests.Api;

/// <summary>Each order type, time in force and instruction by its name in the API.</summary>
[Collection(ApiCollection.Name)]
public sealed class OrderTypeTests(ApiFixture api)
{
    [Fact]
    public async Task A_market_order_takes_what_there_is_and_the_rest_of_it_is_cancelled()
    {
        var stock = await api.NewStock();
        await (await api.Holder(stock, 3)).Limit("sell", 3, 101m, stock);
        var order = await (await api.NewUser()).Place(Order(stock, "market", "gtc", 5));
        Told(order).ShouldBe("canceled 3 101.00 no_liquidity");
    }

    [Fact]
    public async Task A_market_order_pays_no_more_than_its_protection_price()
    {
        var stock = await api.NewStock();
        var seller = await api.Holder(stock, 5);
        await seller.Limit("sell", 3, 101m, stock);
        await seller.Limit("sell", 2, 150m, stock);
        var order = await (await api.NewUser()).Place(Order(stock, "market", "gtc", 5));
        Told(order).ShouldBe("canceled 3 101.00 protection_price");
    }

    [Fact]
    public async Task Terms_that_do_not_fit_each_other_and_a_quantity_that_has_filled_are_refused()
    {
        var stock = await api.NewStock();
        var (user, buyer) = (await api.Holder(stock, 5), await api.NewUser());
        (await user.Post("/api/v1/orders", new { symbol = stock, side = "buy", type = "limit", time_in_force = "ioc", qty = "1", limit_price = "99", post_only = true }))
            .ShouldBeProblem(422, "invalid_order");
        var id = (await user.Limit("sell", 5, 101m, stock)).GetProperty("id").GetString();
        await buyer.Limit("buy", 2, 101m, stock);

        await ApiFixture.Until(async () => await Filled(user, id!) == 2);
        (await user.Patch($"/api/v1/orders/{id}", new { qty = "2" })).ShouldBeProblem(422, "invalid_qty");
        (await user.Patch($"/api/v1/orders/{id}", new { qty = "3" })).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("stop", "filled 2 102.00 ")]
    [InlineData("stop_limit", "new 0  ")]
    public async Task A_stop_waits_for_its_stop_price(string type, string told)
    {
        var stock = await api.NewStock();
        var (user, seller) = (await api.NewUser(), await api.Holder(stock, 5));
        var placed = await user.Place(Order(stock, type, "gtc", 2, type == "stop" ? null : "101.50", "101"));
        placed.GetProperty("status").GetString().ShouldBe("held");
        await seller.Limit("sell", 4, 102m, stock);
        await seller.Limit("sell", 1, 101m, stock);
        await (await api.NewUser()).Limit("buy", 1, 101m, stock);

        var path = $"/api/v1/orders/{placed.GetProperty("id").GetString()}";
        await ApiFixture.Until(async () => Told((await user.Get(path)).Body) == told);
    }

    [Theory]
    [InlineData("ioc", "canceled 3 101.00 ioc_remainder")]
    [InlineData("fok", "canceled 0  fok_not_fillable")]
    [InlineData("day", "partially_filled 3 101.00 ")]
    [InlineData("gtc", "partially_filled 3 101.00 ")]
    public async Task A_limit_order_that_does_not_fill_whole_ends_as_its_time_in_force_says(string tif, string told)
    {
        var stock = await api.NewStock();
        await (await api.Holder(stock, 3)).Limit("sell", 3, 101m, stock);
        Told(await (await api.NewUser()).Place(Order(stock, "limit", tif, 5, "101"))).ShouldBe(told);
    }

    [Theory]
    [InlineData("cancel_newest", "rejected", "new")]
    [InlineData("cancel_oldest", "new", "canceled")]
    [InlineData("cancel_both", "canceled", "canceled")]
    public async Task Of_two_orders_of_one_account_that_would_trade_with_each_other_one_gives_way(string prevention, string newest, string oldest)
    {
        var stock = await api.NewStock();
        var user = await api.Holder(stock, 5);
        var old = await user.Limit("sell", 5, 101m, stock);
        var answer = await user.Post("/api/v1/orders", new
        {
            symbol = stock, side = "buy", type = "limit", time_in_force = "gtc", qty = "5", limit_price = "101", self_trade_prevention = prevention,
        });

        if (newest == "rejected")
        {
            answer.ShouldBeProblem(422, "self_trade");
        }
        else
        {
            answer.Body.GetProperty("status").GetString().ShouldBe(newest);
        }

        (await user.Get($"/api/v1/orders/{old.GetProperty("id").GetString()}")).Body.GetProperty("status").GetString().ShouldBe(oldest);
    }

    [Theory]
    [InlineData("2", "101", "0")]
    [InlineData("4", "101", "2")]
    [InlineData("3", "101", "0")]
    public async Task A_replace_keeps_its_place_unless_the_quantity_grows(string qty, string limit, string filledOfTheOther)
    {
        var stock = await api.NewStock();
        var (first, second) = (await api.Holder(stock, 5), await api.Holder(stock, 5));
        var id = (await first.Limit("sell", 3, 101m, stock)).GetProperty("id").GetString();
        var other = (await second.Limit("sell", 5, 101m, stock)).GetProperty("id").GetString();
        (await first.Patch($"/api/v1/orders/{id}", new { qty, limit_price = limit })).Status.ShouldBe(200);

        await (await api.NewUser()).Limit("buy", 2, 101m, stock);

        await ApiFixture.Until(async () => await Filled(first, id!) + await Filled(second, other!) == 2);
        (await second.Get($"/api/v1/orders/{other}")).Body.GetProperty("filled_qty").GetString().ShouldBe(filledOfTheOther);
    }

    [Fact]
    public async Task A_reduce_only_order_never_goes_beyond_the_position_as_long_as_it_stands()
    {
        var stock = await api.NewStock();
        var user = await api.Holder(stock, 5);
        object Sell(int qty) => new { symbol = stock, side = "sell", type = "limit", time_in_force = "gtc", qty = $"{qty}", limit_price = "101", reduce_only = true };
        (await user.Post("/api/v1/orders", Sell(6))).ShouldBeProblem(422, "reduce_only");
        (await user.Post("/api/v1/orders", Sell(4))).Status.ShouldBe(201);
        (await user.Post("/api/v1/orders", Order(stock, "limit", "gtc", 2, "101", side: "sell"))).ShouldBeProblem(422, "reduce_only");
        (await user.Post("/api/v1/orders", Order(stock, "limit", "gtc", 1, "101", side: "sell"))).Status.ShouldBe(201);
        (await user.Post("/api/v1/orders", Order(stock, "limit", "gtc", 2, "99"))).Status.ShouldBe(201);
    }

    [Theory]
    [InlineData("max_notional", "max_notional")]
    [InlineData("max_position", "max_position")]
    [InlineData("max_open_orders", "max_open_orders")]
    public async Task A_limit_of_the_account_refuses_with_its_name(string limit, string code)
    {
        var user = await api.NewUser();
        (await api.Operator.Put(
            "/api/v1/risk/limits", new Dictionary<string, object> { ["account_id"] = user.UserId, [limit] = 1, ["reason"] = "small" })).Status.ShouldBe(200);
        var order = Order(ApiFixture.Stock, "limit", "gtc", 1, "95");
        await ApiFixture.Until(async () => (await user.Post("/api/v1/orders", limit == "max_position" ? Order(ApiFixture.Stock, "limit", "gtc", 2, "95") : order)).Code == code);
    }

    private static object Order(string symbol, string type, string tif, int qty, string? limit = null, string? stop = null, string side = "buy") =>
        new { symbol, side, type, time_in_force = tif, qty = $"{qty}", limit_price = limit, stop_price = stop };

    private static string Told(JsonElement order) =>
        $"{order.GetProperty("status").GetString()} {order.GetProperty("filled_qty").GetString()} {order.GetProperty("filled_avg_price").GetString()} {order.GetProperty("reject_code").GetString()}";

    private static async Task<decimal> Filled(ApiUser user, string id) => decimal.Parse(
        (await user.Get($"/api/v1/orders/{id}")).Body.GetProperty("filled_qty").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
}
