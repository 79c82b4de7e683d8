using System.Text.Json;
using Bourse.Silo.MarketData.Live;
using Bourse.Silo.Outside;
using Bourse.Tests.Cluster.Outside;
using Microsoft.AspNetCore.Http;

namespace Bourse.Tests.Cluster.MarketData.Live;

/// <summary>Polygon, Alpaca and Alpha Vantage.</summary>
public sealed class StockMarketTests
{
    [Fact]
    public async Task Polygon_is_signed_in_to_subscribed_and_heard()
    {
        await using var service = await LocalService.Start(talk: async (service, socket, _) =>
        {
            await LocalService.Say(socket, """[{"ev":"status","status":"connected","message":"Connected Successfully"}]""");
            await service.Hear(socket);
            await LocalService.Say(socket, """[{"ev":"status","status":"auth_success","message":"authenticated"}]""");
            await service.Hear(socket);
            await LocalService.Say(socket, """
                [{"ev":"Q","sym":"AAPL","bx":4,"bp":114.125,"bs":100,"ax":7,"ap":114.128,"as":160,"c":0,"t":1536036818784,"z":3},
                 {"ev":"T","sym":"AAPL","x":4,"i":"12345","z":3,"p":114.126,"s":25,"c":[0,12],"t":1536036818785},
                 {"ev":"Q","sym":"AAPL","bp":0,"bs":0,"ap":114.2,"as":1,"t":1536036818786}]
                """);
            await service.HearOn(socket);
        });
        await using var bench = new ProviderBench();
        bench.Run(bench.Make("polygon", service, "AAPL"));

        await Eventually.Holds(() => bench.Ticks.Count == 3);

        service.Said.ShouldBe(["""{"action":"auth","params":"the-key"}""", """{"action":"subscribe","params":"Q.AAPL,T.AAPL"}"""]);
        var ticks = bench.Ticks.Select(t => t.Tick).ToArray();
        (ticks[0].Bid, ticks[0].BidSize, ticks[0].Ask, ticks[0].AskSize, ticks[0].TimestampMs).ShouldBe((114.125m, 100m, 114.128m, 160m, 1536036818784));
        (ticks[1].Price, ticks[1].Size).ShouldBe((114.126m, 25m));
        (ticks[2].Bid, ticks[2].Ask).ShouldBe((null, 114.2m));
    }

    [SharedDataFact]
    public async Task Polygon_answers_with_the_recorded_best_quote()
    {
        var body = await File.ReadAllTextAsync(SharedData.PathTo("api", "polygon", "mocks", "v2", "last", "nbbo", "AAPL.json"));
        string? authorization = null;
        await using var service = await LocalService.Start(context =>
        {
            authorization = context.Request.Headers.Authorization;
            return context.Response.WriteAsync(body);
        });
        await using var bench = new ProviderBench();

        var tick = await bench.Make("polygon", service, "AAPL").Snapshot("AAPL", CancellationToken.None);

        (tick.Tick.Bid, tick.Tick.BidSize, tick.Tick.Ask, tick.Tick.AskSize, tick.Tick.TimestampMs).ShouldBe((155.65m, 1m, 155.66m, 14m, 1652192754171));
        authorization.ShouldBe("Bearer the-key");
        service.Requests.ShouldBe(["GET /v2/last/nbbo/AAPL"]);
    }

    [Fact]
    public async Task Alpaca_is_signed_in_to_subscribed_and_heard()
    {
        await using var service = await LocalService.Start(talk: async (service, socket, _) =>
        {
            await LocalService.Say(socket, """[{"T":"success","msg":"connected"}]""");
            await service.Hear(socket);
            await LocalService.Say(socket, """[{"T":"success","msg":"authenticated"}]""");
            await service.Hear(socket);
            await LocalService.Say(socket, """[{"T":"subscription","trades":["AAPL"],"quotes":["AAPL"],"bars":[]}]""");
            await LocalService.Say(socket, """
                [{"T":"q","S":"AAPL","bx":"K","bp":133.54,"bs":9,"ax":"Q","ap":133.55,"as":7,"c":["R"],"z":"C","t":"2021-05-03T14:45:50.532316972Z"},
                 {"T":"t","i":96921,"S":"AAPL","x":"D","p":133.55,"s":200,"t":"2021-05-03T14:45:50.456Z","c":["@"],"z":"C"}]
                """);
            await service.HearOn(socket);
        });
        await using var bench = new ProviderBench();
        bench.Run(bench.Make("alpaca", service, "AAPL"));

        await Eventually.Holds(() => bench.Ticks.Count == 2);

        service.Said.ShouldBe(["""{"action":"auth","key":"the-key","secret":"the-secret"}""", """{"action":"subscribe","quotes":["AAPL"],"trades":["AAPL"]}"""]);
        var ticks = bench.Ticks.Select(t => t.Tick).ToArray();
        (ticks[0].Bid, ticks[0].Ask, ticks[0].TimestampMs).ShouldBe((133.54m, 133.55m, 1620053150532));
        (ticks[1].Price, ticks[1].Size, ticks[1].TimestampMs).ShouldBe((133.55m, 200m, 1620053150456));
    }

    [SharedDataFact]
    public async Task Alpaca_answers_with_the_recorded_snapshot()
    {
        using var recorded = JsonDocument.Parse(await File.ReadAllTextAsync(SharedData.PathTo("api", "alpaca", "alpaca_rest_v2.json")));
        var body = recorded.RootElement.EnumerateArray().First(r => r.GetProperty("url").GetString()!.EndsWith("AAPL/snapshot", StringComparison.Ordinal)).GetProperty("body").GetRawText();
        await using var service = await LocalService.Start(context => context.Response.WriteAsync(body));
        await using var bench = new ProviderBench();

        var tick = await bench.Make("alpaca", service, "AAPL").Snapshot("AAPL", CancellationToken.None);

        (tick.Tick.Price, tick.Tick.Bid, tick.Tick.Ask, tick.Tick.TimestampMs).ShouldBe((133.55m, 133.54m, 133.55m, 1620053150532));
    }

    [Fact]
    public async Task A_refused_key_is_told_in_the_health_without_the_key()
    {
        await using var service = await LocalService.Start(talk: async (service, socket, _) =>
        {
            await service.Hear(socket);
            await LocalService.Say(socket, """[{"T":"error","code":402,"msg":"auth failed"}]""");
            await service.HearOn(socket);
        });
        await using var bench = new ProviderBench();
        bench.Run(bench.Make("alpaca", service, "AAPL"));

        await Eventually.Holds(() => bench.Services.Of("alpaca").Text == "not connected (it refuses the key or the subscription)");
    }

    [SharedDataFact]
    public async Task Alpha_Vantage_answers_stocks_and_pairs_and_is_left_alone_when_it_says_so()
    {
        var quote = await File.ReadAllTextAsync(SharedData.PathTo("api", "alpha_vantage", "global_quote"));
        var rate = await File.ReadAllTextAsync(SharedData.PathTo("api", "alpha_vantage", "mock_foreign_exchange"));
        await using var service = await LocalService.Start(context => context.Response.WriteAsync(context.Request.Query["symbol"].ToString() switch
        {
            "MSFT" => quote,
            "IBM" => """{"Note": "Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute."}""",
            _ => rate,
        }));
        await using var bench = new ProviderBench();
        IMarketDataProvider provider = bench.Make("alpha-vantage", service, "MSFT", "IBM", "BTC/CNY");

        (await provider.Snapshot("MSFT", CancellationToken.None)).Tick.Price.ShouldBe(112.13m);
        var pair = await provider.Snapshot("BTC/CNY", CancellationToken.None);
        (pair.Tick.Price, pair.Tick.TimestampMs).ShouldBe((109631.430607m, 1513797801000));
        (await Should.ThrowAsync<OutsideException>(() => provider.Snapshot("IBM", CancellationToken.None))).Message.ShouldBe("rate limited");
        (await Should.ThrowAsync<OutsideException>(() => provider.Snapshot("MSFT", CancellationToken.None))).Message.ShouldBe("the rate budget is used up");
        service.Requests.Count.ShouldBe(3);
    }
}
