using Bourse.Domain.Matching;
using static Bourse.Tests.Unit.Matching.Orders;

namespace Bourse.Tests.Unit.Matching;

public sealed class StopTests : BookFixture
{
    [Fact]
    public void A_stop_waits_and_is_elected_after_the_command_that_reached_it_has_finished()
    {
        Submit(Limit(1, Side.Sell, 100, 1));
        Submit(Limit(2, Side.Sell, 101, 2));
        Submit(Stop(3, Side.Buy, 100, 1)).ShouldBe(["3 Held 1 of 1 at 100"]);
        Submit(Limit(4, Side.Buy, 101, 2)).ShouldBe(
            ["4 takes 1 at 100 of 1, leaves 1/0", "4 takes 1 at 101 of 2, leaves 0/1", "3 Triggered 1 of 1 at 100", "3 takes 1 at 101 of 2, leaves 0/0"]);
        Book.HeldCount.ShouldBe(0);
    }

    [Fact]
    public void Stops_are_elected_by_stop_price_and_then_by_time()
    {
        Submit(Stop(1, Side.Sell, 98, 1));
        Submit(Stop(2, Side.Sell, 99, 1));
        Submit(Stop(3, Side.Sell, 99, 1));
        Trade(95);
        Book.HeldCount.ShouldBe(0);

        Submit(Stop(4, Side.Buy, 102, 1));
        Submit(Stop(5, Side.Buy, 101, 1));
        Submit(Stop(6, Side.Buy, 101, 1));
        Trade(102).Where(told => told.Contains("Triggered")).ShouldBe(
            ["5 Triggered 1 of 1 at 101", "6 Triggered 1 of 1 at 101", "4 Triggered 1 of 1 at 102"]);
    }

    [Fact]
    public void An_elected_stop_may_elect_further_ones()
    {
        Submit(Limit(1, Side.Buy, 100, 1));
        Submit(Limit(2, Side.Buy, 99, 1));
        Submit(Limit(3, Side.Buy, 98, 1));
        Submit(Stop(4, Side.Sell, 99, 1));
        Submit(Stop(5, Side.Sell, 100, 1));
        Submit(Limit(6, Side.Sell, 100, 1)).ShouldBe(
        [
            "6 takes 1 at 100 of 1, leaves 0/0",
            "5 Triggered 1 of 1 at 100", "5 takes 1 at 99 of 2, leaves 0/0",
            "4 Triggered 1 of 1 at 99", "4 takes 1 at 98 of 3, leaves 0/0",
        ]);
    }

    [Fact]
    public void A_stop_that_is_through_when_it_comes_is_elected_at_once()
    {
        Trade(100);
        Submit(Limit(1, Side.Sell, 101, 5));
        Submit(Stop(2, Side.Buy, 100, 2)).ShouldBe(["2 Triggered 2 of 2 at 100", "2 takes 2 at 101 of 1, leaves 0/3"]);
        Submit(Stop(3, Side.Sell, 101, 2)).ShouldBe(["3 Triggered 2 of 2 at 101", "3 canceled 2: NoLiquidity"]);
        Submit(Stop(4, Side.Sell, 100, 2)).ShouldBe(["4 Held 2 of 2 at 100"]);
    }

    [Fact]
    public void A_stop_limit_becomes_a_limit_order_that_may_rest()
    {
        Submit(Stop(1, Side.Buy, 100, 2, limit: 101));
        Trade(100).ShouldContain("1 Triggered 2 of 2 at 100");
        Book.BestBid.ShouldBe(new PriceLevel(Side.Buy, 101, 2, 1));
        Book.TryGet(1, out var order).ShouldBeTrue();
        (order.Type, order.StopPriceTicks).ShouldBe((OrderType.Limit, 0));
    }

    [Fact]
    public void A_post_only_stop_limit_that_would_trade_when_elected_is_cancelled()
    {
        Submit(Stop(1, Side.Buy, 100, 2, limit: 105) with { PostOnly = true });
        Submit(Limit(2, Side.Sell, 104, 2));
        Trade(100).ShouldContain("1 canceled 2: PostOnlyWouldCross");
    }

    [Fact]
    public void A_held_stop_is_replaced_decreased_and_cancelled()
    {
        Submit(Stop(1, Side.Buy, 110, 10, limit: 112));
        Submit(Stop(2, Side.Buy, 110, 10));
        Replace(1, price: 113, quantity: 8).ShouldBe(["1 Replaced 8 of 8 at 110"]);
        Book.TryGet(1, out var order).ShouldBeTrue();
        (order.PriceTicks, order.StopPriceTicks, order.LeavesLots).ShouldBe((113, 110, 8));
        Held().ShouldBe([1, 2]);
        Replace(1, quantity: 9).ShouldBe(["1 Replaced 9 of 9 at 110"]);
        Held().ShouldBe([2, 1]);
        Replace(1, stopPrice: 109).ShouldBe(["1 Replaced 9 of 9 at 109"]);
        Held().ShouldBe([1, 2]);
        Replace(1, stopPrice: -1).ShouldBe(["1 rejected: invalid_stop_price"]);
        Decrease(2, 1).ShouldBe(["2 Decreased 9 of 1 at 110"]);
        Cancel(2).ShouldBe(["2 canceled 9: ByUser"]);
        Trade(100);
        Replace(1, stopPrice: 100).ShouldBe(["1 Replaced 9 of 9 at 100", "1 Triggered 9 of 9 at 100", "1 Accepted 9 of 9 at 113"]);
    }

    [Fact]
    public void An_elected_fill_or_kill_stop_trades_whole_or_not_at_all()
    {
        Submit(Stop(1, Side.Buy, 100, 3) with { Tif = TimeInForce.Fok });
        Submit(Limit(2, Side.Sell, 101, 2));
        Trade(100).ShouldContain("1 canceled 3: FokNotFillable");
    }

    private long[] Held() => [.. Book.HeldOrders(Side.Buy).Select(order => order.Id)];

    /// <summary>Makes a trade at a price where nothing else is in the way.</summary>
    private string[] Trade(long price)
    {
        Submit(Limit(1001, Side.Buy, price, 1));
        return Submit(Limit(1002, Side.Sell, price, 1));
    }
}
