using Bourse.Domain.Matching;
using static Bourse.Tests.Unit.Matching.Orders;

namespace Bourse.Tests.Unit.Matching;

public sealed class SelfTradeTests : BookFixture
{
    private const int Own = 7;

    public SelfTradeTests()
    {
        Submit(Limit(1, Side.Sell, 100, 5, account: Own));
        Submit(Limit(2, Side.Sell, 101, 5, account: 8));
    }

    [Fact]
    public void Cancel_newest_refuses_an_order_that_would_meet_its_own_first()
    {
        Submit(Buy(3, 5, SelfTradePrevention.CancelNewest)).ShouldBe(["3 rejected: self_trade"]);
        Book.AskCount.ShouldBe(2);
    }

    [Fact]
    public void Cancel_newest_keeps_the_trades_made_before_it_met_its_own()
    {
        Submit(Limit(4, Side.Sell, 99, 2, account: 8));
        Submit(Buy(3, 5, SelfTradePrevention.CancelNewest)).ShouldBe(["3 takes 2 at 99 of 4, leaves 3/0", "3 canceled 3: SelfTrade"]);
        Book.BestAsk.PriceTicks.ShouldBe(100);
    }

    [Fact]
    public void Cancel_oldest_takes_the_own_resting_order_out_and_goes_on() =>
        Submit(Buy(3, 5, SelfTradePrevention.CancelOldest)).ShouldBe(["1 canceled 5: SelfTrade", "3 takes 5 at 101 of 2, leaves 0/0"]);

    [Fact]
    public void Cancel_both_takes_both_out()
    {
        Submit(Buy(3, 5, SelfTradePrevention.CancelBoth)).ShouldBe(["1 canceled 5: SelfTrade", "3 canceled 5: SelfTrade"]);
        Book.BestAsk.PriceTicks.ShouldBe(101);
    }

    [Fact]
    public void Without_an_account_nothing_is_a_self_trade()
    {
        Submit(Limit(4, Side.Sell, 99, 1));
        Submit(Limit(5, Side.Buy, 99, 1)).ShouldBe(["5 takes 1 at 99 of 4, leaves 0/0"]);
    }

    [Theory]
    [InlineData(SelfTradePrevention.CancelNewest, 1, false)]
    [InlineData(SelfTradePrevention.CancelBoth, 5, false)]
    [InlineData(SelfTradePrevention.CancelOldest, 5, true)]
    [InlineData(SelfTradePrevention.CancelOldest, 6, false)]
    public void Fill_or_kill_counts_own_orders_as_its_mode_will_treat_them(SelfTradePrevention stp, long quantity, bool fills)
    {
        var told = Submit(Buy(3, quantity, stp) with { Tif = TimeInForce.Fok });
        if (fills) told.ShouldBe(["1 canceled 5: SelfTrade", "3 takes 5 at 101 of 2, leaves 0/0"]);
        else told.ShouldBe([$"3 canceled {quantity}: FokNotFillable"]);
        Book.AskCount.ShouldBe(fills ? 0 : 2);
    }

    private static NewOrder Buy(long id, long quantity, SelfTradePrevention stp) => Limit(id, Side.Buy, 101, quantity, account: Own) with { Stp = stp };
}
