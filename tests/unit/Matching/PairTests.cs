using System.Buffers;
using Bourse.Domain.Matching;
using static Bourse.Tests.Unit.Matching.Orders;

namespace Bourse.Tests.Unit.Matching;

/// <summary>A limit order and a stop of which only one may trade.</summary>
public sealed class PairTests : BookFixture
{
    [Fact]
    public void Both_stand_and_what_the_limit_trades_is_taken_off_the_stop()
    {
        Pair().ShouldBe(["2 Held 10 of 10 at 90", "1 Accepted 10 of 10 at 110"]);

        Submit(Limit(3, Side.Buy, 110, 4)).ShouldBe(["3 takes 4 at 110 of 1, leaves 0/6", "2 Decreased 6 of 4 at 90"]);
        Submit(Limit(4, Side.Buy, 110, 6)).ShouldBe(["4 takes 6 at 110 of 1, leaves 0/0", "2 canceled 6: Twin"]);
        (Book.AskCount, Book.HeldCount).ShouldBe((0, 0));
    }

    [Fact]
    public void The_election_of_the_stop_cancels_the_limit_before_the_stop_trades()
    {
        Pair();
        Submit(Limit(3, Side.Buy, 90, 20));

        Submit(Limit(4, Side.Sell, 90, 1)).ShouldBe(
            ["4 takes 1 at 90 of 3, leaves 0/19", "1 canceled 10: Twin", "2 Triggered 10 of 10 at 90", "2 takes 10 at 90 of 3, leaves 0/9"]);
    }

    [Fact]
    public void A_command_that_trades_through_both_prices_trades_one_of_them_only()
    {
        Pair();
        Submit(Limit(3, Side.Sell, 90, 1)); // nothing has traded yet, so the stop still waits

        Submit(Limit(4, Side.Buy, 110, 11)).ShouldBe(
            ["4 takes 1 at 90 of 3, leaves 10/0", "4 takes 10 at 110 of 1, leaves 0/0", "2 canceled 10: Twin"]);
        Book.HeldCount.ShouldBe(0);
    }

    [Theory]
    [InlineData(1, "1 canceled 10: ByUser", "2 canceled 10: Twin")]
    [InlineData(2, "2 canceled 10: ByUser", "1 canceled 10: Twin")]
    public void Where_one_is_cancelled_the_other_goes(long id, params string[] told)
    {
        Pair();
        Cancel(id).ShouldBe(told);
    }

    [Fact]
    public void They_expire_together()
    {
        Pair(TimeInForce.Day);
        ExpireDay().ShouldBe(["1 canceled 10: Expired", "2 canceled 10: Expired"]);
    }

    [Fact]
    public void A_stop_whose_price_is_reached_already_is_elected_and_the_limit_cancelled()
    {
        Submit(Limit(3, Side.Sell, 85, 1));
        Submit(Limit(4, Side.Buy, 85, 3));

        Pair().ShouldBe(["2 Triggered 10 of 10 at 90", "2 takes 2 at 85 of 4, leaves 8/0", "2 canceled 8: NoLiquidity", "1 canceled 10: Twin"]);
    }

    [Fact]
    public void A_limit_that_trades_as_it_comes_leaves_the_stop_what_is_left()
    {
        Submit(Limit(3, Side.Buy, 110, 4));
        Pair().ShouldBe(
            ["2 Held 10 of 10 at 90", "1 takes 4 at 110 of 3, leaves 6/0", "1 Accepted 6 of 10 at 110", "2 Decreased 6 of 4 at 90"]);
    }

    [Fact]
    public void A_limit_that_is_replaced_into_the_market_takes_what_it_trades_off_the_stop()
    {
        Pair();
        Submit(Limit(3, Side.Buy, 105, 4));
        Replace(1, price: 105).ShouldBe(["1 Replaced 10 of 10 at 105", "1 takes 4 at 105 of 3, leaves 6/0", "2 Decreased 6 of 4 at 90"]);
        Submit(Limit(4, Side.Buy, 101, 6));
        Replace(1, price: 101).ShouldContain("2 canceled 6: Twin");
    }

    [Fact]
    public void A_refused_pair_leaves_nothing()
    {
        Checked(Book.SubmitPair(Limit(1, Side.Sell, 110, 10), Stop(2, Side.Sell, 0, 10))).ShouldBe(["1 rejected: invalid_stop_price"]);
        Submit(Limit(3, Side.Buy, 110, 1));
        Checked(Book.SubmitPair(Limit(1, Side.Sell, 110, 10) with { PostOnly = true }, Stop(2, Side.Sell, 90, 10)))
            .ShouldBe(["2 Held 10 of 10 at 90", "1 rejected: would_cross", "2 canceled 10: Twin"]);
        Should.Throw<ArgumentException>(() => Book.SubmitPair(Limit(1, Side.Sell, 110, 10), Stop(2, Side.Buy, 90, 10)));
    }

    [Fact]
    public void A_loaded_book_still_knows_who_belongs_together()
    {
        Pair();
        var bytes = new ArrayBufferWriter<byte>();
        Book.Save(bytes);
        var loaded = OrderBook.Load(bytes.WrittenSpan);
        var again = new ArrayBufferWriter<byte>();
        loaded.Save(again);

        again.WrittenSpan.ToArray().ShouldBe(bytes.WrittenSpan.ToArray());
        loaded.Cancel(2).Told().ShouldBe(["2 canceled 10: ByUser", "1 canceled 10: Twin"]);
    }

    private string[] Pair(TimeInForce tif = TimeInForce.Gtc) =>
        Checked(Book.SubmitPair(Limit(1, Side.Sell, 110, 10, tif), Stop(2, Side.Sell, 90, 10) with { Tif = tif }));
}
