using Bourse.Silo.Outside;
using Bourse.Tests.Cluster.Outside;
using Microsoft.AspNetCore.Http;

namespace Bourse.Tests.Cluster.MarketData.Live;

/// <summary>Bybit's messages as they are documented.</summary>
public sealed class BybitMarketTests
{
    [SharedDataFact]
    public async Task Snapshot_and_difference_make_quotes_and_a_gap_subscribes_anew()
    {
        var snapshot = await Fixture("ws_orderbook_snapshot.json");
        var difference = await Fixture("ws_orderbook_delta.json");
        var trade = (await Fixture("ws_public_trade.json")).Replace("trade.linear.", "publicTrade.", StringComparison.Ordinal);
        var acknowledged = await Fixture("ws_subscription_ack.json");
        await using var service = await LocalService.Start(talk: async (service, socket, _) =>
        {
            await service.Hear(socket);
            foreach (var message in new[] { acknowledged, snapshot, difference, trade, difference.Replace("123456790", "123456799", StringComparison.Ordinal) })
            {
                await LocalService.Say(socket, message);
            }

            await service.HearOn(socket);
        });
        await using var bench = new ProviderBench();
        bench.Run(bench.Make("bybit", service, "BTC/USDT"));

        await Eventually.Holds(() => service.Said.Count == 3);

        service.Said.Skip(1).ShouldBe(["""{"op":"unsubscribe","args":["orderbook.50.BTCUSDT"]}""", """{"op":"subscribe","args":["orderbook.50.BTCUSDT"]}"""]);
        var ticks = bench.Ticks.ToArray();
        ticks.Length.ShouldBe(3);
        (ticks[0].Tick.Bid, ticks[0].Tick.BidSize, ticks[0].Tick.Ask, ticks[0].Tick.AskSize).ShouldBe((27450.00m, 0.5m, 27451.00m, 0.75m));
        (ticks[1].Tick.Bid, ticks[1].Tick.BidSize, ticks[1].Tick.Ask, ticks[1].Tick.AskSize).ShouldBe((27450.00m, 0.4m, 27451.50m, 0.9m));
        (ticks[2].Symbol, ticks[2].Tick.Price, ticks[2].Tick.Size, ticks[2].Tick.TimestampMs).ShouldBe(("BTC/USDT", 27451m, 0.01m, 1709891679000));
    }

    [SharedDataFact]
    public async Task A_subscription_that_is_refused_is_told_in_the_health()
    {
        var refused = await Fixture("ws_subscription_failure.json");
        await using var service = await LocalService.Start(talk: async (service, socket, _) =>
        {
            await service.Hear(socket);
            await LocalService.Say(socket, refused);
            await service.HearOn(socket);
        });
        await using var bench = new ProviderBench();
        bench.Run(bench.Make("bybit", service, "BTC/USDT"));

        await Eventually.Holds(() => bench.Services.Of("bybit").Text == "not connected (it refuses the subscription)");
    }

    [SharedDataFact]
    public async Task A_snapshot_request_reads_the_documented_book()
    {
        var body = await Fixture("http_get_orderbook.json");
        await using var service = await LocalService.Start(context => context.Response.WriteAsync(context.Request.QueryString.Value!.Contains("BTCUSDT", StringComparison.Ordinal)
            ? body
            : """{"retCode":10001,"retMsg":"Not supported symbols","result":{}}"""));
        await using var bench = new ProviderBench();
        var bybit = bench.Make("bybit", service, "BTC/USDT", "XX/YY");

        var tick = await bybit.Snapshot("BTC/USDT", CancellationToken.None);

        (tick.Tick.Bid, tick.Tick.Ask, tick.Tick.TimestampMs).ShouldBe((27450.50m, 27451.00m, 1709891679000));
        (await Should.ThrowAsync<OutsideException>(() => bybit.Snapshot("XX/YY", CancellationToken.None))).Message.ShouldBe("refused with code 10001");
    }

    private static Task<string> Fixture(string name) => File.ReadAllTextAsync(SharedData.PathTo("api", "bybit_nautilus", name));
}
