using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Audit;
using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.Risk;
using Bourse.Grains.Breakers;
using Bourse.Silo.ReadModel.Verification;

namespace Bourse.Tests.Cluster.Orders;

/// <summary>Halts and their auctions in the cluster.</summary>
public sealed class HaltTests : IAsyncLifetime
{
    private BourseCluster _bourse = null!;
    private string _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestServer.MakeDatabase();
        _bourse = await BourseCluster.Start(_database, breakers: new BreakerOptions { BandPercent = 5, PauseSeconds = 2 });
    }

    public async Task DisposeAsync() => await _bourse.DisposeAsync();

    [Fact]
    public async Task A_halted_book_that_was_away_still_collects_and_reopens_when_it_is_told()
    {
        var (house, trader) = (await _bourse.OpenAccount(house: true), await _bourse.OpenAccount());
        var book = _bourse.Grains.GetGrain<IBookGrain>(BourseCluster.Symbol);
        await book.Halt(new HaltSymbol("operator", "News", "op", 0));
        (await house.Place(_bourse.Limit(Side.Sell, 10, 98m))).Order!.Status.ShouldBe(OrderStatus.New);
        await _bourse.Cluster.DeactivateAsync(book);
        (await trader.Place(_bourse.Limit(Side.Buy, 4, 102m))).Order!.Status.ShouldBe(OrderStatus.New);
        (await trader.Place(_bourse.Market(Side.Buy, 1))).Order!.RejectCode.ShouldBe("auction");

        var auction = await book.GetAuction();
        (auction.IsHalted, auction.Reason, auction.Price, auction.Quantity, auction.Imbalance).ShouldBe((true, "News", 100m, 4m, -6m));
        (await book.Reopen()).IsHalted.ShouldBeFalse();

        await Eventually.Holds(async () => (await trader.GetPortfolio()).Positions is [{ Quantity: 4, AverageEntryPrice: 100 }]);
        await Eventually.Holds(async () => (await house.GetPortfolio()).Positions is [{ Quantity: -4 }]);
        (await Verifier.Run(_database, null, CancellationToken.None)).Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_trade_at_the_band_halts_the_symbol_an_auction_reopens_it_and_both_are_told_and_in_the_audit_log()
    {
        var (house, trader) = (await _bourse.OpenAccount(house: true), await _bourse.OpenAccount());
        var book = _bourse.Grains.GetGrain<IBookGrain>(BourseCluster.Symbol);
        await house.Place(_bourse.Limit(Side.Sell, 1, 100m));
        await Eventually.Holds(async () => (await book.GetAuction()) is { BandLow: 95, BandHigh: 105 });
        await house.Place(_bourse.Limit(Side.Sell, 5, 107m));

        var answer = await trader.Place(_bourse.Limit(Side.Buy, 3, 108m));

        (answer.Order!.FilledQuantity, answer.Order.Status).ShouldBe((1m, OrderStatus.PartiallyFilled));
        await Eventually.Holds(async () => (await trader.GetPortfolio()).Positions is [{ Quantity: 3 }]);
        await Eventually.Holds(async () => await Halts() is [{ IsHalted: false }]);
        await Eventually.Holds(async () => (await book.GetAuction()).BandHigh > 105);
        var log = await _bourse.Grains.GetGrain<IAuditGrain>(IAuditGrain.Key).Read(1, 100);
        log.Entries.Where(e => e.Target == BourseCluster.Symbol).Select(e => (e.Event, e.Details)).ShouldBe(
            [("symbol.halted", "price_band"), ("symbol.reopened", "price_band")]);
        (await Verifier.Run(_database, null, CancellationToken.None)).Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_index_that_falls_halts_everything_until_the_pause_is_over_and_says_so()
    {
        var trader = await _bourse.OpenAccount();
        var breaker = _bourse.Grains.GetGrain<IMarketBreakerGrain>(IMarketBreakerGrain.Key);
        await breaker.Look([BourseCluster.Symbol]);
        await Eventually.Holds(async () => (await Switch()) is null);
        var nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await _bourse.Grains.GetGrain<IFeedGrain>(BourseCluster.Symbol).Push([new Tick(nowMs, 92m, 1m, 91.99m, 1m, 92.01m, 1m)]);

        await Eventually.Holds(async () =>
        {
            await breaker.Look([BourseCluster.Symbol]);
            return (await Switch()) is { State: TradingState.Halted, Reason: "The index has fallen by 7 % today." };
        });
        await Eventually.Holds(async () => (await trader.Place(_bourse.Limit(Side.Buy, 1, 90m))).Code == "trading_halted");
        var log = await _bourse.Grains.GetGrain<IAuditGrain>(IAuditGrain.Key).Read(1, 100);
        log.Entries.Count(e => e.Event == "market.halted").ShouldBe(1);
    }

    private async Task<SwitchView?> Switch() =>
        (await _bourse.Grains.GetGrain<IKillSwitchGrain>(IKillSwitchGrain.Key).Get(-1)).Switches!.FirstOrDefault(s => s.Scope == SwitchScope.Global);

    private async Task<IReadOnlyList<SymbolHalt>> Halts() => (await _bourse.Grains.GetGrain<IHaltsGrain>(IHaltsGrain.Key).Get(-1)).Halts!;
}
