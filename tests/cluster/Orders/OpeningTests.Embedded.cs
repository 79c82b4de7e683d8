using Bourse.Domain.Accounts;
using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Books;
using Bourse.Grains.Breakers;
using Bourse.Silo.ReadModel.Verification;
using Microsoft.Extensions.DependencyInjection;

namespace Bourse.Tests.Cluster.Orders;

/// <summary>A market that was closed opens by an auction. The silo's clock leaps here, which official Orleans takes for a silo that has stood still.</summary>
public sealed class OpeningTests
{
    private const string Stock = "NYSE";

    // One that is still to come: the clock is set forward only.
    private static readonly DateTimeOffset s_bell = DateTimeOffset.FromUnixTimeMilliseconds(
        SessionCalendar.UsEquity.NextOpen(TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds()));

    [Fact]
    public async Task After_the_bell_a_symbol_collects_orders_and_an_auction_opens_it()
    {
        var database = await TestServer.MakeDatabase();
        var clock = new MovedClock(s_bell.AddMinutes(-30));
        await using var bourse = await BourseCluster.Start(
            database, breakers: new BreakerOptions { OpeningSeconds = 600 }, configure: silo => silo.Services.AddSingleton<TimeProvider>(clock));
        await bourse.AddInstrument(Stock, 100m, calendar: "us-equity");
        var (house, trader) = (await bourse.OpenAccount(house: true), await bourse.OpenAccount());
        var book = bourse.Grains.GetGrain<IBookGrain>(Stock);
        (await trader.Place(bourse.Limit(Side.Buy, 4, 102m, symbol: Stock))).Code.ShouldBe("market_closed");
        (await house.Place(bourse.Limit(Side.Sell, 1, 98m))).Order!.Status.ShouldBe(OrderStatus.New);

        clock.Move(s_bell);
        (await house.Place(bourse.Limit(Side.Sell, 10, 98m, symbol: Stock))).Order!.Status.ShouldBe(OrderStatus.New);
        (await trader.Place(bourse.Limit(Side.Buy, 4, 102m, symbol: Stock))).Order!.Status.ShouldBe(OrderStatus.New);
        (await trader.Place(bourse.Limit(Side.Buy, 1, 102m, TimeInForce.Ioc, symbol: Stock))).Order!.RejectCode.ShouldBe("auction");
        (await trader.Place(bourse.Limit(Side.Buy, 1, 102m))).Order!.Status.ShouldBe(OrderStatus.Filled, "a market that never closes has no opening");

        var auction = await book.GetAuction();
        (auction.IsHalted, auction.Code, auction.Price, auction.Quantity).ShouldBe((true, "opening", 100m, 4m));
        clock.Move(s_bell.AddMinutes(10));
        await Eventually.Holds(async () => (await trader.GetPortfolio()).Positions.Any(p => p is { Symbol: Stock, Quantity: 4, AverageEntryPrice: 100 }));
        (await trader.Place(bourse.Limit(Side.Buy, 1, 102m, symbol: Stock))).Order!.Status.ShouldBe(OrderStatus.Filled);
        (await book.GetAuction()).IsHalted.ShouldBeFalse();
        (await Verifier.Run(database, null, CancellationToken.None)).Errors.ShouldBeEmpty();
    }

    private sealed class MovedClock(DateTimeOffset start) : TimeProvider
    {
        private long _offset = (start - System.GetUtcNow()).Ticks;

        public void Move(DateTimeOffset now) => Interlocked.Exchange(ref _offset, (now - System.GetUtcNow()).Ticks);

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _offset));
    }
}
