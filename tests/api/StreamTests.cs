using System.Net.WebSockets;
using System.Text.Json;

namespace Bourse.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class StreamTests(ApiFixture api)
{
    [Fact]
    public async Task Quotes_come_in_the_messages_of_Alpaca_first_the_state_then_each_change()
    {
        var stock = await api.NewStock();
        await using var stream = await StreamClient.Connect(api);
        await stream.Send(new { action = "every", interval_ms = 20 });
        (await stream.Next("success")).GetProperty("msg").GetString().ShouldBe("every 20 ms");
        await stream.Send(new { action = "subscribe", quotes = new[] { stock } });
        Names(await stream.Next("subscription")).ShouldBe([stock]);

        var first = await stream.Next("q");
        first.EnumerateObject().Select(p => p.Name).ShouldBe(["T", "S", "bp", "bs", "ap", "as", "t"]);
        first.GetProperty("S").GetString().ShouldBe(stock);
        first.GetProperty("bp").GetDecimal().ShouldBe(100m);
        first.GetProperty("t").GetDateTimeOffset().Offset.ShouldBe(TimeSpan.Zero);
        await api.Tick(stock, 101.5m);
        JsonElement quote;
        do
        {
            quote = await stream.Next("q");
        }
        while (quote.GetProperty("ap").GetDecimal() != 101.5m);
    }

    [Fact]
    public async Task A_source_that_falls_silent_is_told_on_the_stream_and_on_the_hub_and_so_is_its_return()
    {
        var stock = await api.NewStock();
        await using var stream = await StreamClient.Connect(api);
        await stream.Send(new { action = "subscribe", quotes = new[] { stock } });
        await using var hub = await HubClient.Connect(api, null);
        await hub.Call("Subscribe", [new[] { stock }]);
        await api.Tick(stock, 101m);

        while (!(await stream.Next("q")).TryGetProperty("stale", out var told) || !told.GetBoolean())
        {
        }

        while (!(await hub.Next("price_update"))[0].GetProperty("stale").GetBoolean())
        {
        }

        await api.Tick(stock, 102m);
        while ((await stream.Next("q")).TryGetProperty("stale", out _))
        {
        }

        while ((await hub.Next("price_update"))[0].GetProperty("stale").GetBoolean())
        {
        }
    }

    [Fact]
    public async Task Subscriptions_add_up_and_an_unsubscribed_symbol_is_silent()
    {
        var (one, two) = (await api.NewStock(), await api.NewStock());
        await using var stream = await StreamClient.Connect(api);
        await stream.Send(new { action = "subscribe", quotes = new[] { one } });
        Names(await stream.Next("subscription")).ShouldBe([one]);
        await stream.Send(new { action = "subscribe", quotes = new[] { two, one } });
        Names(await stream.Next("subscription")).ShouldBe([one, two], ignoreOrder: true);
        await stream.Send(new { action = "unsubscribe", quotes = new[] { one, "NOT-THERE" } });
        Names(await stream.Next("subscription")).ShouldBe([two]);
        await api.Tick(one, 101m);
        await api.Tick(two, 102m);
        JsonElement quote;
        do
        {
            quote = await stream.Next("q");
            quote.GetProperty("S").GetString().ShouldBe(two);
        }
        while (quote.GetProperty("ap").GetDecimal() != 102m);
    }

    [Fact]
    public async Task A_token_signs_in_once_by_message_or_by_header()
    {
        var user = await api.NewUser();
        await using var stream = await StreamClient.Connect(api);
        (await stream.Fail("""{"action":"auth","token":"not.a.token"}""")).ShouldBe(402);
        (await stream.Fail("""{"action":"auth","key":"k","secret":"s"}""")).ShouldBe(402);
        await stream.Send(new { action = "auth", token = user.AccessToken });
        (await stream.Next("success")).GetProperty("msg").GetString().ShouldBe("authenticated");
        (await stream.Fail(JsonSerializer.Serialize(new { action = "auth", token = user.AccessToken }))).ShouldBe(403);

        await using var byHeader = await StreamClient.Open(api, user.AccessToken);
        (await byHeader.Next("success")).GetProperty("msg").GetString().ShouldBe("connected");
        (await byHeader.Next("success")).GetProperty("msg").GetString().ShouldBe("authenticated");
        await using var refused = await StreamClient.Open(api, "not.a.token");
        (await refused.Next("error")).GetProperty("code").GetInt32().ShouldBe(402);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("nonsense", 400)]
    [InlineData("[]", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"action":5}""", 400)]
    [InlineData("""{"action":"dance"}""", 400)]
    [InlineData("""{"action":"subscribe","action":"auth"}""", 400)]
    [InlineData("""{"action":"subscribe","quotes":"TEST"}""", 400)]
    [InlineData("""{"action":"subscribe","quotes":[1]}""", 400)]
    [InlineData("""{"action":"subscribe","quotes":[""]}""", 400)]
    [InlineData("""{"action":"subscribe","quotes":["TEST","NOPE"]}""", 400)]
    [InlineData("""{"action":"subscribe","lulds":["TEST"]}""", 410)]
    [InlineData("""{"action":"every"}""", 400)]
    [InlineData("""{"action":"every","interval_ms":1}""", 400)]
    [InlineData("""{"action":"every","interval_ms":1e9}""", 400)]
    public async Task What_cannot_be_done_gets_its_error_and_the_connection_goes_on(string message, int code)
    {
        await using var stream = await StreamClient.Connect(api);
        (await stream.Fail(message)).ShouldBe(code);
        await stream.Send(new { action = "subscribe", quotes = new[] { ApiFixture.Stock } });
        Names(await stream.Next("subscription")).ShouldBe([ApiFixture.Stock]);
    }

    [Fact]
    public async Task Too_many_symbols_get_405_and_binary_messages_400()
    {
        await using var stream = await StreamClient.Connect(api);
        (await stream.Fail(JsonSerializer.Serialize(new { action = "subscribe", quotes = Enumerable.Range(0, 2_001).Select(i => $"S{i}") }))).ShouldBe(405);
        await stream.SendBytes([0x80], WebSocketMessageType.Binary);
        (await stream.Next("error")).GetProperty("code").GetInt32().ShouldBe(400);
    }

    [Fact]
    public async Task A_message_that_is_too_large_ends_the_connection()
    {
        await using var stream = await StreamClient.Connect(api);
        await stream.SendText($$"""{"action":"subscribe","quotes":["{{new string('x', 100_000)}}"]}""");
        (await stream.Next("error")).GetProperty("code").GetInt32().ShouldBe(400);
        (await stream.Next()).ShouldBeNull();
        stream.ClosedWith.ShouldBe(WebSocketCloseStatus.MessageTooBig);
    }

    [Fact]
    public async Task A_request_that_is_no_socket_is_refused() =>
        (await api.Anonymous.Get("/stream")).ShouldBeProblem(400, "malformed");

    [Fact]
    public async Task Clients_that_stop_reading_cost_the_others_nothing_and_read_the_newest_state_when_they_go_on()
    {
        const int rounds = 40; // of some 40 kB each: more than all buffers on the way of a stalled client hold
        await using var reader = await StreamClient.Connect(api);
        var stalled = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => StreamClient.Open(api, receiveBytes: 4_096)));
        foreach (var client in (StreamClient[])[reader, .. stalled])
        {
            await client.Send(new { action = "every", interval_ms = 20 });
            await client.Send(new { action = "subscribe", quotes = ApiFixture.Many });
        }

        for (var round = 1; round <= rounds; round++)
        {
            await Quote(round);
            await ReadUntil(reader, round);
        }

        foreach (var client in stalled)
        {
            var messages = await ReadUntil(client, rounds);
            messages.ShouldBeLessThan(rounds * ApiFixture.Many.Length * 2 / 3);
            await client.DisposeAsync();
        }
    }

    private async Task Quote(int size)
    {
        var answer = await api.Operator.Post(
            "/api/v1/market/ticks", ApiFixture.Many.Select(symbol => new { symbol, bid = 99m, bid_size = size, ask = 101m, ask_size = size }));
        answer.Status.ShouldBe(202, answer.Text);
    }

    /// <summary>Reads until every symbol stands at that size; gives back how many quotes came.</summary>
    private static async Task<int> ReadUntil(StreamClient client, int size)
    {
        var reached = new HashSet<string>();
        var count = 0;
        for (; reached.Count < ApiFixture.Many.Length; count++)
        {
            var quote = await client.Next("q");
            if (quote.GetProperty("bs").GetDecimal() == size)
            {
                reached.Add(quote.GetProperty("S").GetString()!);
            }
        }

        return count;
    }

    private static IEnumerable<string?> Names(JsonElement subscription) => subscription.GetProperty("quotes").EnumerateArray().Select(s => s.GetString());
}
