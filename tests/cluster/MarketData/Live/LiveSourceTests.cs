using System.Net.WebSockets;
using Bourse.Silo.MarketData;
using Bourse.Silo.MarketData.Live;
using Bourse.Silo.Outside;
using Bourse.Tests.Cluster.Outside;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bourse.Tests.Cluster.MarketData.Live;

/// <summary>Several providers as one source.</summary>
public sealed class LiveSourceTests
{
    private static readonly LiveMarketOptions s_options = new() { StaleAfter = TimeSpan.FromMinutes(10), HedgeAfter = TimeSpan.FromMilliseconds(50) };

    [Fact]
    public async Task A_slow_first_provider_is_overtaken_by_the_second()
    {
        await using var slow = await LocalService.Start(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var book = Book("2.0", "2.1");
        await using var quick = await LocalService.Start(async context =>
        {
            await Eventually.Holds(() => !slow.Requests.IsEmpty, "the first is asked first");
            await book(context);
        });
        await using var bench = new ProviderBench();
        using var source = Source(bench.Make("binance", slow, "A/B"), bench.Make("bybit", quick, "A/B"));

        var tick = await source.Snapshot("A/B", CancellationToken.None);

        tick.Tick.Bid.ShouldBe(2.0m);
        slow.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_provider_that_is_down_or_speaks_garbage_is_passed_over()
    {
        await using var garbage = await LocalService.Start(context => context.Response.WriteAsync("""{"retCode":0,"result":{"b":"?"}}"""));
        await using var well = await LocalService.Start(context => context.Response.WriteAsync("""{"bidPrice":"3.0","bidQty":"1","askPrice":"3.1","askQty":"1"}"""));
        await using var bench = new ProviderBench();
        var nowhere = new Uri("http://127.0.0.1:1/");
        using var source = Source(bench.Make("polygon", nowhere, nowhere, "A/B"), bench.Make("bybit", garbage, "A/B"), bench.Make("binance", well, "A/B"));

        (await source.Snapshot("A/B", CancellationToken.None)).Tick.Bid.ShouldBe(3.0m);
    }

    [Fact]
    public async Task Where_nobody_answers_the_caller_is_told()
    {
        await using var bench = new ProviderBench();
        var nowhere = new Uri("http://127.0.0.1:1/");
        using var source = Source(bench.Make("binance", nowhere, nowhere, "A/B"), bench.Make("bybit", nowhere, nowhere, "A/B"));

        await Should.ThrowAsync<OutsideException>(() => source.Snapshot("A/B", CancellationToken.None));
    }

    [Fact]
    public async Task When_the_better_provider_goes_the_next_ones_ticks_go_on_and_its_return_ends_that()
    {
        await using var second = await LocalService.Start(Book("2.0", "2.1"), Trades("2"));
        await using var bench = new ProviderBench();
        int port;
        LiveSource source;
        await using (var first = await LocalService.Start(Book("1.0", "1.1"), Trades("1")))
        {
            port = first.Address.Port;
            source = Source(bench.Make("binance", first, "A/B"), bench.Make("bybit", second, "A/B"));
            bench.Run(source);
            await Eventually.Holds(() => bench.Ticks.Count(t => t.Tick.Price == 1m) > 5);
            bench.Ticks.Clear();
            await Eventually.Holds(() => bench.Ticks.Count(t => t.Tick.Price == 1m) > 5);
            bench.Ticks.ShouldAllBe(t => t.Tick.Price == 1m || t.Tick.Price == null);
        }

        await Eventually.Holds(() => bench.Ticks.Any(t => t.Tick.Price == 2m));
        await using var again = await LocalService.Start(Book("1.0", "1.1"), Trades("1"), port);
        bench.Ticks.Clear();

        await Eventually.Holds(() => bench.Ticks.Count(t => t.Tick.Price == 1m) > 5);
        bench.Ticks.Clear();
        await Eventually.Holds(() => bench.Ticks.Count > 5);
        bench.Ticks.ShouldAllBe(t => t.Tick.Price != 2m);
    }

    [Fact]
    public void A_symbol_that_stands_twice_is_a_fault_of_the_settings() =>
        Should.Throw<ArgumentException>(() => new SymbolMap(["BTC/USD=BTCUSDT", "BTC/USDT"], SymbolMap.WithoutSlash));

    private static LiveSource Source(params IMarketDataProvider[] providers) =>
        new(providers, s_options, InstrumentDefaults.For, TimeProvider.System, NullLogger.Instance);

    private static Func<HttpContext, Task> Book(string bid, string ask) => context => context.Response.WriteAsync(
        context.Request.Path.Value!.Contains("v5", StringComparison.Ordinal)
            ? $$$"""{"retCode":0,"result":{"s":"AB","u":1,"ts":1,"b":[["{{{bid}}}","1"]],"a":[["{{{ask}}}","1"]]}}"""
            : $$"""{"lastUpdateId":1,"bidPrice":"{{bid}}","bidQty":"1","askPrice":"{{ask}}","askQty":"1","bids":[],"asks":[]}""");

    /// <summary>Binance's trades at 1, or Bybit's at 2, as fast as they are heard.</summary>
    private static Func<LocalService, WebSocket, int, Task> Trades(string price) => async (service, socket, _) =>
    {
        var text = price == "1"
            ? """{"stream":"ab@trade","data":{"e":"trade","s":"AB","p":"1","q":"1","T":1}}"""
            : """{"topic":"publicTrade.AB","data":[{"s":"AB","p":"2","v":"1","T":1}]}""";
        await service.Hear(socket);
        var hearing = service.HearOn(socket);
        while (!hearing.IsCompleted)
        {
            await LocalService.Say(socket, text);
            await Task.Delay(5, service.Ends);
        }
    };
}
