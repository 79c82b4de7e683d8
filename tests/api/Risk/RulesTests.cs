using System.Text.Json;

namespace Bourse.Tests.Api.Risk;

/// <summary>The limits that few accounts have, each by its field's name; a new user has 100,000 USD and a new stock is at 100, without fees.</summary>
[Collection(ApiCollection.Name)]
public sealed class RulesTests(ApiFixture api)
{
    [Fact]
    public async Task Margin_lets_an_account_buy_for_more_than_its_cash()
    {
        var (user, stock) = (await api.NewUser(), await api.NewStock());
        (await Buy(user, stock, 1_500)).ShouldBeProblem(422, "insufficient_funds");

        var set = await Set(user, new { margin = new { stock = new { initial = "0.5", maintenance = "0.25" } } });

        set.GetProperty("margin").GetProperty("stock").GetProperty("initial").GetString().ShouldBe("0.5");
        set.GetProperty("margin").GetProperty("crypto").GetProperty("initial").GetString().ShouldBe("1");
        await ApiFixture.Until(async () => (await Buy(user, stock, 1_500)).Status == 201);
        (await Buy(user, stock, 501)).ShouldBeProblem(422, "insufficient_funds");
        var portfolio = (await user.Get("/api/v1/portfolio")).Body;
        portfolio.GetProperty("initial_margin").GetString().ShouldBe("75000");
        portfolio.GetProperty("maintenance_margin").GetString().ShouldBe("0");
        portfolio.GetProperty("buying_power").GetString().ShouldBe("50000");
        (await (await api.NewUser()).Get("/api/v1/portfolio")).Body.GetProperty("initial_margin").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Max_gross_exposure_bounds_positions_and_open_orders_together()
    {
        var (user, stock, other) = (await api.NewUser(), await api.NewStock(), await api.NewStock());
        await Set(user, new { max_gross_exposure = "1000" });

        await UntilRefused(user, stock, 11, "max_gross_exposure");
        (await Buy(user, stock, 6)).Status.ShouldBe(201);
        (await Buy(user, other, 5)).ShouldBeProblem(422, "max_gross_exposure");
        (await Buy(user, other, 4)).Status.ShouldBe(201);
    }

    [Fact]
    public async Task Max_orders_per_second_bounds_how_many_are_placed_within_a_second()
    {
        var (user, stock) = (await api.NewUser(), await api.NewStock());
        await Set(user, new { max_orders_per_second = 0 });

        await UntilRefused(user, stock, 1, "order_rate");
        await Set(user, new { max_orders_per_second = 2 });
        await ApiFixture.Until(async () => (await Buy(user, stock, 1)).Status == 201);
        (await Bracket(user, stock, "buy", 100, 110, 90)).ShouldBeProblem(422, "order_rate"); // three orders
    }

    [Fact]
    public async Task Daily_loss_limit_lets_only_reducing_orders_through_and_cancels_what_was_open()
    {
        var stock = await api.NewStock();
        var user = await api.Holder(stock, 100);
        await Set(user, new { daily_loss_limit = "500" });
        var waiting = await user.Limit("buy", 1, 80m, stock);

        await api.Tick(stock, 94m);

        await ApiFixture.Until(async () => (await user.Get("/api/v1/portfolio")).Body.GetProperty("restricted_by").GetString() == "daily_loss_limit");
        await ApiFixture.Until(async () => (await user.OpenOrders()).Count == 0);
        (await user.Get($"/api/v1/orders/{waiting.GetProperty("id").GetString()}")).Body.GetProperty("status").GetString().ShouldBe("canceled");
        (await Buy(user, stock, 1, 80)).ShouldBeProblem(422, "daily_loss_limit");
        (await user.Limit("sell", 100, 99m, stock)).GetProperty("status").GetString().ShouldBe("new");
        await Set(user, new { clear = new[] { "daily_loss_limit" } });
        await ApiFixture.Until(async () => (await Buy(user, stock, 1, 80)).Status == 201);
    }

    [Fact]
    public async Task Max_day_trades_stops_what_opens_a_position_after_so_many()
    {
        var (user, stock) = (await api.NewUser(), await api.NewStock());
        await Set(user, new { max_day_trades = 0 });

        await UntilRefused(user, stock, 1, "pattern_day_trader");
    }

    [Fact]
    public async Task Prevent_wash_trades_refuses_what_could_meet_the_accounts_own_order()
    {
        var stock = await api.NewStock();
        var user = await api.Holder(stock, 10);
        await Set(user, new { prevent_wash_trades = true });
        (await Buy(user, stock, 1, 95)).Status.ShouldBe(201);

        await ApiFixture.Until(async () => (await Sell(user, stock, 1, 95)).Code == "wash_trade");
        (await Sell(user, stock, 1, 96)).Status.ShouldBe(201);
        (await Bracket(user, stock, "sell", 97, 96, 105)).ShouldBeProblem(422, "wash_trade"); // its leg would meet the order that sells at 96
        (await Bracket(user, stock, "buy", 94, 102, 90)).Status.ShouldBe(201);
        (await Buy(user, stock, 1, 102)).ShouldBeProblem(422, "wash_trade"); // the leg waits
    }

    [Fact]
    public async Task Where_a_position_may_only_be_made_smaller_no_leg_opens_it_again()
    {
        var stock = await api.NewStock();
        var user = await api.Holder(stock, 10);
        (await api.Operator.Post("/api/v1/risk/kill-switch", new { scope = "account", id = user.UserId, state = "reducing", reason = "a look" })).Status.ShouldBe(200);

        await UntilRefused(user, stock, 1, "reduce_only");
        (await Bracket(user, stock, "sell", 101, 95, 110)).ShouldBeProblem(422, "reduce_only");
        (await Sell(user, stock, 1, 101)).Status.ShouldBe(201);
    }

    [Fact]
    public async Task User_class_puts_an_account_under_its_restricted_list()
    {
        var stock = await api.NewStock();
        var (staff, outsider) = (await api.Holder(stock, 10), await api.NewUser());
        await Set(staff, new { user_class = "desk_staff" });

        var list = await api.Operator.Put("/api/v1/risk/restricted", new { user_class = "desk_staff", symbols = new[] { stock }, reason = "a deal" });

        list.Status.ShouldBe(200, list.Text);
        await UntilRefused(staff, stock, 1, "restricted_symbol");
        (await Sell(staff, stock, 10, 105)).Status.ShouldBe(201);
        (await Buy(outsider, stock, 1)).Status.ShouldBe(201);
        (await api.Operator.Get("/api/v1/risk/restricted")).Text.ShouldContain("desk_staff");
        (await staff.Get("/api/v1/risk/restricted")).ShouldBeProblem(403, "forbidden");
        (await api.Operator.Put("/api/v1/risk/restricted", new { user_class = "desk_staff", symbols = Array.Empty<string>(), reason = "over" })).Status.ShouldBe(200);
        await ApiFixture.Until(async () => (await Buy(staff, stock, 1)).Status == 201);
    }

    [Fact]
    public async Task Allow_short_has_what_is_short_backed_and_locates_bound_it()
    {
        var (user, stock) = (await api.NewUser(), await api.NewStock());
        (await Sell(user, stock, 1, 101)).ShouldBeProblem(422, "insufficient_position");
        await Set(user, new { allow_short = true });
        await ApiFixture.Until(async () => (await Sell(user, stock, 10, 101)).Status == 201);
        (await Sell(user, stock, 1_000, 101)).ShouldBeProblem(422, "insufficient_funds");

        await Set(user, new { locates = new Dictionary<string, string> { [stock] = "15" } });

        await ApiFixture.Until(async () => (await Sell(user, stock, 6, 101)).Code == "locate_required");
        (await Sell(user, stock, 5, 101)).Status.ShouldBe(201);
    }

    [Fact]
    public async Task An_instrument_takes_orders_while_the_clock_says_that_its_market_is_open()
    {
        var user = await api.NewUser();
        (await Buy(user, "CLOSED", 1)).ShouldBeProblem(422, "market_closed");
        bool before, after;
        ApiAnswer answer;
        do
        {
            before = await IsOpen();
            answer = await Buy(user, "NYSE", 1);
            after = await IsOpen();
        }
        while (before != after);

        (answer.Code != "market_closed").ShouldBe(before, answer.Text);

        async Task<bool> IsOpen() => (await api.Anonymous.Get("/api/v1/market/clock?calendar=us-equity")).Body.GetProperty("is_open").GetBoolean();
    }

    [Fact]
    public async Task A_rule_out_of_bounds_is_malformed_and_none_stays_none()
    {
        var user = await api.NewUser();
        (await Put(user, new { daily_loss_limit = "0" })).ShouldBeProblem(400, "malformed");
        (await Put(user, new { max_orders_per_second = 1_001 })).ShouldBeProblem(400, "malformed");
        (await Put(user, new { max_day_trades = -1 })).ShouldBeProblem(400, "malformed");
        (await Put(user, new { user_class = "<script>" })).ShouldBeProblem(400, "malformed");
        (await Put(user, new { margin = new { stock = new { initial = "2", maintenance = "1" } } })).ShouldBeProblem(400, "malformed");
        (await Put(user, new { locates = new { AAPL = "-1" } })).ShouldBeProblem(400, "malformed");
        (await Put(user, new { clear = new[] { "everything" } })).ShouldBeProblem(400, "malformed");
        (await api.Operator.Put("/api/v1/risk/restricted", new { user_class = "all", symbols = new[] { "NOPE" }, reason = "x" })).ShouldBeProblem(404, "unknown_symbol");
        (await api.Operator.Put("/api/v1/risk/restricted", new { user_class = "A!", symbols = Array.Empty<string>(), reason = "x" })).ShouldBeProblem(400, "malformed");
        (await user.Put("/api/v1/risk/restricted", new { user_class = "all", symbols = Array.Empty<string>(), reason = "x" })).ShouldBeProblem(403, "forbidden");
        (await user.Get("/api/v1/risk/limits")).Body.GetProperty("daily_loss_limit").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    private Task<ApiAnswer> Put(ApiUser user, object limits)
    {
        var body = JsonSerializer.SerializeToNode(limits)!.AsObject();
        body["account_id"] = user.UserId;
        body["reason"] = "test";
        return api.Operator.Put("/api/v1/risk/limits", body);
    }

    private async Task<JsonElement> Set(ApiUser user, object limits)
    {
        var set = await Put(user, limits);
        set.Status.ShouldBe(200, set.Text);
        return set.Body;
    }

    // The limits are in force within a second.
    private static Task UntilRefused(ApiUser user, string stock, int qty, string code) => ApiFixture.Until(async () =>
    {
        var answer = await Buy(user, stock, qty);
        if (answer.Status == 201)
        {
            await user.Delete($"/api/v1/orders/{answer.Body.GetProperty("id").GetString()}");
        }

        return answer.Code == code;
    });

    private static Task<ApiAnswer> Buy(ApiUser user, string symbol, int qty, int price = 100) => Order(user, symbol, "buy", qty, price);

    private static Task<ApiAnswer> Sell(ApiUser user, string symbol, int qty, int price) => Order(user, symbol, "sell", qty, price);

    private static Task<ApiAnswer> Bracket(ApiUser user, string symbol, string side, int price, int profit, int stop) => user.Post("/api/v1/orders", new
    {
        symbol, side, type = "limit", time_in_force = "gtc", qty = 1, limit_price = price, order_class = "bracket",
        take_profit = new { limit_price = profit }, stop_loss = new { stop_price = stop },
    });

    private static Task<ApiAnswer> Order(ApiUser user, string symbol, string side, int qty, int price) =>
        user.Post("/api/v1/orders", new { symbol, side, type = "limit", time_in_force = "gtc", qty, limit_price = price });
}
