using Bourse.Domain.Matching;
using static Bourse.Tests.Unit.Matching.Orders;

namespace Bourse.Tests.Unit.Matching;

public sealed class ReplaceTests : BookFixture
{
    public ReplaceTests()
    {
        Submit(Limit(1, Side.Buy, 100, 10));
        Submit(Limit(2, Side.Buy, 100, 10));
    }

    [Fact]
    public void A_smaller_quantity_at_the_same_price_keeps_its_place()
    {
        Replace(1, 100, 4).ShouldBe(["1 Replaced 4 of 4 at 100"]);
        Priority().ShouldBe([1, 2]);
        Book.BestBid.QuantityLots.ShouldBe(14);
    }

    [Theory]
    [InlineData(100, 11)]
    [InlineData(0, 11)]
    public void A_larger_quantity_goes_to_the_back(long price, long quantity)
    {
        Replace(1, price, quantity).ShouldBe(["1 Replaced 11 of 11 at 100"]);
        Priority().ShouldBe([2, 1]);
    }

    [Fact]
    public void A_new_price_goes_behind_the_orders_that_stand_there()
    {
        Submit(Limit(3, Side.Buy, 99, 1));
        Replace(1, 99).ShouldBe(["1 Replaced 10 of 10 at 99"]);
        Priority().ShouldBe([2, 3, 1]);
        Replace(1, 100, 3);
        Priority().ShouldBe([2, 1, 3]);
    }

    [Fact]
    public void The_same_terms_again_change_nothing()
    {
        Replace(1, 100, 10).ShouldBe(["1 Replaced 10 of 10 at 100"]);
        Replace(1).ShouldBe(["1 Replaced 10 of 10 at 100"]);
        Priority().ShouldBe([1, 2]);
    }

    [Fact]
    public void The_quantity_is_the_total_with_what_was_filled_and_a_total_filled_already_cancels()
    {
        Submit(Limit(3, Side.Sell, 100, 4));
        Replace(1, 100, 9).ShouldBe(["1 Replaced 5 of 9 at 100"]);
        Priority().ShouldBe([1, 2]);
        Replace(1, 0, 4).ShouldBe(["1 canceled 5: ByUser"]);
        Priority().ShouldBe([2]);
    }

    [Fact]
    public void A_price_that_crosses_trades_and_the_rest_stands_at_the_new_price()
    {
        Submit(Limit(3, Side.Sell, 103, 4));
        Replace(1, 104).ShouldBe(["1 Replaced 10 of 10 at 104", "1 takes 4 at 103 of 3, leaves 6/0"]);
        Book.TryGet(1, out var order).ShouldBeTrue();
        (order.PriceTicks, order.LeavesLots, order.FilledLots).ShouldBe((104, 6, 4));
        Submit(Limit(4, Side.Sell, 105, 10));
        Replace(1, 105).ShouldBe(["1 Replaced 6 of 10 at 105", "1 takes 6 at 105 of 4, leaves 0/4"]);
        Book.TryGet(1, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_refused_replace_leaves_the_order_as_it_stood()
    {
        Submit(Limit(3, Side.Sell, 103, 4) with { PostOnly = true });
        Replace(3, 100).ShouldBe(["3 rejected: would_cross"]);
        Replace(1, -1).ShouldBe(["1 rejected: invalid_price"]);
        Replace(1, OrderBook.MaxPriceTicks + 1).ShouldBe(["1 rejected: invalid_price"]);
        Replace(1, 0, -1).ShouldBe(["1 rejected: invalid_quantity"]);
        Replace(1, 0, OrderBook.MaxQuantityLots + 1).ShouldBe(["1 rejected: invalid_quantity"]);
        Replace(1, 100, 10, 99).ShouldBe(["1 rejected: invalid_stop_price"]);
        Replace(9, 100, 10).ShouldBe(["9 rejected: unknown_order"]);
        Priority().ShouldBe([1, 2]);
        Book.BestAsk.ShouldBe(new PriceLevel(Side.Sell, 103, 4, 1));
    }

    [Fact]
    public void Decrease_keeps_the_place_and_all_of_it_cancels()
    {
        Decrease(1, 3).ShouldBe(["1 Decreased 7 of 3 at 100"]);
        Priority().ShouldBe([1, 2]);
        Decrease(1, 0).ShouldBe(["1 rejected: invalid_quantity"]);
        Decrease(1, 7).ShouldBe(["1 canceled 7: ByUser"]);
        Decrease(1, 1).ShouldBe(["1 rejected: unknown_order"]);
        Decrease(2, long.MaxValue).ShouldBe(["2 canceled 10: ByUser"]);
    }

    [Fact]
    public void A_replaced_order_that_meets_its_own_account_gives_way()
    {
        Submit(Limit(3, Side.Sell, 103, 4, account: 7));
        Submit(Limit(4, Side.Buy, 99, 4, account: 7));
        Replace(4, 103).ShouldBe(["4 Replaced 4 of 4 at 103", "4 canceled 4: SelfTrade"]);
        Book.BestAsk.QuantityLots.ShouldBe(4);
    }

    private long[] Priority() => [.. Book.RestingOrders(Side.Buy).Select(order => order.Id)];
}
