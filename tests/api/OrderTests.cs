using System.Text.Json;

namespace Bourse.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class OrderTests(ApiFixture api)
{
    [Fact]
    public async Task An_order_is_answered_as_it_stands_after_matching()
    {
        var stock = await api.NewStock();
        var (buyer, seller) = (await api.NewUser(), await api.Holder(stock, 4));
        await seller.Limit("sell", 4, 100m, stock);

        var order = await buyer.Limit("buy", 10, 100m, stock);

        order.GetProperty("status").GetString().ShouldBe("partially_filled");
        order.GetProperty("qty").GetString().ShouldBe("10");
        order.GetProperty("filled_qty").GetString().ShouldBe("4");
        order.GetProperty("filled_avg_price").GetString().ShouldBe("100.00");
        order.GetProperty("limit_price").GetString().ShouldBe("100.00");
        order.GetProperty("stop_price").ValueKind.ShouldBe(JsonValueKind.Null);
        order.GetProperty("reject_code").ValueKind.ShouldBe(JsonValueKind.Null);
        order.GetProperty("time_in_force").GetString().ShouldBe("gtc");
        order.GetProperty("created_at").GetString()!.ShouldEndWith("Z");
    }

    [Fact]
    public async Task The_same_order_again_is_answered_with_the_first_and_another_one_is_a_conflict()
    {
        var user = await api.NewUser();
        object Order(string qty) => new { symbol = "TEST", side = "buy", type = "limit", time_in_force = "gtc", qty, limit_price = "95", client_order_id = "mine" };

        var first = await user.Post("/api/v1/orders", Order("1"));
        var again = await user.Post("/api/v1/orders", Order("1"));
        var other = await user.Post("/api/v1/orders", Order("2"));

        first.Status.ShouldBe(201, first.Text);
        first.Headers.Location!.ToString().ShouldEndWith(first.Body.GetProperty("id").GetString()!);
        again.Status.ShouldBe(200);
        again.Body.GetProperty("id").GetString().ShouldBe(first.Body.GetProperty("id").GetString());
        other.ShouldBeProblem(409, "client_order_id_conflict");
        (await user.OpenOrders()).Count.ShouldBe(1);
        // What an id says belongs to its account: somebody else may use it.
        (await (await api.NewUser()).Post("/api/v1/orders", Order("2"))).Status.ShouldBe(201);
    }

    [Fact]
    public async Task An_idempotency_key_stands_in_for_the_client_order_id()
    {
        var user = await api.NewUser();
        const string order = """{"symbol":"TEST","side":"buy","type":"limit","time_in_force":"gtc","qty":1,"limit_price":95}""";
        var answers = new List<ApiAnswer>();
        foreach (var key in (string[])["\"k-1\"", "k-1"])
        {
            answers.Add(await user.Send(HttpMethod.Post, "/api/v1/orders", ApiUser.Json(order), ("Idempotency-Key", key)));
        }

        answers.Select(a => a.Status).ShouldBe([201, 200]);
        answers[0].Body.GetProperty("client_order_id").GetString().ShouldBe("k-1");
    }

    [Fact]
    public async Task Many_repeats_at_once_place_one_order()
    {
        var user = await api.NewUser();
        var order = new { symbol = "TEST", side = "buy", type = "limit", time_in_force = "gtc", qty = "1", limit_price = "95", client_order_id = "once" };
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => user.Post("/api/v1/orders", order)));

        answers.Count(a => a.Status == 201).ShouldBe(1);
        answers.Count(a => a.Status == 200).ShouldBe(15);
        (await user.OpenOrders()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_order_is_found_replaced_and_cancelled()
    {
        var user = await api.NewUser();
        var placed = await user.Place(new { symbol = "TEST", side = "buy", type = "limit", time_in_force = "gtc", qty = "3", limit_price = "95", client_order_id = "one/two" });
        var path = $"/api/v1/orders/{placed.GetProperty("id").GetString()}";

        (await user.Get(path)).Body.GetProperty("client_order_id").GetString().ShouldBe("one/two");
        (await user.Get("/api/v1/orders/by_client_order_id/one%2Ftwo")).Body.GetProperty("id").GetString().ShouldBe(placed.GetProperty("id").GetString());
        var replaced = await user.Patch(path, new { qty = "2", limit_price = 96.5 });
        replaced.Status.ShouldBe(200, replaced.Text);
        replaced.Body.GetProperty("limit_price").GetString().ShouldBe("96.50");
        replaced.Body.GetProperty("qty").GetString().ShouldBe("2");
        (await user.Delete(path)).Status.ShouldBe(204);
        (await user.Get(path)).Body.GetProperty("status").GetString().ShouldBe("canceled");
        (await user.Delete(path)).ShouldBeProblem(422, "not_open");
        (await user.Patch(path, new { qty = "1" })).Status.ShouldBe(422);
        (await user.OpenOrders()).ShouldBeEmpty();
    }

    [Fact]
    public async Task All_orders_are_cancelled_with_one_row_each()
    {
        var user = await api.NewUser();
        for (var i = 0; i < 3; i++)
        {
            await user.Limit("buy", 1, 95m);
        }

        await user.Limit("buy", 1, 9.5m, ApiFixture.Coin);
        var some = await user.Delete("/api/v1/orders?symbol=TST-USD");
        some.Status.ShouldBe(207);
        some.Body.GetArrayLength().ShouldBe(1);
        var rest = await user.Delete("/api/v1/orders");
        rest.Body.EnumerateArray().Select(row => row.GetProperty("status").GetInt32()).ShouldBe([200, 200, 200]);
        (await user.OpenOrders()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_list_shows_what_was_done_a_moment_ago_page_by_page()
    {
        var user = await api.NewUser();
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            ids.Add((await user.Limit("buy", 1, 95m)).GetProperty("id").GetString()!);
        }

        foreach (var id in ids.Take(3))
        {
            await user.Delete($"/api/v1/orders/{id}");
        }

        (await Pages(user, "status=all&limit=3&direction=asc")).ShouldBe(ids.Order(StringComparer.Ordinal));
        (await Pages(user, "status=all&limit=2")).ShouldBe(ids.OrderDescending(StringComparer.Ordinal));
        (await Pages(user, "status=closed&limit=2")).ShouldBe(ids.Take(3).OrderDescending(StringComparer.Ordinal));
        (await Pages(user, "status=open&limit=2&direction=asc")).ShouldBe(ids.Skip(3).Order(StringComparer.Ordinal));
        (await Pages(user, "status=all&limit=2&symbol=TST-USD")).ShouldBeEmpty();
        // And the same once the read model has everything.
        await ApiFixture.Until(async () => await HistoryKnows(user, ids.Count));
        (await Pages(user, "status=closed&limit=2")).ShouldBe(ids.Take(3).OrderDescending(StringComparer.Ordinal));
        (await Pages(user, "status=all&limit=2&direction=asc")).ShouldBe(ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_order_that_the_book_rejects_is_refused_with_the_order_as_it_stands()
    {
        var stock = await api.NewStock();
        var (maker, user) = (await api.Holder(stock, 5), await api.NewUser());
        await maker.Limit("sell", 5, 101m, stock);

        var answer = await user.Post("/api/v1/orders", new { symbol = stock, side = "buy", type = "limit", time_in_force = "gtc", qty = "1", limit_price = "101", post_only = true });

        answer.ShouldBeProblem(422, "would_cross");
        answer.Body.GetProperty("order").GetProperty("status").GetString().ShouldBe("rejected");
        (await user.OpenOrders()).ShouldBeEmpty();
        (await user.Portfolio()).GetProperty("held").GetString().ShouldBe("0");
    }

    [Fact]
    public async Task A_position_is_closed_at_market()
    {
        var stock = await api.NewStock();
        var (user, buyer) = (await api.Holder(stock, 5), await api.NewUser());
        await buyer.Limit("buy", 5, 99m, stock);

        var closed = await user.Delete($"/api/v1/positions/{stock}");

        closed.Status.ShouldBe(200, closed.Text);
        closed.Body.GetProperty("side").GetString().ShouldBe("sell");
        closed.Body.GetProperty("filled_qty").GetString().ShouldBe("5");
        (await user.Get($"/api/v1/positions/{stock}")).ShouldBeProblem(404, "position_not_found");
        (await user.Delete($"/api/v1/positions/{stock}")).ShouldBeProblem(404, "position_not_found");
    }

    [Fact]
    public async Task What_stands_in_the_way_of_closing_a_position_is_named_and_cancel_orders_takes_it_away()
    {
        var stock = await api.NewStock();
        var (user, buyer) = (await api.Holder(stock, 5), await api.NewUser());
        await buyer.Limit("buy", 5, 99m, stock);
        var (selling, buying) = (await user.Limit("sell", 2, 110m, stock), await user.Limit("buy", 1, 90m, stock));
        var pair = await user.Place(new
        {
            symbol = stock, side = "sell", type = "limit", time_in_force = "gtc", qty = "3", limit_price = "105", order_class = "oco", stop_loss = new { stop_price = "80" },
        });
        var entry = await user.Place(new
        {
            symbol = stock, side = "buy", type = "limit", time_in_force = "gtc", qty = "1", limit_price = "91", order_class = "oto", stop_loss = new { stop_price = "70" },
        });

        var refused = await user.Delete($"/api/v1/positions/{stock}");
        (await user.Delete($"/api/v1/positions/{stock}?cancel_orders=maybe")).ShouldBeProblem(400, "malformed");
        var closed = await user.Delete($"/api/v1/positions/{stock}?cancel_orders=true");

        refused.ShouldBeProblem(422, "held_by_orders");
        refused.Body.GetProperty("detail").GetString()!.ShouldContain(Id(selling));
        refused.Body.GetProperty("detail").GetString()!.ShouldContain(Id(pair));
        closed.Status.ShouldBe(200, closed.Text);
        closed.Body.GetProperty("filled_qty").GetString().ShouldBe("5");
        (await user.OpenOrders()).Select(Id).Order().ShouldBe(new[] { Id(buying), Id(entry), Id(entry.GetProperty("legs")[0]) }.Order());
        (await user.Get($"/api/v1/positions/{stock}")).ShouldBeProblem(404, "position_not_found");

        // The legs that end with their order are rows of their own.
        var rows = (await user.Delete($"/api/v1/orders?symbol={stock}")).Body;
        rows.EnumerateArray().Select(row => (Id(row), row.GetProperty("status").GetInt32())).Order()
            .ShouldBe(new[] { (Id(buying), 200), (Id(entry), 200), (Id(entry.GetProperty("legs")[0]), 200) }.Order());

        static string Id(JsonElement order) => order.GetProperty("id").GetString()!;
    }

    [Fact]
    public async Task Money_and_positions_follow_the_fills_and_the_history_tells_them()
    {
        var stock = await api.NewStock();
        var user = await api.Holder(stock, 10);

        var portfolio = await user.Portfolio();
        portfolio.GetProperty("cash").GetString().ShouldBe("99000");
        var position = (await user.Get($"/api/v1/positions/{stock}")).Body;
        position.GetProperty("qty").GetString().ShouldBe("10");
        position.GetProperty("avg_entry_price").GetString().ShouldBe("100.00");
        (await user.Get("/api/v1/positions")).Body.GetProperty("items").GetArrayLength().ShouldBe(1);
        await ApiFixture.Until(async () => (await user.Get("/api/v1/account/activities")).Body.GetProperty("items").GetArrayLength() == 2);
        var types = (await user.Get("/api/v1/account/activities")).Body.GetProperty("items").EnumerateArray().Select(a => a.GetProperty("activity_type").GetString());
        types.ShouldBe(["FILL", "DEPOSIT"]);
        var history = await user.Get("/api/v1/portfolio/history?period=1D&timeframe=1m");
        history.Status.ShouldBe(200);
        history.Body.GetProperty("timestamp").GetArrayLength().ShouldBe(history.Body.GetProperty("equity").GetArrayLength());
    }

    [Fact]
    public async Task An_operator_deposits_once_for_a_reference_and_nobody_else_does()
    {
        var user = await api.NewUser();
        var path = $"/api/v1/admin/accounts/{user.UserId}/deposit";
        var deposit = new { amount = "250.5", reference = "d-1", reason = "welcome" };

        (await user.Post(path, deposit)).ShouldBeProblem(403, "forbidden");
        (await api.Anonymous.Post(path, deposit)).ShouldBeProblem(401, "unauthorized");
        for (var i = 0; i < 2; i++)
        {
            var answer = await api.Operator.Post(path, deposit);
            answer.Status.ShouldBe(200, answer.Text);
            answer.Body.GetProperty("cash").GetString().ShouldBe("100250.5");
        }

        (await api.Operator.Post($"/api/v1/admin/accounts/{Guid.NewGuid():N}/deposit", deposit)).ShouldBeProblem(404, "account_not_found");
        (await api.Operator.Post(path, new { amount = "-1", reference = "d-2", reason = "x" })).ShouldBeProblem(400, "malformed");
        (await api.Operator.Post(path, new { amount = "1", reference = "d-2" })).ShouldBeProblem(400, "malformed");
    }

    private static async Task<bool> HistoryKnows(ApiUser user, int orders)
    {
        var page = await user.Get("/api/v1/orders?status=all&limit=500");
        return page.Body.GetProperty("items").GetArrayLength() == orders;
    }

    private static async Task<IReadOnlyList<string>> Pages(ApiUser user, string query)
    {
        var ids = new List<string>();
        string? token = null;
        do
        {
            var answer = await user.Get($"/api/v1/orders?{query}{(token is null ? "" : "&page_token=" + token)}");
            answer.Status.ShouldBe(200, answer.Text);
            ids.AddRange(answer.Body.GetProperty("items").EnumerateArray().Select(o => o.GetProperty("id").GetString()!));
            token = answer.Body.GetProperty("next_page_token").GetString();
        }
        while (token is not null);
        return ids;
    }
}
