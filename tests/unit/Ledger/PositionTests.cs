using Bourse.Domain.Ledger;
using Bourse.Domain.Matching;

namespace Bourse.Tests.Unit.Ledger;

public sealed class PositionTests
{
    [Fact]
    public void Buying_more_averages_the_entry()
    {
        var position = default(Position).After(Side.Buy, 10, 1_000).After(Side.Buy, 30, 3_600);
        position.ShouldBe(new Position(40, 4_600, 0));
        position.AverageEntryPrice.ShouldBe(115m);
    }

    [Fact]
    public void Selling_a_part_realises_its_share_and_keeps_the_average()
    {
        var position = new Position(40, 4_600, 0).After(Side.Sell, 10, 1_300);
        position.ShouldBe(new Position(30, 3_450, 150));
        position.AverageEntryPrice.ShouldBe(115m);
    }

    [Fact]
    public void A_short_position_earns_when_the_price_falls()
    {
        var position = default(Position).After(Side.Sell, 10, 1_000).After(Side.Buy, 4, 360);
        position.ShouldBe(new Position(-6, -600, 40));
        position.AverageEntryPrice.ShouldBe(100m);
    }

    [Fact]
    public void A_trade_may_flip_the_position_through_zero()
    {
        new Position(10, 1_000, 0).After(Side.Sell, 15, 1_650).ShouldBe(new Position(-5, -550, 100));
        new Position(-10, -1_000, 0).After(Side.Buy, 15, 1_350).ShouldBe(new Position(5, 450, 100));
        new Position(10, 1_000, 5).After(Side.Sell, 10, 900).ShouldBe(new Position(0, 0, -95));
    }

    [Fact]
    public void An_average_that_never_ends_loses_no_money()
    {
        var position = new Position(3, 100, 0).After(Side.Sell, 1, 40).After(Side.Sell, 1, 40);
        position.Quantity.ShouldBe(1m);
        (position.RealizedProfit - position.Cost).ShouldBe(80m - 100m);
        position.After(Side.Sell, 1, 40).ShouldBe(new Position(0, 0, 20));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Profit_less_cost_is_always_the_cash_that_trades_brought(int seed)
    {
        var random = new Random(seed);
        var position = default(Position);
        decimal cash = 0, quantity = 0;
        for (var i = 0; i < 2_000; i++)
        {
            var side = random.Next(2) == 0 ? Side.Buy : Side.Sell;
            var lots = random.Next(1, 50) / 8m;
            var value = Money.Value(random.Next(1, 100_000) / 1_000m, lots);
            position = position.After(side, lots, value);
            cash += side == Side.Buy ? -value : value;
            quantity += side == Side.Buy ? lots : -lots;

            position.Quantity.ShouldBe(quantity, $"seed {seed}, trade {i}");
            (position.RealizedProfit - position.Cost).ShouldBe(cash, $"seed {seed}, trade {i}");
            Math.Sign(position.Cost).ShouldBe(Math.Sign(position.Quantity), $"seed {seed}, trade {i}");
        }
    }
}
