using System.Buffers;
using Bourse.Domain.Matching;
using static Bourse.Tests.Unit.Matching.Orders;

namespace Bourse.Tests.Unit.Matching;

public sealed class AuctionTests : BookFixture
{
    [Fact]
    public void While_the_book_collects_crossing_orders_rest_and_nothing_trades()
    {
        Book.BeginAuction();
        Submit(Limit(1, Side.Buy, 105, 10)).ShouldBe(["1 Accepted 10 of 10 at 105"]);
        Submit(Limit(2, Side.Sell, 95, 4)).ShouldBe(["2 Accepted 4 of 4 at 95"]);
        Replace(2, price: 90).ShouldBe(["2 Replaced 4 of 4 at 90"]);

        Book.Indicate(100).ShouldBe(new AuctionPrice(100, 4, 6));
        Checked(Book.Uncross(100)).ShouldBe(["2 takes 4 at 100 of 1, leaves 0/6"]);
        Book.IsCollecting.ShouldBeFalse();
        Submit(Limit(3, Side.Sell, 105, 1)).ShouldBe(["3 takes 1 at 105 of 1, leaves 0/5"]);
    }

    [Fact]
    public void The_price_is_that_of_the_greatest_volume()
    {
        Book.BeginAuction();
        Submit(Limit(1, Side.Buy, 102, 10));
        Submit(Limit(2, Side.Buy, 101, 20));
        Submit(Limit(3, Side.Buy, 100, 30));
        Submit(Limit(4, Side.Sell, 99, 15));
        Submit(Limit(5, Side.Sell, 100, 20));
        Submit(Limit(6, Side.Sell, 101, 40));

        // at 99: 15, at 100: 35 of 60 and 35, at 101: 30 of 30 and 75
        Book.Indicate(0).ShouldBe(new AuctionPrice(100, 35, 25));
        Checked(Book.Uncross(0)).Count(told => told.Contains("takes")).ShouldBe(4);
        Book.BestBid.ShouldBe(new PriceLevel(Side.Buy, 100, 25, 1));
        Book.BestAsk.ShouldBe(new PriceLevel(Side.Sell, 101, 40, 1));
    }

    [Theory]
    [InlineData(97, 98)]
    [InlineData(100, 100)]
    [InlineData(109, 102)]
    [InlineData(0, 98)]
    public void Of_prices_as_good_the_nearest_to_the_reference_is_taken(long reference, long price)
    {
        Book.BeginAuction();
        Submit(Limit(1, Side.Buy, 102, 10));
        Submit(Limit(2, Side.Sell, 98, 10));
        Book.Indicate(reference).ShouldBe(new AuctionPrice(price, 10, 0));
    }

    [Fact]
    public void Of_prices_with_the_same_volume_that_with_the_smallest_imbalance_is_taken()
    {
        Book.BeginAuction();
        Submit(Limit(1, Side.Buy, 102, 10));
        Submit(Limit(2, Side.Buy, 99, 5));
        Submit(Limit(3, Side.Sell, 98, 10));

        // at 98 and 99 there are bids for 15, above only for 10
        Book.Indicate(98).ShouldBe(new AuctionPrice(100, 10, 0));
    }

    [Fact]
    public void Only_orders_that_may_rest_are_collected()
    {
        Book.BeginAuction();
        Submit(Market(1, Side.Buy, 1)).ShouldBe(["1 rejected: auction"]);
        Submit(Limit(2, Side.Buy, 100, 1, TimeInForce.Ioc)).ShouldBe(["2 rejected: auction"]);
        Submit(Limit(3, Side.Buy, 100, 1) with { PostOnly = true }).ShouldBe(["3 rejected: auction"]);
    }

    [Fact]
    public void Stops_wait_and_follow_the_price_of_the_auction()
    {
        Submit(Limit(1, Side.Buy, 100, 1));
        Submit(Limit(2, Side.Sell, 100, 1));
        Book.BeginAuction();
        Submit(Stop(3, Side.Sell, 110, 2)).ShouldBe(["3 Held 2 of 2 at 110"]);
        Submit(Stop(4, Side.Buy, 104, 1, limit: 110)).ShouldBe(["4 Held 1 of 1 at 104"]);
        Submit(Limit(5, Side.Buy, 105, 3));
        Submit(Limit(6, Side.Sell, 105, 1));

        Checked(Book.Uncross(105)).ShouldBe(
        [
            "6 takes 1 at 105 of 5, leaves 0/2", "4 Triggered 1 of 1 at 104", "4 Accepted 1 of 1 at 110", "3 Triggered 2 of 2 at 110",
            "3 takes 1 at 110 of 4, leaves 1/0", "3 takes 1 at 105 of 5, leaves 0/1",
        ]);
    }

    [Fact]
    public void An_iceberg_trades_what_it_hides_too_and_a_pair_only_once()
    {
        Book.BeginAuction();
        Submit(Limit(1, Side.Sell, 100, 10), new SpecialTerms(DisplayLots: 2));
        Checked(Book.SubmitPair(Limit(2, Side.Sell, 100, 5), Stop(3, Side.Sell, 90, 5)));
        Submit(Limit(4, Side.Buy, 101, 12));

        Checked(Book.Uncross(0));

        Book.RestingOrders(Side.Sell).Single().LeavesLots.ShouldBe(3);
        Book.HeldCount.ShouldBe(0);
    }

    [Fact]
    public void An_account_does_not_trade_with_itself()
    {
        Book.BeginAuction();
        Submit(Limit(1, Side.Buy, 101, 5, account: 7));
        Submit(Limit(2, Side.Sell, 99, 5, account: 7));
        Submit(Limit(3, Side.Sell, 100, 3, account: 8));

        Checked(Book.Uncross(100)).ShouldBe(["2 canceled 5: SelfTrade", "3 takes 3 at 100 of 1, leaves 0/2"]);
    }

    [Fact]
    public void An_order_that_would_trade_beyond_the_band_trades_up_to_it_and_the_book_collects()
    {
        Book.SetBand(95, 105);
        Submit(Limit(1, Side.Sell, 105, 2));
        Submit(Limit(2, Side.Sell, 106, 2));

        Submit(Limit(3, Side.Buy, 110, 5)).ShouldBe(["3 takes 2 at 105 of 1, leaves 3/0", "3 Accepted 3 of 5 at 110"]);

        Book.IsCollecting.ShouldBeTrue();
        Book.SetBand(100, 112);
        Checked(Book.Uncross(105)).ShouldBe(["3 takes 2 at 106 of 2, leaves 1/0"]);
    }

    [Fact]
    public void A_market_order_at_the_band_ends_there_and_a_limit_short_of_it_halts_nothing()
    {
        Book.SetBand(95, 105);
        Submit(Limit(1, Side.Buy, 94, 2));
        Submit(Limit(2, Side.Sell, 95, 1)).ShouldBe(["2 Accepted 1 of 1 at 95"]);
        Book.IsCollecting.ShouldBeFalse();
        Cancel(2);

        Submit(Market(3, Side.Sell, 5, protection: 90)).ShouldBe(["3 canceled 5: ProtectionPrice"]);
        Book.IsCollecting.ShouldBeTrue();
    }

    [Fact]
    public void A_loaded_book_still_collects_within_its_band()
    {
        Book.SetBand(95, 105);
        Book.BeginAuction();
        Submit(Limit(1, Side.Buy, 105, 10));
        Submit(Limit(2, Side.Sell, 95, 4));
        var bytes = new ArrayBufferWriter<byte>();
        Book.Save(bytes);
        var loaded = OrderBook.Load(bytes.WrittenSpan);
        var again = new ArrayBufferWriter<byte>();
        loaded.Save(again);

        again.WrittenSpan.ToArray().ShouldBe(bytes.WrittenSpan.ToArray());
        loaded.IsCollecting.ShouldBeTrue();
        loaded.Band.ShouldBe((95, 105));
        loaded.Indicate(100).ShouldBe(Book.Indicate(100));
    }
}
