namespace Bourse.Tests.Api;

/// <summary>Malformed, oversized, negative, unknown and foreign input to every endpoint: the documented error, and nothing has changed.</summary>
[Collection(ApiCollection.Name)]
public sealed class BadInputTests(ApiFixture api)
{
    private const string Rest = "\"symbol\":\"TEST\",\"side\":\"buy\",\"type\":\"limit\",\"time_in_force\":\"gtc\"";

    public static TheoryData<string, string, int, string> Orders => new()
    {
        { "no body", "", 400, "malformed" },
        { "no JSON", "buy TEST", 400, "malformed" },
        { "half of it", "{\"symbol\":", 400, "malformed" },
        { "null", "null", 400, "malformed" },
        { "an array", "[]", 400, "malformed" },
        { "nothing", "{}", 400, "malformed" },
        { "a member twice", $"{{{Rest},\"qty\":1,\"qty\":2,\"limit_price\":95}}", 400, "malformed" },
        { "no qty", $"{{{Rest},\"limit_price\":95}}", 400, "malformed" },
        { "qty null", $"{{{Rest},\"qty\":null,\"limit_price\":95}}", 400, "malformed" },
        { "qty of words", $"{{{Rest},\"qty\":\"ten\",\"limit_price\":95}}", 400, "malformed" },
        { "qty empty", $"{{{Rest},\"qty\":\"\",\"limit_price\":95}}", 400, "malformed" },
        { "qty an object", $"{{{Rest},\"qty\":{{}},\"limit_price\":95}}", 400, "malformed" },
        { "qty true", $"{{{Rest},\"qty\":true,\"limit_price\":95}}", 400, "malformed" },
        { "qty NaN", $"{{{Rest},\"qty\":NaN,\"limit_price\":95}}", 400, "malformed" },
        { "qty \"NaN\"", $"{{{Rest},\"qty\":\"NaN\",\"limit_price\":95}}", 400, "malformed" },
        { "qty \"Infinity\"", $"{{{Rest},\"qty\":\"Infinity\",\"limit_price\":95}}", 400, "malformed" },
        { "qty 1e999", $"{{{Rest},\"qty\":1e999,\"limit_price\":95}}", 400, "malformed" },
        { "qty \"1e2\"", $"{{{Rest},\"qty\":\"1e2\",\"limit_price\":95}}", 400, "malformed" },
        { "qty of 29 digits", $"{{{Rest},\"qty\":\"10000000000000000000000000001\",\"limit_price\":95}}", 400, "malformed" },
        { "qty with blanks", $"{{{Rest},\"qty\":\" 1\",\"limit_price\":95}}", 400, "malformed" },
        { "qty with commas", $"{{{Rest},\"qty\":\"1,000\",\"limit_price\":95}}", 400, "malformed" },
        { "qty with a plus", $"{{{Rest},\"qty\":\"+1\",\"limit_price\":95}}", 400, "malformed" },
        { "qty hexadecimal", $"{{{Rest},\"qty\":\"0x10\",\"limit_price\":95}}", 400, "malformed" },
        { "qty zero", $"{{{Rest},\"qty\":0,\"limit_price\":95}}", 400, "malformed" },
        { "qty negative", $"{{{Rest},\"qty\":-5,\"limit_price\":95}}", 400, "malformed" },
        { "qty negative text", $"{{{Rest},\"qty\":\"-5\",\"limit_price\":95}}", 400, "malformed" },
        { "price negative", $"{{{Rest},\"qty\":1,\"limit_price\":-95}}", 400, "malformed" },
        { "price missing", $"{{{Rest},\"qty\":1}}", 400, "malformed" },
        { "stop price on a limit order", $"{{{Rest},\"qty\":1,\"limit_price\":95,\"stop_price\":96}}", 400, "malformed" },
        { "qty off the lot", $"{{{Rest},\"qty\":1.5,\"limit_price\":95}}", 422, "invalid_lot" },
        { "price off the tick", $"{{{Rest},\"qty\":1,\"limit_price\":95.001}}", 422, "invalid_tick" },
        { "price outside of the collar", $"{{{Rest},\"qty\":1,\"limit_price\":500}}", 422, "price_collar" },
        { "qty over the limit", $"{{{Rest},\"qty\":1000001,\"limit_price\":95}}", 422, "max_order_qty" },
        { "more than there is money for", $"{{{Rest},\"qty\":10000,\"limit_price\":95}}", 422, "insufficient_funds" },
        { "side unknown", """{"symbol":"TEST","side":"hold","type":"limit","time_in_force":"gtc","qty":1,"limit_price":95}""", 400, "malformed" },
        { "side a number", """{"symbol":"TEST","side":1,"type":"limit","time_in_force":"gtc","qty":1,"limit_price":95}""", 400, "malformed" },
        { "type unknown", """{"symbol":"TEST","side":"buy","type":"magic","time_in_force":"gtc","qty":1,"limit_price":95}""", 400, "malformed" },
        { "time in force unknown", """{"symbol":"TEST","side":"buy","type":"limit","time_in_force":"soon","qty":1,"limit_price":95}""", 400, "malformed" },
        { "symbol unknown", """{"symbol":"NOPE","side":"buy","type":"limit","time_in_force":"gtc","qty":1,"limit_price":95}""", 422, "unknown_symbol" },
        { "symbol long", $"{{\"symbol\":\"{new string('A', 300)}\",\"side\":\"buy\",\"type\":\"limit\",\"time_in_force\":\"gtc\",\"qty\":1,\"limit_price\":95}}", 422, "unknown_symbol" },
        { "symbol like SQL", """{"symbol":"' OR 1=1 --","side":"buy","type":"limit","time_in_force":"gtc","qty":1,"limit_price":95}""", 422, "unknown_symbol" },
        { "symbol halted", """{"symbol":"HALT","side":"buy","type":"limit","time_in_force":"gtc","qty":1,"limit_price":95}""", 422, "trading_halted" },
        { "market order without a price to go by", """{"symbol":"NOPRICE","side":"buy","type":"market","time_in_force":"ioc","qty":1}""", 422, "no_reference_price" },
        { "sale of what one has not", """{"symbol":"TEST","side":"sell","type":"limit","time_in_force":"gtc","qty":1,"limit_price":105}""", 422, "insufficient_position" },
        { "client order id long", $"{{{Rest},\"qty\":1,\"limit_price\":95,\"client_order_id\":\"{new string('x', 49)}\"}}", 400, "malformed" },
        { "client order id empty", $"{{{Rest},\"qty\":1,\"limit_price\":95,\"client_order_id\":\"\"}}", 400, "malformed" },
        { "client order id odd", $"{{{Rest},\"qty\":1,\"limit_price\":95,\"client_order_id\":\"a\\u0000b\"}}", 400, "malformed" },
        { "post only a word", $"{{{Rest},\"qty\":1,\"limit_price\":95,\"post_only\":\"yes\"}}", 400, "malformed" },
        { "self-trade prevention unknown", $"{{{Rest},\"qty\":1,\"limit_price\":95,\"self_trade_prevention\":\"none\"}}", 400, "malformed" },
        { "bracket without legs", $"{{{Rest},\"qty\":1,\"limit_price\":95,\"order_class\":\"bracket\"}}", 422, "invalid_take_profit" },
        { "simple order with a leg", $"{{{Rest},\"qty\":1,\"limit_price\":95,\"take_profit\":{{\"limit_price\":99}}}}", 422, "invalid_order_class" },
        { "unknown order class", $"{{{Rest},\"qty\":1,\"limit_price\":95,\"order_class\":\"mleg\"}}", 400, "malformed" },
        { "leg without a price", $"{{{Rest},\"qty\":1,\"limit_price\":95,\"order_class\":\"oto\",\"stop_loss\":{{}}}}", 400, "malformed" },
        { "trailing stop without a trail", """{"symbol":"TEST","side":"buy","type":"trailing_stop","time_in_force":"gtc","qty":1}""", 422, "invalid_trail" },
        { "deep", $"{{{Rest},\"qty\":1,\"limit_price\":95,\"x\":{new string('[', 40)}{new string(']', 40)}}}", 400, "malformed" },
        { "large", $"{{{Rest},\"qty\":1,\"limit_price\":95,\"x\":\"{new string('y', 70_000)}\"}}", 413, "too_large" },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task A_bad_order_gets_its_error_and_changes_nothing(string what, string body, int status, string code)
    {
        var user = await api.SharedUser();
        var before = await user.State();

        var answer = await user.SendRaw(HttpMethod.Post, "/api/v1/orders", body);

        answer.ShouldBeProblem(status, code);
        (await user.State()).ShouldBe(before, what);
    }

    public static TheoryData<string, string, int, string> Changes => new()
    {
        { "nothing", "{}", 400, "malformed" },
        { "no JSON", "x", 400, "malformed" },
        { "negative", "{\"qty\":-1}", 400, "malformed" },
        { "NaN", "{\"limit_price\":\"NaN\"}", 400, "malformed" },
        { "off the tick", "{\"limit_price\":\"95.001\"}", 422, "invalid_tick" },
        { "off the lot", "{\"qty\":\"1.5\"}", 422, "invalid_lot" },
        { "outside of the collar", "{\"limit_price\":\"500\"}", 422, "price_collar" },
        { "too much", "{\"qty\":\"100000\"}", 422, "insufficient_funds" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_bad_replace_gets_its_error_and_changes_nothing(string what, string body, int status, string code)
    {
        var user = await api.SharedUser();
        var order = (await user.OpenOrders())[0].GetProperty("id").GetString();
        var before = await user.State();

        (await user.SendRaw(HttpMethod.Patch, $"/api/v1/orders/{order}", body)).ShouldBeProblem(status, code);

        (await user.State()).ShouldBe(before, what);
    }

    [Fact]
    public async Task Orders_of_others_are_not_there()
    {
        var (user, other) = (await api.SharedUser(), await api.NewUser());
        var order = (await user.OpenOrders())[0];
        var before = await user.State();
        string[] ids = [order.GetProperty("id").GetString()!, Guid.NewGuid().ToString(), "not-an-id", "..%2F..%2Fetc", new string('9', 300)];
        foreach (var path in ids.Select(id => $"/api/v1/orders/{id}"))
        {
            (await other.Get(path)).ShouldBeProblem(404, "order_not_found");
            (await other.Delete(path)).ShouldBeProblem(404, "order_not_found");
            (await other.Patch(path, new { qty = "2" })).ShouldBeProblem(404, "order_not_found");
        }

        (await other.Get($"/api/v1/orders/by_client_order_id/{order.GetProperty("client_order_id").GetString()}")).ShouldBeProblem(404, "order_not_found");
        (await other.Get($"/api/v1/accounts/{user.UserId}")).ShouldBeProblem(404, "account_not_found");
        (await user.State()).ShouldBe(before);
    }

    [Theory]
    [InlineData("/api/v1/orders?status=some"), InlineData("/api/v1/orders?limit=0"), InlineData("/api/v1/orders?limit=501"), InlineData("/api/v1/orders?limit=1.5")]
    [InlineData("/api/v1/orders?limit=1&limit=2"), InlineData("/api/v1/orders?after=yesterday"), InlineData("/api/v1/orders?page_token=x"), InlineData("/api/v1/orders?direction=up")]
    [InlineData("/api/v1/portfolio/history?period=forever"), InlineData("/api/v1/portfolio/history?period=1Y&timeframe=1m"), InlineData("/api/v1/account/activities?limit=-1")]
    [InlineData("/api/v1/account/activities?page_token=x")]
    [InlineData("/api/v1/market/depth/TEST?levels=0"), InlineData("/api/v1/market/depth/TEST?levels=x"), InlineData("/api/v1/market/trades/TEST?limit=100000")]
    [InlineData("/api/v1/market/chart/TEST?timeframe=7m"), InlineData("/api/v1/market/chart/TEST?price=last"), InlineData("/api/v1/market/chart/TEST?from=-1")]
    [InlineData("/api/v1/market/chart/TEST?from=99999999999999999999"), InlineData("/api/v1/market/under-100?asset_type=fx"), InlineData("/api/v1/market/calendar?start=2026-01-01&end=2030-01-01")]
    [InlineData("/api/v1/market/clock?calendar=mars"), InlineData("/api/v1/market/instruments?limit=-1")]
    public async Task A_bad_query_is_refused(string path) => (await (await api.SharedUser()).Get(path)).ShouldBeProblem(400, "malformed");

    [Theory]
    [InlineData("quote"), InlineData("trades"), InlineData("depth"), InlineData("chart"), InlineData("instruments")]
    public async Task An_unknown_symbol_is_not_found(string what)
    {
        foreach (var symbol in (string[])["NOPE", "A%2FB%2FC", new string('A', 500), "%F0%9F%92%A9"])
        {
            (await api.Anonymous.Get($"/api/v1/market/{what}/{symbol}")).ShouldBeProblem(404, "unknown_symbol");
        }
    }

    [Fact]
    public async Task Addresses_methods_and_media_types_that_are_none_get_a_problem_too()
    {
        var user = await api.SharedUser();
        (await user.Get("/api/v1/nothing")).ShouldBeProblem(404, "not_found");
        (await user.Post("/api/v1/nothing", new { })).ShouldBeProblem(404, "not_found");
        (await user.Get("/api/v2/orders")).ShouldBeProblem(404, "not_found");
        (await user.SendRaw(HttpMethod.Put, "/api/v1/orders", "{}")).ShouldBeProblem(405, "method_not_allowed");
        (await user.SendRaw(HttpMethod.Post, "/api/v1/orders", "a=b", "application/x-www-form-urlencoded")).ShouldBeProblem(415, "unsupported_media_type");
        (await user.SendRaw(HttpMethod.Post, "/api/v1/auth/login", "[]")).ShouldBeProblem(400, "malformed");
        (await user.SendRaw(HttpMethod.Post, "/api/v1/auth/register", "{\"email\":5}")).ShouldBeProblem(400, "malformed");
        (await user.SendRaw(HttpMethod.Post, "/api/v1/auth/refresh", "{}")).ShouldBeProblem(400, "malformed");
        (await user.SendRaw(HttpMethod.Post, "/api/v1/auth/logout", "{}")).ShouldBeProblem(400, "malformed");
    }
}
