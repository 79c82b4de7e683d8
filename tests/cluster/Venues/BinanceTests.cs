using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Bourse.Domain.Matching;
using Bourse.Domain.Venues;
using Bourse.GrainInterfaces.Venues;
using Bourse.Grains.Venues;
using Bourse.Silo.Outside;
using Bourse.Silo.Venues;
using Bourse.Tests.Cluster.Outside;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bourse.Tests.Cluster.Venues;

/// <summary>Binance's signed requests and user data stream, with the messages that it documents.</summary>
public sealed class BinanceTests : IDisposable
{
    private const string Info =
        """
        {"symbols":[{"symbol":"ETHUSDT","filters":[{"filterType":"PRICE_FILTER","minPrice":"0.01","maxPrice":"1000000","tickSize":"0.01"},
        {"filterType":"LOT_SIZE","minQty":"0.0010","maxQty":"9000","stepSize":"0.0001"},{"filterType":"NOTIONAL","minNotional":"5.0"}]}]}
        """;

    private static readonly BrokerOrder s_order = new(
        "ETH/USDT", "0198c0de000070008000000000000001", "", Side.Buy, OrderType.Limit, TimeInForce.Gtc, 1.5m, 2_500.10m, 0, false, 0);

    private readonly OutsideServices _services = new();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task An_order_is_signed_over_exactly_what_is_sent_and_carries_the_receive_window()
    {
        string? key = null;
        await using var service = await LocalService.Start(context =>
        {
            key = context.Request.Headers["X-MBX-APIKEY"].ToString() is { Length: > 0 } given ? given : key;
            return context.Response.WriteAsync(context.Request.Path == "/api/v3/exchangeInfo" ? Info : Order("NEW", "0"));
        });
        using var broker = Make(service);

        var answer = await broker.Place(s_order);

        (answer.Kind, answer.State!.Status, answer.State.VenueId, answer.State.ClientId).ShouldBe((BrokerAnswerKind.Told, VenueOrderStatus.Open, "28", s_order.ClientId));
        key.ShouldBe("the-key");
        var sent = service.Requests.Last();
        sent.ShouldStartWith(
            "POST /api/v3/order?symbol=ETHUSDT&side=BUY&type=LIMIT&quantity=1.5&price=2500.1&timeInForce=GTC"
            + $"&newClientOrderId={s_order.ClientId}&newOrderRespType=FULL&recvWindow=5000&timestamp=");
        var (query, signature) = (sent["POST /api/v3/order?".Length..sent.IndexOf("&signature=", StringComparison.Ordinal)], sent[^64..]);
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes("the-secret"), Encoding.UTF8.GetBytes(query))).ShouldBe(signature);
    }

    [Theory]
    [InlineData(1.50005, 2500.10, "venue_filter")]
    [InlineData(1.5, 2500.105, "venue_filter")]
    [InlineData(0.0002, 2500.10, "venue_filter")]
    [InlineData(0.0015, 2500.10, "venue_filter")]
    [InlineData(9001, 2500.10, "venue_filter")]
    [InlineData(0.002, 2500.00, null)]
    public async Task The_filters_of_exchangeInfo_are_kept_before_anything_is_sent(double quantity, double price, string? code)
    {
        await using var service = await LocalService.Start(context =>
            context.Response.WriteAsync(context.Request.Path == "/api/v3/exchangeInfo" ? Info : Order("NEW", "0")));
        using var broker = Make(service);

        var answer = await broker.Place(s_order with { Quantity = (decimal)quantity, LimitPrice = (decimal)price });

        answer.Code.ShouldBe(code);
        service.Requests.Count(r => r.StartsWith("POST", StringComparison.Ordinal)).ShouldBe(code is null ? 1 : 0);
    }

    [Theory]
    [InlineData(400, -2010, "Account has insufficient balance for requested action.", BrokerAnswerKind.Refused)]
    [InlineData(400, -2010, "Duplicate order sent.", BrokerAnswerKind.Unknown)]
    [InlineData(400, -1007, "Timeout waiting for response from backend server. Send status unknown; execution status unknown.", BrokerAnswerKind.Unknown)]
    [InlineData(400, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE", BrokerAnswerKind.Refused)]
    [InlineData(401, -2015, "Invalid API-key, IP, or permissions for action.", BrokerAnswerKind.NotDone)]
    [InlineData(400, -1021, "Timestamp for this request is outside of the recvWindow.", BrokerAnswerKind.NotDone)]
    [InlineData(503, -1000, "Unknown error, please check your request or try again later.", BrokerAnswerKind.Unknown)]
    [InlineData(429, -1003, "Too many requests", BrokerAnswerKind.NotDone)]
    public async Task What_a_refusal_says_of_the_outcome_is_never_guessed(int status, int code, string message, BrokerAnswerKind kind)
    {
        await using var service = await LocalService.Start(context =>
        {
            var isOrder = context.Request.Method == "POST";
            context.Response.StatusCode = isOrder ? status : 200;
            return context.Response.WriteAsync(isOrder ? $$"""{"code":{{code}},"msg":"{{message}}"}""" : context.Request.Path == "/api/v3/time" ? """{"serverTime":1499827319559}""" : Info);
        });
        using var broker = Make(service);

        (await broker.Place(s_order)).Kind.ShouldBe(kind);
    }

    [SharedDataFact]
    public async Task The_documented_answer_to_a_market_order_gives_every_fill_with_its_fee()
    {
        var body = await Fixture("http_json", "new_order_full_response.json");
        await using var service = await LocalService.Start(context =>
            context.Response.WriteAsync(context.Request.Path == "/api/v3/exchangeInfo" ? Info.Replace("ETHUSDT", "BTCUSDT", StringComparison.Ordinal) : body));
        using var broker = Make(service);

        var answer = await broker.Place(s_order with { Symbol = "BTC/USDT", Side = Side.Sell, Type = OrderType.Market, LimitPrice = 0, Quantity = 10 });

        (answer.State!.Status, answer.State.Filled, answer.State.ClientId).ShouldBe((VenueOrderStatus.Filled, 10m, "6gCrw2kRUAF9CvJDGP16IP"));
        answer.State.Fills.Select(f => (f.ExecutionId, f.Price, f.Cumulative, f.Fee)).ShouldBe(
            [("56", 4000m, 1m, 4m), ("57", 3999m, 6m, 19.995m), ("58", 3998m, 8m, 7.996m), ("59", 3997m, 9m, 3.997m), ("60", 3995m, 10m, 3.995m)]);
    }

    [SharedDataFact]
    public async Task An_order_that_is_asked_for_comes_with_its_trades()
    {
        var order = (await Fixture("http_json", "order_response.json")).Replace("\"executedQty\": \"0.0\"", "\"executedQty\": \"12.0\"", StringComparison.Ordinal);
        var trades = await Fixture("http_json", "account_trades_response.json");
        await using var service = await LocalService.Start(context => context.Response.WriteAsync(context.Request.Path == "/api/v3/myTrades" ? trades : order));
        using var broker = Make(service);

        var answer = await broker.Find(s_order with { Symbol = "LTC/BTC", ClientId = "myOrder1" });

        (answer.State!.ClientId, answer.State.VenueId, answer.State.Filled).ShouldBe(("myOrder1", "1", 12m));
        answer.State.Fills.ShouldBe([new BrokerFill("28457", 4.000001m, 12m, 12m, null, false, 1499865549590)]);
    }

    [Fact]
    public async Task An_order_that_is_not_there_is_not_found_and_a_cancel_of_it_refused()
    {
        await using var service = await LocalService.Start(context =>
        {
            context.Response.StatusCode = 400;
            return context.Response.WriteAsync(context.Request.Method == "GET" ? """{"code":-2013,"msg":"Order does not exist."}""" : """{"code":-2011,"msg":"Unknown order sent."}""");
        });
        using var broker = Make(service);

        (await broker.Find(s_order)).Kind.ShouldBe(BrokerAnswerKind.NotFound);
        (await broker.Cancel(s_order)).Kind.ShouldBe(BrokerAnswerKind.Refused);
    }

    [SharedDataFact]
    public async Task The_user_data_stream_is_subscribed_with_a_signature_and_its_documented_reports_are_told()
    {
        string[] reports =
        [
            await Fixture("user_data_json", "execution_report_new.json"), await Fixture("user_data_json", "execution_report_trade.json"),
            await Fixture("user_data_json", "execution_report_canceled.json"), await Fixture("user_data_json", "execution_report_expired.json"),
            await Fixture("user_data_json", "account_position_wrapped.json"), await Fixture("user_data_json", "execution_report_wrapped.json"),
        ];
        await using var service = await LocalService.Start(
            context => context.Response.WriteAsync("""{"serverTime":1499827319559}"""),
            async (service, socket, _) =>
            {
                await service.Hear(socket);
                await LocalService.Say(socket, """{"id":"user-data","status":200,"result":{"subscriptionId":0}}""");
                foreach (var report in reports)
                {
                    await LocalService.Say(socket, report);
                }

                await service.HearOn(socket);
            });
        using var broker = Make(service);
        using var stop = new CancellationTokenSource();
        var hub = new Hub();
        var running = broker.Run(hub, stop.Token);

        await Eventually.Holds(() => hub.Told.Count == 4);

        hub.Connections.ShouldBe(1);
        service.Said.First().ShouldContain("userDataStream.subscribe.signature");
        service.Said.First().ShouldContain("\"timestamp\":14998273");
        var states = hub.Told.Select(t => t.State).ToArray();
        hub.Told.ShouldAllBe(t => t.Symbol == "ETH/USDT" && t.State.ClientId == "x-TD67BGP9-T0000000000000");
        states.Select(s => s.Status).ShouldBe([VenueOrderStatus.Open, VenueOrderStatus.Filled, VenueOrderStatus.Canceled, VenueOrderStatus.Canceled]);
        states[1].Fills.ShouldBe([new BrokerFill("98765432", 2500m, 1m, 1m, 2.5m, true, 1709654401000)]);
        states[3].Code.ShouldBe("ioc_remainder");
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running);
    }

    private BinanceBroker Make(LocalService service)
    {
        var options = new VenueOptions { Mode = VenueMode.Paper, Address = service.Address, Stream = service.Stream, Key = "the-key", Secret = "the-secret" };
        var health = _services.Of(BinanceBroker.Name);
        var http = new OutsideHttp(service.Address, new OutsideHttpOptions { Retries = 0, WeightPerMinute = 100_000 }, health, TimeProvider.System);
        return new BinanceBroker(
            options, new BrokerCredentials(BinanceBroker.Name, options, new ConfigurationBuilder().Build(), null!, TimeProvider.System), health, http,
            new OutsideSocket(new OutsideSocketOptions(), health, TimeProvider.System, NullLogger.Instance), TimeProvider.System);
    }

    private static string Order(string status, string filled) =>
        $$"""
        {"symbol":"ETHUSDT","orderId":28,"orderListId":-1,"clientOrderId":"{{s_order.ClientId}}","transactTime":1507725176595,"price":"2500.10","origQty":"1.5",
        "executedQty":"{{filled}}","status":"{{status}}","timeInForce":"GTC","type":"LIMIT","side":"BUY","fills":[]}
        """;

    private static Task<string> Fixture(string folder, string name) =>
        File.ReadAllTextAsync(SharedData.PathTo("api", "binance_nautilus", "spot", folder, name));

    private sealed class Hub : IBrokerHub
    {
        public ConcurrentQueue<(string Symbol, BrokerState State)> Told { get; } = new();

        public int Connections { get; private set; }

        public Task Connected()
        {
            Connections++;
            return Task.CompletedTask;
        }

        public string? ToOurs(string theirs) => theirs == "ETHUSDT" ? "ETH/USDT" : null;

        public Task Tell(string symbol, BrokerState state)
        {
            Told.Enqueue((symbol, state));
            return Task.CompletedTask;
        }
    }
}
