using Bourse.Domain.Matching;
using static Bourse.Tests.Unit.Matching.Orders;

namespace Bourse.Tests.Unit.Matching;

public sealed class RefusalTests : BookFixture
{
    public static TheoryData<NewOrder, string> Malformed => new()
    {
        { Limit(0, Side.Buy, 1, 1), "invalid_order_id" },
        { Limit(-1, Side.Buy, 1, 1), "invalid_order_id" },
        { Limit(1, 0, 1, 1), "invalid_side" },
        { Limit(1, (Side)3, 1, 1), "invalid_side" },
        { Limit(1, Side.Buy, 1, 1) with { Type = 0 }, "invalid_type" },
        { Limit(1, Side.Buy, 1, 1) with { Type = (OrderType)6 }, "invalid_type" },
        { Limit(1, Side.Buy, 1, 1, 0), "invalid_time_in_force" },
        { Limit(1, Side.Buy, 1, 1, (TimeInForce)5), "invalid_time_in_force" },
        { Limit(1, Side.Buy, 1, 1) with { Stp = (SelfTradePrevention)3 }, "invalid_self_trade_prevention" },
        { Limit(1, Side.Buy, 1, 0), "invalid_quantity" },
        { Limit(1, Side.Buy, 1, -1), "invalid_quantity" },
        { Limit(1, Side.Buy, 1, OrderBook.MaxQuantityLots + 1), "invalid_quantity" },
        { Limit(1, Side.Buy, 0, 1), "invalid_price" },
        { Limit(1, Side.Buy, -1, 1), "invalid_price" },
        { Limit(1, Side.Buy, OrderBook.MaxPriceTicks + 1, 1), "invalid_price" },
        { Market(1, Side.Buy, 1, protection: -1), "invalid_price" },
        { Stop(1, Side.Buy, 5, 1, limit: -1), "invalid_price" },
        { Stop(1, Side.Buy, 0, 1), "invalid_stop_price" },
        { Stop(1, Side.Buy, OrderBook.MaxPriceTicks + 1, 1), "invalid_stop_price" },
        { Limit(1, Side.Buy, 1, 1) with { StopPriceTicks = 5 }, "invalid_stop_price" },
        { Market(1, Side.Buy, 1) with { PostOnly = true }, "invalid_post_only" },
        { Limit(1, Side.Buy, 1, 1, TimeInForce.Ioc) with { PostOnly = true }, "invalid_post_only" },
        { Stop(1, Side.Buy, 5, 1) with { PostOnly = true }, "invalid_post_only" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_malformed_order_is_refused_with_its_code_and_changes_nothing(NewOrder order, string code)
    {
        Submit(order).ShouldBe([$"{order.Id} rejected: {code}"]);
        (Book.BidCount + Book.AskCount + Book.HeldCount).ShouldBe(0);
    }

    [Fact]
    public void The_bounds_themselves_are_taken()
    {
        Submit(Limit(long.MaxValue, Side.Sell, OrderBook.MaxPriceTicks, OrderBook.MaxQuantityLots)).Single().ShouldContain("Accepted");
        Submit(Limit(1, Side.Buy, 1, OrderBook.MaxQuantityLots, account: int.MinValue)).Single().ShouldContain("Accepted");
        Submit(Market(2, Side.Buy, OrderBook.MaxQuantityLots)).Single().ShouldContain("leaves 0/0");
    }

    [Fact]
    public void An_id_that_stands_in_the_book_is_a_duplicate()
    {
        Submit(Limit(1, Side.Buy, 1, 1));
        Submit(Limit(1, Side.Sell, 9, 1)).ShouldBe(["1 rejected: duplicate_order"]);
        Submit(Stop(2, Side.Sell, 9, 1));
        Submit(Market(2, Side.Buy, 1)).ShouldBe(["2 rejected: duplicate_order"]);
    }

    [Fact]
    public void A_full_book_refuses_what_could_rest_and_still_trades()
    {
        var book = new OrderBook(new OrderBookOptions { InitialOrders = 1, MaxOrders = 2 });
        book.Submit(Limit(1, Side.Buy, 1, 1));
        book.Submit(Stop(2, Side.Buy, 5, 1));
        book.Submit(Limit(3, Side.Sell, 1, 1)).Told().ShouldBe(["3 rejected: book_full"]);
        book.Submit(Limit(3, Side.Sell, 1, 1, TimeInForce.Ioc)).Told().ShouldBe(["3 takes 1 at 1 of 1, leaves 0/0"]);
        book.Submit(Limit(4, Side.Sell, 1, 1)).Told().ShouldBe(["4 Accepted 1 of 1 at 1"]);
        book.ValidateInternalState();
    }

    [Fact]
    public void Options_outside_their_bounds_are_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new OrderBook(new OrderBookOptions { MaxOrders = 0 }));
        Should.Throw<ArgumentOutOfRangeException>(() => new OrderBook(new OrderBookOptions { MaxOrders = OrderBook.MaxOrdersLimit + 1 }));
        Should.Throw<ArgumentOutOfRangeException>(() => new OrderBook(new OrderBookOptions { InitialOrders = 0 }));
    }

    [Fact]
    public void Every_code_has_its_own_name_and_no_number_has_two()
    {
        var codes = Enum.GetValues<RejectCode>();
        codes.Select(code => code.Code()).Distinct().Count().ShouldBe(codes.Length);
        codes.Where(code => code != RejectCode.None).ShouldAllBe(code => (int)code >= 1000 && (int)code < 2000);
    }
}
