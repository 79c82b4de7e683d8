using System.Text.Json;

namespace Bourse.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class HubTests(ApiFixture api)
{
    [Fact]
    public async Task Quotes_come_without_a_sign_in_first_the_state_then_each_change()
    {
        var stock = await api.NewStock();
        await using var hub = await HubClient.Connect(api, null);
        await hub.Call("Subscribe", [new[] { stock }]);

        var first = (await hub.Next("price_update"))[0];
        first.GetProperty("symbol").GetString().ShouldBe(stock);
        first.GetProperty("price").GetDecimal().ShouldBe(100m);
        first.EnumerateObject().Select(p => p.Name)
            .ShouldBe(["symbol", "price", "change", "change_pct", "bid", "bid_size", "ask", "ask_size", "volume", "timestamp", "seq", "stale"]);
        await api.Tick(stock, 101m);
        (await NextPrice(hub, stock, 101m)).GetProperty("change").GetDecimal().ShouldBe(1m);
    }

    [Fact]
    public async Task Quotes_are_conflated_to_the_newest_at_the_rate_asked_for()
    {
        var stock = await api.NewStock();
        await using var hub = await HubClient.Connect(api, null);
        await hub.Call("SubscribeEvery", [new[] { stock }, 1_000]);
        await hub.Next("price_update");
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 1; i <= 40; i++)
        {
            await api.Tick(stock, 100m + (i * 0.01m));
        }

        await NextPrice(hub, stock, 100.40m, out var batches);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        batches().ShouldBeLessThanOrEqualTo((int)seconds + 2);
    }

    [Fact]
    public async Task An_unsubscribed_symbol_is_silent()
    {
        var (one, two) = (await api.NewStock(), await api.NewStock());
        await using var hub = await HubClient.Connect(api, null);
        await hub.Call("SubscribeEvery", [new[] { one, two }, 20]);
        await NextPrice(hub, one, 100m);
        await hub.Call("Unsubscribe", [new[] { one }]);
        hub.Drain();
        await api.Tick(one, 101m);
        await api.Tick(two, 102m);

        var quotes = new List<JsonElement>();
        while (quotes.Count == 0 || quotes[^1].GetProperty("price").GetDecimal() != 102m)
        {
            quotes.AddRange((await hub.Next("price_update")).EnumerateArray());
        }

        quotes.ShouldAllBe(q => q.GetProperty("symbol").GetString() == two);
    }

    [Fact]
    public async Task Orders_are_placed_replaced_and_cancelled_with_the_results_of_REST()
    {
        var stock = await api.NewStock();
        var user = await api.NewUser();
        await using var hub = await HubClient.Connect(api, user.AccessToken);

        var placed = await hub.Call("PlaceOrder", [Order(stock, "c-1", "1")]);
        placed.GetProperty("status").GetString().ShouldBe("new");
        var id = placed.GetProperty("id").GetString();
        (await hub.Call("PlaceOrder", [Order(stock, "c-1", "1")])).GetProperty("id").GetString().ShouldBe(id);
        (await hub.Invoke("PlaceOrder", [Order(stock, "c-1", "2")])).GetProperty("error").GetString()
            .ShouldStartWith("An unexpected error occurred invoking 'PlaceOrder' on the server. HubException: {\"status\":409,\"code\":");
        var conflict = await hub.Fail("PlaceOrder", [Order(stock, "c-1", "2")]);
        conflict.GetProperty("status").GetInt32().ShouldBe(409);
        conflict.GetProperty("code").GetString().ShouldBe("client_order_id_conflict");
        (await hub.Call("ReplaceOrder", [id, new { limit_price = "96" }])).GetProperty("limit_price").GetString().ShouldBe("96.00");
        (await hub.Call("CancelOrder", [id])).GetProperty("status").GetString().ShouldBe("canceled");
        (await hub.Fail("CancelOrder", [id])).GetProperty("code").GetString().ShouldBe("not_open");
        JsonElement.DeepEquals((await user.Get($"/api/v1/orders/{id}")).Body.GetProperty("id"), placed.GetProperty("id")).ShouldBeTrue();
    }

    [Fact]
    public async Task The_order_channel_tells_every_event_once_and_balances_after_it()
    {
        var stock = await api.NewStock();
        var seller = await api.Holder(stock, 4);
        await seller.Limit("sell", 4, 100m, stock);
        var user = await api.NewUser();
        await using var hub = await HubClient.Connect(api, user.AccessToken);
        var begun = await hub.Call("SubscribeOrders", [0]);
        begun.GetProperty("seq").GetInt64().ShouldBe(0);

        var order = await user.Limit("buy", 10, 100m, stock);
        await user.Delete($"/api/v1/orders/{order.GetProperty("id").GetString()}");

        var events = new List<JsonElement>();
        while (events.Count == 0 || events[^1].GetProperty("event").GetString() != "canceled")
        {
            events.Add(await hub.Next("order_update"));
        }

        events.Select(e => e.GetProperty("event").GetString()).ShouldBe(["new", "partial_fill", "canceled"]);
        events.Select(e => e.GetProperty("seq").GetInt64()).ShouldBe([1L, 2L, 3L]);
        events.ShouldAllBe(e => e.GetProperty("epoch").GetInt64() == begun.GetProperty("epoch").GetInt64());
        events[0].TryGetProperty("fill", out _).ShouldBeFalse();
        var fill = events[1].GetProperty("fill");
        fill.GetProperty("qty").GetString().ShouldBe("4");
        fill.GetProperty("price").GetString().ShouldBe("100.00");
        fill.GetProperty("liquidity").GetString().ShouldBe("taker");
        events[2].GetProperty("order").GetProperty("filled_qty").GetString().ShouldBe("4");
    }

    [Fact]
    public async Task Balances_and_positions_are_told_when_they_change()
    {
        var stock = await api.NewStock();
        var seller = await api.Holder(stock, 4);
        await seller.Limit("sell", 4, 100m, stock);
        var user = await api.NewUser();
        await using var hub = await HubClient.Connect(api, user.AccessToken);
        await hub.Call("SubscribeOrders", [null]);
        await user.Limit("buy", 4, 100m, stock);

        var position = await hub.Next("position_update");
        position.GetProperty("symbol").GetString().ShouldBe(stock);
        position.GetProperty("qty").GetString().ShouldBe("4");
        JsonElement account;
        do
        {
            account = await hub.Next("account_update");
        }
        while (account.GetProperty("cash").GetString() != "99600");
        account.GetProperty("buying_power").GetString().ShouldBe("99600");
    }

    [Fact]
    public async Task A_client_that_resumes_misses_nothing_and_sees_nothing_twice()
    {
        var stock = await api.NewStock();
        var user = await api.NewUser();
        var seen = new List<long>();
        const int orders = 60;
        var placing = Task.Run(async () =>
        {
            for (var i = 0; i < orders; i++)
            {
                var order = await user.Limit("buy", 1, 95m, stock);
                await user.Delete($"/api/v1/orders/{order.GetProperty("id").GetString()}");
            }
        });
        var cut = new Random(7);
        while (seen.Count < 2 * orders)
        {
            await using var hub = await HubClient.Connect(api, user.AccessToken);
            await hub.Call("SubscribeOrders", [seen.Count == 0 ? 0 : seen[^1]]);
            for (var take = cut.Next(1, 20); take > 0 && seen.Count < 2 * orders; take--)
            {
                seen.Add((await hub.Next("order_update")).GetProperty("seq").GetInt64());
            }

            hub.Cut();
        }

        await placing;
        seen.ShouldBe(Enumerable.Range(1, 2 * orders).Select(i => (long)i));
    }

    [Fact]
    public async Task Two_connections_of_a_user_both_get_every_event_and_others_get_none()
    {
        var stock = await api.NewStock();
        var (user, other) = (await api.NewUser(), await api.NewUser());
        await using var one = await HubClient.Connect(api, user.AccessToken);
        await using var two = await HubClient.Connect(api, user.AccessToken);
        await using var foreign = await HubClient.Connect(api, other.AccessToken);
        foreach (var hub in (HubClient[])[one, two, foreign])
        {
            await hub.Call("SubscribeOrders", [0]);
        }

        for (var i = 0; i < 5; i++)
        {
            await user.Limit("buy", 1, 95m, stock);
        }

        foreach (var hub in (HubClient[])[one, two])
        {
            for (var seq = 1; seq <= 5; seq++)
            {
                (await hub.Next("order_update")).GetProperty("seq").GetInt64().ShouldBe(seq);
            }
        }

        await other.Limit("buy", 1, 95m, stock);
        (await foreign.Next("order_update")).GetProperty("order").GetProperty("client_order_id").GetString().ShouldNotBeNull();
        foreign.Drain().ShouldNotContain(e => e.Target == "order_update");
    }

    [Fact]
    public async Task A_number_from_the_future_is_answered_with_resync()
    {
        var user = await api.NewUser();
        await using var hub = await HubClient.Connect(api, user.AccessToken);
        await hub.Call("SubscribeOrders", [1_000_000]);
        (await hub.Next("resync")).GetProperty("channel").GetString().ShouldBe("orders");
        await user.Limit("buy", 1, 95m);
        (await hub.Next("order_update")).GetProperty("seq").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task Orders_need_a_sign_in_and_a_bad_token_gets_no_connection()
    {
        await using var hub = await HubClient.Connect(api, null);
        foreach (var (method, arguments) in ((string, object?[])[])[("PlaceOrder", [Order("TEST", "x", "1")]), ("CancelOrder", ["x"]), ("ReplaceOrder", ["x", new { qty = 1 }]), ("SubscribeOrders", [0])])
        {
            (await hub.Fail(method, arguments)).GetProperty("code").GetString().ShouldBe("unauthorized", method);
        }

        await Should.ThrowAsync<System.Net.WebSockets.WebSocketException>(() => HubClient.Connect(api, "not.a.token"));
    }

    public static TheoryData<string, string, string> BadCalls => new()
    {
        { "Subscribe", "[null]", "malformed" },
        { "Subscribe", "[\"TEST\"]", "malformed" },
        { "Subscribe", "[{}]", "malformed" },
        { "Subscribe", "[[1]]", "malformed" },
        { "Subscribe", "[[\"\"]]", "malformed" },
        { "Subscribe", "[[\"TEST\",\"NOPE\"]]", "unknown_symbol" },
        { "SubscribeEvery", "[[\"TEST\"],1]", "malformed" },
        { "SubscribeEvery", "[[\"TEST\"],-100]", "malformed" },
        { "SubscribeEvery", "[[\"TEST\"],\"fast\"]", "malformed" },
        { "SubscribeEvery", "[[\"TEST\"],1e99]", "malformed" },
        { "Unsubscribe", "[5]", "malformed" },
        { "SubscribeOrders", "[-1]", "malformed" },
        { "SubscribeOrders", "[\"0\"]", "malformed" },
        { "SubscribeOrders", "[1.5]", "malformed" },
        { "PlaceOrder", "[null]", "malformed" },
        { "PlaceOrder", "[[]]", "malformed" },
        { "PlaceOrder", "[{}]", "malformed" },
        { "PlaceOrder", "[{\"symbol\":\"TEST\",\"side\":\"buy\",\"type\":\"limit\",\"time_in_force\":\"gtc\",\"qty\":\"-1\",\"limit_price\":\"95\"}]", "malformed" },
        { "PlaceOrder", "[{\"symbol\":\"TEST\",\"side\":\"buy\",\"type\":\"limit\",\"time_in_force\":\"gtc\",\"qty\":\"NaN\",\"limit_price\":\"95\"}]", "malformed" },
        { "PlaceOrder", "[{\"symbol\":\"NOPE\",\"side\":\"buy\",\"type\":\"limit\",\"time_in_force\":\"gtc\",\"qty\":\"1\",\"limit_price\":\"95\"}]", "unknown_symbol" },
        { "PlaceOrder", "[{\"symbol\":\"TEST\",\"side\":\"buy\",\"type\":\"limit\",\"time_in_force\":\"gtc\",\"qty\":\"1\",\"limit_price\":\"95.001\"}]", "invalid_tick" },
        { "PlaceOrder", "[{\"symbol\":\"TEST\",\"side\":\"sell\",\"type\":\"limit\",\"time_in_force\":\"gtc\",\"qty\":\"1\",\"limit_price\":\"105\"}]", "insufficient_position" },
        { "ReplaceOrder", "[\"x\",{\"qty\":1}]", "order_not_found" },
        { "ReplaceOrder", "[5,{\"qty\":1}]", "malformed" },
        { "ReplaceOrder", "[\"FOREIGN\",{\"qty\":1}]", "order_not_found" },
        { "CancelOrder", "[\"FOREIGN\"]", "order_not_found" },
        { "CancelOrder", "[\"\"]", "malformed" },
        { "CancelOrder", "[null]", "malformed" },
    };

    [Theory]
    [MemberData(nameof(BadCalls))]
    public async Task A_bad_call_gets_its_error_and_changes_nothing(string method, string arguments, string code)
    {
        var user = await api.SharedUser();
        var foreign = await (await api.NewUser()).Limit("buy", 1, 90m);
        var before = await user.State();
        await using var hub = await HubClient.Connect(api, user.AccessToken);

        var given = JsonDocument.Parse(arguments.Replace("FOREIGN", foreign.GetProperty("id").GetString())).RootElement.EnumerateArray().Cast<object?>().ToArray();
        var problem = await hub.Fail(method, given);

        problem.GetProperty("code").GetString().ShouldBe(code);
        (await user.State()).ShouldBe(before);
    }

    [Fact]
    public async Task Calls_with_the_wrong_number_of_arguments_or_of_methods_that_are_none_fail()
    {
        var user = await api.SharedUser();
        var before = await user.State();
        await using var hub = await HubClient.Connect(api, user.AccessToken);
        foreach (var (method, arguments) in ((string, object?[])[])[("PlaceOrder", []), ("PlaceOrder", [1, 2]), ("Subscribe", []), ("DropTables", []), ("Dispose", [])])
        {
            (await hub.Invoke(method, arguments)).TryGetProperty("error", out _).ShouldBeTrue(method);
        }

        (await user.State()).ShouldBe(before);
        await hub.Call("Subscribe", [new[] { "TEST" }]);
    }

    [Fact]
    public async Task A_message_that_is_too_large_ends_the_connection_and_changes_nothing()
    {
        var user = await api.SharedUser();
        var before = await user.State();
        await using var hub = await HubClient.Connect(api, user.AccessToken);
        await hub.Send($"{{\"type\":1,\"invocationId\":\"1\",\"target\":\"PlaceOrder\",\"arguments\":[\"{new string('x', 100_000)}\"]}}");
        await hub.Ended;
        (await user.State()).ShouldBe(before);
    }

    private static object Order(string symbol, string clientOrderId, string qty) => new
    {
        symbol, side = "buy", type = "limit", time_in_force = "gtc", qty, limit_price = "95", client_order_id = clientOrderId,
    };

    private static Task<JsonElement> NextPrice(HubClient hub, string symbol, decimal price) => NextPrice(hub, symbol, price, out _);

    private static Task<JsonElement> NextPrice(HubClient hub, string symbol, decimal price, out Func<int> batches)
    {
        var count = 0;
        batches = () => count;
        return Wait();

        async Task<JsonElement> Wait()
        {
            while (true)
            {
                count++;
                foreach (var quote in (await hub.Next("price_update")).EnumerateArray())
                {
                    if (quote.GetProperty("symbol").GetString() == symbol && quote.GetProperty("price").GetDecimal() == price)
                    {
                        return quote;
                    }
                }
            }
        }
    }
}
