using System.Collections.Concurrent;
using System.Net.WebSockets;
using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;
using Bourse.Silo.ReadModel.Verification;
using Bourse.Silo.Venues;
using Bourse.Tests.Cluster.Orders;
using Bourse.Tests.Cluster.Outside;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Bourse.Tests.Cluster.Venues;

/// <summary>An order through account, venue grain and adapter to a service that speaks Binance's protocol.</summary>
public sealed class BinanceOrderTests
{
    private const string Symbol = "ETH/USD";

    private readonly ConcurrentQueue<WebSocket> _lines = new();
    private volatile string? _sent;

    [Fact]
    public async Task An_order_fills_by_the_user_data_stream_and_its_commission_in_the_base_is_a_fee_in_the_currency()
    {
        var database = await TestServer.MakeDatabase();
        await using var service = await LocalService.Start(Answer, Talk);
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Venues:binance:Mode"] = "Paper",
            ["Venues:binance:Address"] = service.Address.ToString(),
            ["Venues:binance:Stream"] = service.Stream.ToString(),
            ["Venues:binance:Key"] = "the-key",
            ["Venues:binance:Secret"] = "the-secret",
        }).Build();
        await using var bourse = await BourseCluster.Start(database, configure: silo =>
        {
            silo.Services.AddSingleton<IConfiguration>(settings);
            silo.AddVenues();
        });
        await bourse.AddInstrument(Symbol, 100m, BinanceBroker.Name);
        await Eventually.Holds(() => !_lines.IsEmpty);
        var account = await bourse.OpenAccount();

        var placed = await account.Place(bourse.Limit(Side.Buy, 10, 100m, symbol: Symbol));

        (placed.Kind, placed.Order!.Status, _sent).ShouldBe((AnswerKind.Done, OrderStatus.New, placed.Order.Id.ToString("N")));
        await LocalService.Say(_lines.Last(), Report("TRADE", "PARTIALLY_FILLED", "4", "4", 71));
        await LocalService.Say(_lines.Last(), Report("TRADE", "PARTIALLY_FILLED", "4", "4", 71));
        await LocalService.Say(_lines.Last(), Report("TRADE", "FILLED", "6", "10", 72));
        await Eventually.Holds(async () => (await account.GetOrder(placed.Order.Id))!.Status == OrderStatus.Filled);
        var fills = (await account.ReadOrderUpdates(0, 10)).Updates.Where(u => u.Fill is not null).Select(u => (u.Fill!.Quantity, u.Fill.Price, u.Fill.Fee, u.Fill.Liquidity));
        fills.ShouldBe([(4m, 99m, 0.99m, "maker"), (6m, 99m, 0.99m, "maker")]);
        (await Verifier.Run(database, null, CancellationToken.None)).Errors.ShouldBeEmpty();
    }

    private Task Answer(HttpContext context)
    {
        if (context.Request.Method == "POST")
        {
            _sent = context.Request.Query["newClientOrderId"];
        }

        return context.Response.WriteAsync(context.Request.Path.Value switch
        {
            "/api/v3/time" => $$"""{"serverTime":{{NowMs}}}""",
            "/api/v3/exchangeInfo" => """{"symbols":[{"symbol":"ETHUSD","filters":[]}]}""",
            _ => $$"""{"symbol":"ETHUSD","orderId":5,"clientOrderId":"{{_sent}}","transactTime":1,"executedQty":"0","status":"NEW","timeInForce":"GTC","fills":[]}""",
        });
    }

    private async Task Talk(LocalService service, WebSocket socket, int number)
    {
        await service.Hear(socket);
        await LocalService.Say(socket, """{"id":"user-data","status":200,"result":{"subscriptionId":0}}""");
        _lines.Enqueue(socket);
        await service.HearOn(socket);
    }

    private string Report(string execution, string status, string quantity, string filled, int trade) =>
        $$$"""
        {"subscriptionId":0,"event":{"e":"executionReport","E":{{{NowMs}}},"s":"ETHUSD","c":"{{{_sent}}}","S":"BUY","o":"LIMIT","f":"GTC","q":"10","p":"100","x":"{{{execution}}}",
        "X":"{{{status}}}","r":"NONE","i":5,"l":"{{{quantity}}}","z":"{{{filled}}}","L":"99","n":"0.01","N":"ETH","T":{{{NowMs}}},"t":{{{trade}}},"m":true,"C":""}}
        """;

    private static long NowMs => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
}
