using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Silo.MarketData.Live;
using Bourse.Tests.Cluster.Outside;
using Microsoft.AspNetCore.Http;

namespace Bourse.Tests.Cluster.MarketData.Live;

/// <summary>Binance's messages, recorded ones where the recordings are there.</summary>
public sealed class BinanceMarketTests
{
    [SharedDataFact]
    public async Task The_recorded_line_gives_the_books_of_the_recorded_tickers_without_a_gap()
    {
        var (lines, snapshots) = await Recording();
        var compared = 0;
        foreach (var (symbol, snapshot) in snapshots)
        {
            var book = new DepthBook();
            using var first = JsonDocument.Parse(snapshot);
            book.Take(first.RootElement.GetProperty("lastUpdateId").GetInt64(), first.RootElement.GetProperty("bids"), first.RootElement.GetProperty("asks"));
            var tickers = Messages(lines, symbol, "bookTicker").ToDictionary(t => t.GetProperty("u").GetInt64());
            foreach (var difference in Messages(lines, symbol, "depth@100ms"))
            {
                book.Apply(
                    difference.GetProperty("U").GetInt64(), difference.GetProperty("u").GetInt64(), difference.GetProperty("b"), difference.GetProperty("a"))
                    .ShouldNotBe(DepthStep.Gap);
                if (tickers.TryGetValue(book.LastUpdate, out var ticker))
                {
                    book.BestBid.ShouldBe((Number(ticker, "b"), Number(ticker, "B")));
                    book.BestAsk.ShouldBe((Number(ticker, "a"), Number(ticker, "A")));
                    compared++;
                }
            }
        }

        snapshots.Count.ShouldBe(4);
        compared.ShouldBeGreaterThan(10);
    }

    [SharedDataFact]
    public async Task The_recorded_line_over_a_real_socket_brings_its_quotes_and_every_trade()
    {
        var (lines, snapshots) = await Recording();
        await using var service = await LocalService.Start(
            context => context.Response.WriteAsync(snapshots[context.Request.Query["symbol"]!]),
            async (service, socket, _) =>
            {
                await service.Hear(socket);
                foreach (var line in lines)
                {
                    await LocalService.Say(socket, line);
                }

                await service.HearOn(socket);
            });
        await using var bench = new ProviderBench();
        bench.Run(bench.Make("binance", service, "NKN/USDT", "BLZ/ETH", "LRC/BTC", "RUNE/EUR"));
        var trades = lines.Count(l => l.Contains("\"aggTrade\"", StringComparison.Ordinal));

        await Eventually.Holds(() => bench.Ticks.Count(t => t.Tick.Price is not null) == trades);
        await Eventually.Holds(() => service.Requests.Count(r => r.Contains("depth", StringComparison.Ordinal)) >= 4);

        trades.ShouldBeGreaterThan(0);
        bench.Ticks.ShouldContain(t => t.Symbol == "NKN/USDT" && t.Tick.Price == 0.3528m && t.Tick.Size == 58m && t.Tick.TimestampMs == 1633998523963);
        service.Said.First().ShouldContain("nknusdt@depth@100ms");
    }

    [Fact]
    public async Task Quotes_follow_the_snapshot_and_at_a_gap_the_snapshot_is_asked_for_again()
    {
        var asked = 0;
        await using var bench = new ProviderBench();
        await using var service = await LocalService.Start(
            context => context.Response.WriteAsync(Interlocked.Increment(ref asked) == 1
                ? """{"lastUpdateId":10,"bids":[["3.0","431"]],"asks":[["4.2","12"]]}"""
                : """{"lastUpdateId":1000000,"bids":[["5.0","1"]],"asks":[["5.2","2"]]}"""),
            async (service, socket, _) =>
            {
                await service.Hear(socket);
                await LocalService.Say(socket, """{"result":null,"id":1}""");
                var update = await SayUntil(socket, 9, "4.0", () => bench.Ticks.Any(t => t.Tick.Bid == 4.0m)); // the snapshot alone is a tick too
                await SayUntil(socket, update + 2, "4.1", () => Volatile.Read(ref asked) >= 2);
                await SayUntil(socket, 1_000_001, "5.1", () => service.Ends.IsCancellationRequested);
            });
        bench.Run(bench.Make("binance", service, "BTC/USD=BTCUSDT"));

        await Eventually.Holds(() => bench.Ticks.Any(t => t.Tick.Bid == 5.1m && t.Tick.Ask == 5.2m));

        bench.Ticks.ShouldContain(t => t.Symbol == "BTC/USD" && t.Tick.Bid == 4.0m && t.Tick.Ask == 4.2m);
        bench.Ticks.ShouldNotContain(t => t.Tick.Bid == 4.1m);
        service.Requests.ShouldAllBe(r => r == "GET /api/v3/depth?symbol=BTCUSDT&limit=1000");
    }

    [SharedDataFact]
    public async Task A_snapshot_request_reads_the_documented_book_ticker()
    {
        var body = await File.ReadAllTextAsync(SharedData.PathTo("api", "binance_nautilus", "spot", "http_json", "book_ticker_response.json"));
        await using var service = await LocalService.Start(context => context.Response.WriteAsync(body));
        await using var bench = new ProviderBench();

        var tick = await bench.Make("binance", service, "LTC/BTC").Snapshot("LTC/BTC", CancellationToken.None);

        (tick.Tick.Bid, tick.Tick.BidSize, tick.Tick.Ask, tick.Tick.AskSize).ShouldBe((4.0m, 431m, 4.000002m, 9m));
        service.Requests.ShouldBe(["GET /api/v3/ticker/bookTicker?symbol=LTCBTC"]);
    }

    /// <summary>Sends differences one after the other, not more at once than the book lets wait for its snapshot; gives the number after the last.</summary>
    private static async Task<int> SayUntil(WebSocket socket, int update, string bid, Func<bool> isEnough)
    {
        await Eventually.Holds(async () =>
        {
            await LocalService.Say(socket, Difference(update++, bid));
            return isEnough();
        });
        return update;
    }

    private static string Difference(int update, string bid) =>
        $$$"""{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":{{{update}}},"s":"BTCUSDT","U":{{{update}}},"u":{{{update}}},"b":[["{{{bid}}}","1"]],"a":[]}}""";

    private static async Task<(IReadOnlyList<string> Lines, Dictionary<string, string> Snapshots)> Recording()
    {
        var lines = (await File.ReadAllLinesAsync(SharedData.PathTo("recordings", "BINANCE.ws.1.0")))
            .Skip(1).Where(l => l.Contains(": {", StringComparison.Ordinal)).Select(l => l[(l.IndexOf(": {", StringComparison.Ordinal) + 2)..]).ToList();
        var snapshots = (await File.ReadAllLinesAsync(SharedData.PathTo("recordings", "BINANCE.http.0.0"))).Where(l => l.Length > 0).ToDictionary(
            l => l.Split("symbol=")[1].Split('&')[0], l => l[(l.IndexOf(": {", StringComparison.Ordinal) + 2)..]);
        return (lines, snapshots);
    }

    private static IEnumerable<JsonElement> Messages(IEnumerable<string> lines, string symbol, string stream) => lines
        .Select(l => JsonDocument.Parse(l).RootElement)
        .Where(m => m.GetProperty("stream").GetString() == $"{symbol.ToLowerInvariant()}@{stream}")
        .Select(m => m.GetProperty("data"));

    private static decimal Number(JsonElement of, string name) => decimal.Parse(of.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
