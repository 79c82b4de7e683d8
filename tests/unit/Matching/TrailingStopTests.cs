using Bourse.Domain.Matching;

namespace Bourse.Tests.Unit.Matching;

public sealed class TrailingStopTests : BookFixture
{
    [Fact]
    public void A_sell_stop_follows_the_market_up_by_ticks_never_down_and_is_elected_there()
    {
        Submit(Trailing(1, Side.Sell, 95), new SpecialTerms(TrailTicks: 5)).ShouldBe(["1 Held 10 of 10 at 95"]);

        Trade(103).ShouldContain("1 Trailed 10 of 10 at 98");
        Trade(101).ShouldNotContain(told => told.Contains("Trailed"));
        Submit(Orders.Limit(9, Side.Buy, 97, 4));
        Trade(98).ShouldContain("1 Triggered 10 of 10 at 98");
    }

    [Fact]
    public void A_buy_stop_follows_the_market_down_by_a_fraction()
    {
        Submit(Trailing(1, Side.Buy, 1_020), new SpecialTerms(TrailPpm: 20_000));

        Trade(990).ShouldContain("1 Trailed 10 of 10 at 1010");
        Trade(1_000).ShouldNotContain(told => told.Contains("Tr"));
        Trade(1_010).ShouldContain("1 Triggered 10 of 10 at 1010");
    }

    [Fact]
    public void The_protection_price_moves_with_the_stop()
    {
        Submit(Trailing(1, Side.Sell, 95) with { PriceTicks = 90 }, new SpecialTerms(TrailTicks: 5));
        Trade(110);

        Book.HeldOrders(Side.Sell).Single().ShouldSatisfyAllConditions(o => o.StopPriceTicks.ShouldBe(105), o => o.PriceTicks.ShouldBe(100));
    }

    [Fact]
    public void A_replaced_quantity_leaves_the_stop_where_it_trails()
    {
        Submit(Trailing(1, Side.Sell, 95), new SpecialTerms(TrailTicks: 5));
        Trade(110);

        Replace(1, quantity: 20, stopPrice: 95).ShouldBe(["1 Replaced 20 of 20 at 105"]);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 5)]
    [InlineData(-1, 0)]
    [InlineData(0, 1_000_000)]
    public void A_trail_is_ticks_or_a_fraction(long ticks, int ppm) =>
        Submit(Trailing(1, Side.Sell, 95), new SpecialTerms(TrailTicks: ticks, TrailPpm: ppm)).ShouldBe(["1 rejected: invalid_trail"]);

    private static NewOrder Trailing(long id, Side side, long stop) => Orders.Stop(id, side, stop, 10) with { Type = OrderType.TrailingStop };

    private string[] Trade(long price)
    {
        Submit(Orders.Limit(1_000, Side.Sell, price, 1));
        return Submit(Orders.Limit(1_001, Side.Buy, price, 1, TimeInForce.Ioc));
    }
}
