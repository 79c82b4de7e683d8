using Bourse.Domain.Matching;

namespace Bourse.Tests.Unit.Matching;

public sealed class IcebergTests : BookFixture
{
    [Fact]
    public void An_iceberg_shows_one_slice_and_the_next_one_goes_behind_its_price()
    {
        Submit(Orders.Limit(1, Side.Sell, 100, 10), new SpecialTerms(DisplayLots: 3)).ShouldBe(["1 Accepted 10 of 10 at 100"]);
        Submit(Orders.Limit(2, Side.Sell, 100, 5));
        Book.BestAsk.ShouldBe(new PriceLevel(Side.Sell, 100, 8, 2));

        Submit(Orders.Limit(3, Side.Buy, 100, 4)).ShouldBe(["3 takes 3 at 100 of 1, leaves 1/7", "3 takes 1 at 100 of 2, leaves 0/4"]);

        Book.BestAsk.ShouldBe(new PriceLevel(Side.Sell, 100, 7, 2));
        Submit(Orders.Limit(4, Side.Buy, 100, 12)).ShouldBe(
            ["4 takes 4 at 100 of 2, leaves 8/0", "4 takes 3 at 100 of 1, leaves 5/4", "4 takes 3 at 100 of 1, leaves 2/1", "4 takes 1 at 100 of 1, leaves 1/0", "4 Accepted 1 of 12 at 100"]);
        Book.AskCount.ShouldBe(0);
    }

    [Fact]
    public void A_fill_or_kill_order_counts_what_is_hidden()
    {
        Submit(Orders.Limit(1, Side.Sell, 100, 10), new SpecialTerms(DisplayLots: 1));

        Submit(Orders.Limit(2, Side.Buy, 100, 11, TimeInForce.Fok)).ShouldBe(["2 canceled 11: FokNotFillable"]);
        Submit(Orders.Limit(3, Side.Buy, 100, 10, TimeInForce.Fok)).Length.ShouldBe(10);
        Book.AskCount.ShouldBe(0);
    }

    [Fact]
    public void A_smaller_iceberg_keeps_its_place_and_gives_up_what_is_hidden_first()
    {
        Submit(Orders.Limit(1, Side.Buy, 50, 10), new SpecialTerms(DisplayLots: 4));
        Submit(Orders.Limit(2, Side.Buy, 50, 1));

        Replace(1, quantity: 5).ShouldBe(["1 Replaced 5 of 5 at 50"]);
        Book.BestBid.QuantityLots.ShouldBe(5);
        Decrease(1, 2).ShouldBe(["1 Decreased 3 of 2 at 50"]);
        Book.RestingOrders(Side.Buy).Select(o => (o.Id, o.LeavesLots)).ShouldBe([(1, 3), (2, 1)]);
        Cancel(1).ShouldBe(["1 canceled 3: ByUser"]);
    }

    [Fact]
    public void A_stop_limit_iceberg_hides_once_it_rests()
    {
        Submit(Orders.Stop(1, Side.Buy, 105, 10, limit: 106), new SpecialTerms(DisplayLots: 2));
        Submit(Orders.Limit(2, Side.Sell, 105, 1));
        Submit(Orders.Limit(3, Side.Buy, 105, 1));

        Book.BestBid.ShouldBe(new PriceLevel(Side.Buy, 106, 2, 1));
        Book.TryGet(1, out var order).ShouldBeTrue();
        (order.LeavesLots, order.Special.DisplayLots).ShouldBe((10, 2));
    }

    [Theory]
    [InlineData(OrderType.Limit, TimeInForce.Gtc, 11)]
    [InlineData(OrderType.Limit, TimeInForce.Ioc, 2)]
    [InlineData(OrderType.Market, TimeInForce.Gtc, 2)]
    public void An_iceberg_rests_and_shows_no_more_than_it_has(OrderType type, TimeInForce tif, long display) =>
        Submit(Orders.Limit(1, Side.Buy, 50, 10, tif) with { Type = type }, new SpecialTerms(DisplayLots: display)).ShouldBe(["1 rejected: invalid_display_qty"]);
}
