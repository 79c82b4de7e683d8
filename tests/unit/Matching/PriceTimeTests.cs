using Bourse.Domain.Matching;
using static Bourse.Tests.Unit.Matching.Orders;

namespace Bourse.Tests.Unit.Matching;

public sealed class PriceTimeTests : BookFixture
{
    [Fact]
    public void An_order_that_crosses_trades_at_the_makers_price_and_the_rest_of_it_rests()
    {
        Submit(Limit(1, Side.Sell, 101, 5)).ShouldBe(["1 Accepted 5 of 5 at 101"]);
        Submit(Limit(2, Side.Buy, 102, 8)).ShouldBe(["2 takes 5 at 101 of 1, leaves 3/0", "2 Accepted 3 of 8 at 102"]);
        Book.BestBid.ShouldBe(new PriceLevel(Side.Buy, 102, 3, 1));
        Book.BestAsk.ShouldBe(new PriceLevel(Side.Sell, 0, 0, 0));
        Book.LastTradePriceTicks.ShouldBe(101);
        Book.TradeCount.ShouldBe(1);
    }

    [Fact]
    public void The_better_price_comes_first_and_at_one_price_the_earlier_order()
    {
        Submit(Limit(1, Side.Buy, 100, 5));
        Submit(Limit(2, Side.Buy, 101, 5));
        Submit(Limit(3, Side.Buy, 101, 5));
        Submit(Limit(4, Side.Sell, 100, 12)).ShouldBe(
            ["4 takes 5 at 101 of 2, leaves 7/0", "4 takes 5 at 101 of 3, leaves 2/0", "4 takes 2 at 100 of 1, leaves 0/3"]);
        Book.TryGet(1, out var left).ShouldBeTrue();
        (left.LeavesLots, left.FilledLots, left.QuantityLots).ShouldBe((3, 2, 5));
    }

    [Fact]
    public void Ioc_cancels_what_it_cannot_trade_at_once()
    {
        Submit(Limit(1, Side.Sell, 101, 5));
        Submit(Limit(2, Side.Buy, 101, 8, TimeInForce.Ioc)).ShouldBe(["2 takes 5 at 101 of 1, leaves 3/0", "2 canceled 3: IocRemainder"]);
        Submit(Limit(3, Side.Buy, 101, 8, TimeInForce.Ioc)).ShouldBe(["3 canceled 8: IocRemainder"]);
        Book.BidCount.ShouldBe(0);
    }

    [Fact]
    public void Fok_trades_whole_over_several_prices_or_not_at_all()
    {
        Submit(Limit(1, Side.Sell, 101, 5));
        Submit(Limit(2, Side.Sell, 102, 5));
        Submit(Limit(3, Side.Buy, 101, 6, TimeInForce.Fok)).ShouldBe(["3 canceled 6: FokNotFillable"]);
        Submit(Limit(4, Side.Buy, 102, 11, TimeInForce.Fok)).ShouldBe(["4 canceled 11: FokNotFillable"]);
        Submit(Limit(5, Side.Buy, 102, 10, TimeInForce.Fok)).ShouldBe(["5 takes 5 at 101 of 1, leaves 5/0", "5 takes 5 at 102 of 2, leaves 0/0"]);
        Submit(Limit(6, Side.Buy, 102, 1, TimeInForce.Fok)).ShouldBe(["6 canceled 1: FokNotFillable"]);
    }

    [Fact]
    public void A_market_order_takes_any_price_and_never_rests()
    {
        Submit(Limit(1, Side.Buy, 1, 5));
        Submit(Market(2, Side.Sell, 8)).ShouldBe(["2 takes 5 at 1 of 1, leaves 3/0", "2 canceled 3: NoLiquidity"]);
        Submit(Market(3, Side.Buy, 1)).ShouldBe(["3 canceled 1: NoLiquidity"]);
    }

    [Theory]
    [InlineData(Side.Buy, 101, 102)]
    [InlineData(Side.Sell, 101, 100)]
    public void A_market_order_stops_at_its_protection_price(Side side, long near, long far)
    {
        var other = side == Side.Buy ? Side.Sell : Side.Buy;
        Submit(Limit(1, other, near, 5));
        Submit(Limit(2, other, far, 5));
        Submit(Market(3, side, 8, protection: near)).ShouldBe([$"3 takes 5 at {near} of 1, leaves 3/0", "3 canceled 3: ProtectionPrice"]);
    }

    [Fact]
    public void Post_only_is_refused_where_it_would_trade_and_rests_elsewhere()
    {
        Submit(Limit(1, Side.Sell, 101, 5));
        Submit(Limit(2, Side.Buy, 101, 5) with { PostOnly = true }).ShouldBe(["2 rejected: would_cross"]);
        Submit(Limit(2, Side.Buy, 100, 5) with { PostOnly = true }).ShouldBe(["2 Accepted 5 of 5 at 100"]);
    }

    [Fact]
    public void Day_orders_expire_bids_then_asks_then_stops_in_priority_order()
    {
        Submit(Limit(1, Side.Sell, 105, 1, TimeInForce.Day));
        Submit(Limit(2, Side.Sell, 104, 1, TimeInForce.Day));
        Submit(Limit(3, Side.Buy, 99, 1, TimeInForce.Day));
        Submit(Limit(4, Side.Buy, 98, 1));
        Submit(Stop(5, Side.Sell, 90, 1) with { Tif = TimeInForce.Day });
        Submit(Stop(6, Side.Buy, 110, 1) with { Tif = TimeInForce.Day });
        ExpireDay().ShouldBe(["3 canceled 1: Expired", "2 canceled 1: Expired", "1 canceled 1: Expired", "6 canceled 1: Expired", "5 canceled 1: Expired"]);
        Book.RestingOrders(Side.Buy).Select(order => order.Id).ShouldBe([4]);
    }

    [Fact]
    public void Cancel_takes_what_is_open_and_an_unknown_id_is_told()
    {
        Submit(Limit(1, Side.Sell, 101, 5));
        Submit(Limit(2, Side.Buy, 101, 2));
        Cancel(1).ShouldBe(["1 canceled 3: ByUser"]);
        Cancel(1).ShouldBe(["1 rejected: unknown_order"]);
        Submit(Limit(1, Side.Sell, 101, 5)).ShouldBe(["1 Accepted 5 of 5 at 101"]);
    }
}
