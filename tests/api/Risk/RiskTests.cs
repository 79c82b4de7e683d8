using System.Text.Json;

namespace Bourse.Tests.Api.Risk;

/// <summary>Limits and kill switches from outside.</summary>
[Collection(ApiCollection.Name)]
public sealed class RiskTests(ApiFixture api)
{
    [Fact]
    public async Task Limits_set_by_a_risk_officer_are_in_force_within_a_second_and_seen_by_the_trader()
    {
        var user = await api.NewUser();
        (await user.Get("/api/v1/risk/limits")).Body.GetProperty("max_open_orders").GetInt32().ShouldBe(1_000);

        var set = await api.Operator.Put("/api/v1/risk/limits", new { account_id = user.UserId, max_order_qty = "5", max_open_orders = 7, reason = "new here" });

        set.Status.ShouldBe(200, set.Text);
        set.Body.GetProperty("max_order_qty").GetString().ShouldBe("5");
        set.Body.GetProperty("max_notional").GetString().ShouldBe("10000000");
        (await user.Get("/api/v1/risk/limits")).Text.ShouldBe(set.Text);
        (await api.Operator.Get($"/api/v1/risk/limits?account_id={user.UserId}")).Text.ShouldBe(set.Text);
        await ApiFixture.Until(async () => (await Buy(user, 6)).Code == "max_order_qty");
        (await Buy(user, 5)).Status.ShouldBe(201);
    }

    [Fact]
    public async Task Limits_are_set_by_staff_only_with_a_reason_and_within_bounds()
    {
        var (user, other) = (await api.NewUser(), await api.NewUser());
        (await user.Put("/api/v1/risk/limits", new { max_order_qty = "9", reason = "please" })).ShouldBeProblem(403, "forbidden");
        (await user.Get($"/api/v1/risk/limits?account_id={other.UserId}")).ShouldBeProblem(403, "forbidden");
        (await api.Anonymous.Put("/api/v1/risk/limits", new { reason = "x" })).ShouldBeProblem(401, "unauthorized");
        (await api.Operator.Put("/api/v1/risk/limits", new { account_id = user.UserId, max_order_qty = "9" })).ShouldBeProblem(400, "malformed");
        (await api.Operator.Put("/api/v1/risk/limits", new { account_id = user.UserId, max_order_qty = "-9", reason = "x" })).ShouldBeProblem(400, "malformed");
        (await api.Operator.Put("/api/v1/risk/limits", new { account_id = "nobody", reason = "x" })).ShouldBeProblem(404, "account_not_found");
    }

    [Fact]
    public async Task A_halted_account_is_told_and_refused_and_others_hear_nothing_of_it()
    {
        var (user, other) = (await api.NewUser(), await api.NewUser());
        var order = await user.Limit("buy", 1, 95m);
        await using var hub = await HubClient.Connect(api, user.AccessToken);
        await using var others = await HubClient.Connect(api, other.AccessToken);

        var set = await api.Operator.Post(
            "/api/v1/risk/kill-switch", new { scope = "account", id = user.UserId, state = "halted", reason = "<b>under review</b>", cancel_orders = true });

        set.Status.ShouldBe(200, set.Text);
        var halt = await HaltOf(hub, user.UserId);
        halt.GetProperty("scope").GetString().ShouldBe("account");
        halt.GetProperty("state").GetString().ShouldBe("halted");
        halt.GetProperty("reason").GetString().ShouldBe("<b>under review</b>");
        await ApiFixture.Until(async () => (await Buy(user, 1)).Code == "trading_halted");
        await ApiFixture.Until(async () => (await user.OpenOrders()).Count == 0);
        (await user.Get($"/api/v1/orders/{order.GetProperty("id").GetString()}")).Body.GetProperty("status").GetString().ShouldBe("canceled");
        (await Switches(user)).ShouldContain(s => s.GetProperty("id").GetString() == user.UserId && s.GetProperty("by").ValueKind == JsonValueKind.Null);
        (await Switches(other)).ShouldNotContain(s => s.GetProperty("id").GetString() == user.UserId);
        (await Buy(other, 1)).Status.ShouldBe(201);
        others.Drain().ShouldNotContain(e => e.Target == "halt" && e.Argument.GetProperty("id").GetString() == user.UserId);
        await using var late = await HubClient.Connect(api, user.AccessToken);
        (await HaltOf(late, user.UserId)).GetProperty("state").GetString().ShouldBe("halted");
    }

    [Fact]
    public async Task A_symbols_switch_is_told_to_everybody_and_reducing_lets_a_holder_out()
    {
        var stock = await api.NewStock();
        var holder = await api.Holder(stock, 10);
        await using var hub = await HubClient.Connect(api, null);

        (await api.Operator.Post("/api/v1/risk/kill-switch", new { scope = "symbol", id = stock, state = "reducing", reason = "odd prices" })).Status.ShouldBe(200);

        await HaltOf(hub, stock);
        await ApiFixture.Until(async () => (await Buy(holder, 1, stock)).Code == "reduce_only");
        (await holder.Limit("sell", 10, 105m, stock)).GetProperty("status").GetString().ShouldBe("new");
        (await api.Operator.Post("/api/v1/risk/kill-switch", new { scope = "symbol", id = stock, state = "active", reason = "over" })).Status.ShouldBe(200);
        await ApiFixture.Until(async () => (await Buy(holder, 1, stock)).Status == 201);
    }

    [Fact]
    public async Task A_kill_switch_is_set_by_staff_only_with_scope_state_and_reason()
    {
        var user = await api.NewUser();
        (await user.Post("/api/v1/risk/kill-switch", new { scope = "global", state = "halted", reason = "mine" })).ShouldBeProblem(403, "forbidden");
        (await api.Anonymous.Post("/api/v1/risk/kill-switch", new { scope = "global", state = "halted", reason = "mine" })).ShouldBeProblem(401, "unauthorized");
        (await Set(new { scope = "global", state = "halted" })).ShouldBeProblem(400, "malformed");
        (await Set(new { scope = "global", state = "halted", reason = " " })).ShouldBeProblem(400, "malformed");
        (await Set(new { scope = "global", state = "halted", reason = new string('x', 501) })).ShouldBeProblem(400, "malformed");
        (await Set(new { scope = "global", id = "X", state = "halted", reason = "x" })).ShouldBeProblem(400, "malformed");
        (await Set(new { scope = "planet", state = "halted", reason = "x" })).ShouldBeProblem(400, "malformed");
        (await Set(new { scope = "symbol", state = "halted", reason = "x" })).ShouldBeProblem(400, "malformed");
        (await Set(new { scope = "symbol", id = "NOPE", state = "halted", reason = "x" })).ShouldBeProblem(404, "unknown_symbol");
        (await Set(new { scope = "account", id = "nobody", state = "halted", reason = "x" })).ShouldBeProblem(404, "account_not_found");
        (await Set(new { scope = "account", id = user.UserId, state = "asleep", reason = "x" })).ShouldBeProblem(400, "malformed");
    }

    /// <summary>The next halt of <paramref name="id"/>; those of other tests' symbols, which everybody is told, are passed over.</summary>
    private static async Task<JsonElement> HaltOf(HubClient hub, string id)
    {
        while (true)
        {
            var halt = await hub.Next("halt");
            if (halt.GetProperty("id").GetString() == id)
            {
                return halt;
            }
        }
    }

    private Task<ApiAnswer> Set(object body) => api.Operator.Post("/api/v1/risk/kill-switch", body);

    private static async Task<IReadOnlyList<JsonElement>> Switches(ApiUser user) =>
        [.. (await user.Get("/api/v1/risk/kill-switch")).Body.GetProperty("items").EnumerateArray()];

    private static Task<ApiAnswer> Buy(ApiUser user, int qty, string symbol = ApiFixture.Stock) =>
        user.Post("/api/v1/orders", new { symbol, side = "buy", type = "limit", time_in_force = "gtc", qty, limit_price = "95" });
}
