using System.Threading.Channels;
using Bourse.Domain.Accounts;
using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.Instruments;
using Bourse.Grains.Feeds;
using Bourse.Grains.Instruments;
using Bourse.Silo.MarketData;
using Bourse.Tests.Cluster.Orders;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;

namespace Bourse.Tests.Cluster.MarketData;

/// <summary>The house's makers on real books: what is shown can be had.</summary>
public sealed class HouseMakerTests : IAsyncLifetime
{
    private const string Symbol = "MKT";

    private BourseCluster _bourse = null!;

    private IBookGrain Book => _bourse.Grains.GetGrain<IBookGrain>(Symbol);

    private IFeedGrain Feed => _bourse.Grains.GetGrain<IFeedGrain>(Symbol);

    public async Task InitializeAsync() => _bourse = await BourseCluster.Start(await TestServer.MakeDatabase());

    public async Task DisposeAsync() => await _bourse.DisposeAsync();

    [Fact]
    public async Task The_quote_stands_in_the_book_when_the_feed_shows_it()
    {
        await using var market = Market.Start(_bourse);
        await market.Quote(99m, 99.02m);
        await Eventually.Holds(async () => (await Book.GetDepth(1)).Asks.Count == 1);
        foreach (var bid in new[] { 100m, 100.05m, 103m, 98m })
        {
            await market.Quote(bid, bid + 0.02m);
            await Eventually.Holds(async () => (await Feed.GetQuote())?.Bid == bid);

            var depth = await Book.GetDepth(5);
            depth.Bids.Select(l => (l.Price, l.Quantity)).ShouldBe([(bid, 500m)]);
            depth.Asks.Select(l => (l.Price, l.Quantity)).ShouldBe([(bid + 0.02m, 600m)]);
        }
    }

    [Fact]
    public async Task A_new_traders_order_fills_at_the_shown_quote_and_the_maker_quotes_again()
    {
        await using var market = Market.Start(_bourse);
        await market.Quote(100m, 100.02m);
        await Eventually.Holds(async () => (await Feed.GetQuote())?.Ask == 100.02m);
        await Eventually.Holds(async () => await _bourse.Cluster.GetSiloServiceProvider().GetRequiredService<QuoteBoard>().GetReference(Symbol) is not null);
        var trader = await _bourse.OpenAccount();

        var bought = await Place(trader, Side.Buy, OrderType.Market, TimeInForce.Ioc, 600m, null);

        bought.Order!.Status.ShouldBe(OrderStatus.Filled);
        bought.Order.FilledAveragePrice.ShouldBe(100.02m);
        await Eventually.Holds(async () => (await Book.GetDepth(1)).Asks is [{ Price: 100.02m, Quantity: 600m }]);
        await Eventually.Holds(async () => (await Feed.GetTrades(1)) is [{ Price: 100.02m, Quantity: 600m, Side: Side.Buy }]);
    }

    [Fact]
    public async Task A_resting_order_fills_when_the_market_comes_to_it()
    {
        await using var market = Market.Start(_bourse);
        await market.Quote(100m, 100.02m);
        await Eventually.Holds(async () => (await Book.GetDepth(1)).Asks.Count == 1);
        var trader = await _bourse.OpenAccount();
        var resting = await Place(trader, Side.Buy, OrderType.Limit, TimeInForce.Gtc, 10m, 99.50m);
        resting.Order!.Status.ShouldBe(OrderStatus.New);

        await market.Quote(99.40m, 99.42m);

        await Eventually.Holds(async () => (await trader.GetOrder(resting.Order.Id))!.Status == OrderStatus.Filled);
        (await trader.GetOrder(resting.Order.Id))!.FilledAveragePrice.ShouldBe(99.50m);
    }

    [Fact]
    public async Task Quotes_of_an_earlier_run_are_cancelled_and_only_the_new_ones_stand()
    {
        await using (var first = Market.Start(_bourse))
        {
            await first.Quote(90m, 90.02m);
            await Eventually.Holds(async () => (await Book.GetDepth(1)).Asks.Count == 1);
        }

        await using var second = Market.Start(_bourse);
        await second.Quote(95m, 95.02m);

        await Eventually.Holds(async () => (await Feed.GetQuote())?.Bid == 95m);
        await Eventually.Holds(async () => (await Book.GetDepth(9)) is { Bids: [{ Price: 95m }], Asks: [{ Price: 95.02m }] });
        (await _bourse.Grains.GetGrain<IAccountGrain>(Market.Account).GetOpenOrders()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_halt_holds_the_maker_up_until_it_ends()
    {
        await using var market = Market.Start(_bourse);
        await market.Quote(100m, 100.02m);
        await Eventually.Holds(async () => (await Book.GetDepth(1)).Asks.Count == 1);
        await SetStatus(InstrumentStatus.Halted);
        await market.Quote(101m, 101.02m);
        await Eventually.Holds(async () => (await Feed.GetQuote())?.Bid == 101m);
        (await Book.GetDepth(1)).Bids.Single().Price.ShouldBe(100m);

        await SetStatus(InstrumentStatus.Open);

        await Eventually.Holds(async () => (await Book.GetDepth(9)) is { Bids: [{ Price: 101m }], Asks: [{ Price: 101.02m }] });
    }

    private static Task<OrderAnswer> Place(IAccountGrain account, Side side, OrderType type, TimeInForce timeInForce, decimal quantity, decimal? price) =>
        account.Place(new PlaceOrder(new OrderTerms(
            Symbol, side, type, timeInForce, quantity, price, null, false, false, SelfTradePrevention.CancelNewest, Guid.NewGuid().ToString("N"))));

    private async Task SetStatus(InstrumentStatus status)
    {
        await _bourse.Grains.GetGrain<ICatalogueGrain>(CatalogueGrain.Key).Upsert([Market.Instrument with { Status = status }]);
        await _bourse.Cluster.GetSiloServiceProvider().GetRequiredService<InstrumentCatalogue>().Refresh();
    }

    /// <summary>A source that is told what to quote, and the pump that brings it to the book and the feed.</summary>
    private sealed class Market : IMarketDataSource, IAsyncDisposable
    {
        public static readonly InstrumentView Instrument = InstrumentDefaults.Stock(Symbol, "A market of the test");

        private readonly Channel<SymbolTick> _ticks = Channel.CreateUnbounded<SymbolTick>();
        private readonly CancellationTokenSource _stop = new();
        private readonly MarketPump _pump;
        private readonly Task _run;

        private Market(BourseCluster bourse)
        {
            var services = bourse.Cluster.GetSiloServiceProvider();
            _pump = new MarketPump(
                services.GetRequiredService<IGrainFactory>(), services.GetRequiredService<InstrumentCatalogue>(),
                new MarketDataOptions { Source = MarketDataKind.Simulator, Taker = false, QuoteInterval = TimeSpan.FromMilliseconds(1), MaxQuoteWait = TimeSpan.FromMinutes(1) }, TimeProvider.System,
                NullLogger<MarketPump>.Instance);
            _run = _pump.Run(this, _stop.Token);
        }

        public static string Account => $"house-mm-{Symbol}";

        public IReadOnlyList<string> Symbols => [Symbol];

        public static Market Start(BourseCluster bourse) => new(bourse);

        public InstrumentView Describe(string symbol) => Instrument;

        public ValueTask Quote(decimal bid, decimal ask) => _ticks.Writer.WriteAsync(new SymbolTick(
            Symbol, new Tick(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), null, null, bid, 500m, ask, 600m)));

        public async IAsyncEnumerable<IReadOnlyList<SymbolTick>> Read([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (var tick in _ticks.Reader.ReadAllAsync(cancellation))
            {
                yield return [tick];
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(_run);
            await Should.ThrowAsync<OperationCanceledException>(_pump.WaitForMakers());
            _stop.Dispose();
        }
    }
}
