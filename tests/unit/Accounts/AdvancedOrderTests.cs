using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Matching;

namespace Bourse.Tests.Unit.Accounts;

public sealed class AdvancedOrderTests
{
    private readonly Desk _desk = new();

    [Theory]
    [InlineData(Side.Sell, "2", null, "98.00")]
    [InlineData(Side.Buy, "2", null, "102.00")]
    [InlineData(Side.Sell, null, "1.234", "98.76")]
    [InlineData(Side.Buy, null, "1.234", "101.24")]
    [InlineData(Side.Sell, null, "0.0001", "99.99")]
    public void A_trailing_stop_begins_behind_the_newest_price(Side side, string? price, string? percent, string stop)
    {
        _desk.Own(10);
        var order = _desk.Place(Trailing(side, Value(price), Value(percent)));

        order.StopPrice.ShouldBe(Value(stop));
        order.LimitPrice.ShouldBeNull();
        order.ProtectionPrice.ShouldNotBeNull();
        Desk.Saved(_desk.Replayed()).ShouldBe(_desk.Saved());
        Desk.Saved(Account.Load(_desk.Account.Id, _desk.Saved())).ShouldBe(_desk.Saved());
    }

    [Fact]
    public void A_trailing_stop_goes_where_its_book_says_and_knows_it_when_it_is_elected()
    {
        _desk.Own(10);
        var order = _desk.Place(Trailing(Side.Sell, 2m, null));
        _desk.Tell(order, BookReportKind.Held);
        _desk.Tell(order, BookReportKind.Trailed, price: 103m);
        order.StopPrice.ShouldBe(103m);

        _desk.Tell(order, BookReportKind.Triggered, price: 105m);

        order.StopPrice.ShouldBe(105m);
        order.Status.ShouldBe(OrderStatus.New);
        Desk.Saved(_desk.Replayed()).ShouldBe(_desk.Saved());
    }

    [Fact]
    public void A_trailing_stop_takes_a_new_quantity_but_no_stop_price()
    {
        _desk.Own(10);
        var order = _desk.Place(Trailing(Side.Sell, 2m, null) with { Quantity = 4 });
        _desk.Tell(order, BookReportKind.Held);

        _desk.DecideReplace(order.Id, stop: 99m).Refusal!.Code.ShouldBe("invalid_order");
        var change = _desk.Replace(order, quantity: 6m);
        _desk.Tell(order, BookReportKind.Trailed, price: 103m);
        _desk.Tell(order, BookReportKind.Replaced, quantity: 6m, revision: change.Revision);

        (order.Quantity, order.StopPrice).ShouldBe((6m, 103m));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("1", "1")]
    [InlineData("0.001", null)]
    [InlineData(null, "100")]
    [InlineData(null, "0.00001")]
    [InlineData("100", null)]
    public void A_trail_that_cannot_be_is_refused(string? price, string? percent)
    {
        _desk.Own(10);
        _desk.RefusalOf(Trailing(Side.Sell, Value(price), Value(percent))).ShouldBe("invalid_trail");
    }

    [Fact]
    public void Terms_on_an_order_that_has_no_use_for_them_are_refused()
    {
        var limit = _desk.Request();
        _desk.RefusalOf(limit with { Advanced = new AdvancedTerms(TrailPrice: 1m) }).ShouldBe("invalid_trail");
        _desk.RefusalOf(limit with { Advanced = new AdvancedTerms(ExpireAtMs: _desk.NowMs + 1) }).ShouldBe("invalid_expire_at");
        _desk.RefusalOf(limit with { TimeInForce = TimeInForce.Gtd }).ShouldBe("invalid_expire_at");
        _desk.RefusalOf(limit with { TimeInForce = TimeInForce.Gtd, Advanced = new AdvancedTerms(ExpireAtMs: _desk.NowMs) }).ShouldBe("invalid_expire_at");
        _desk.RefusalOf(limit with { Advanced = new AdvancedTerms(DisplayQuantity: 11m) }).ShouldBe("invalid_display_qty");
        _desk.RefusalOf(limit with { Advanced = new AdvancedTerms(DisplayQuantity: 0.5m) }).ShouldBe("invalid_display_qty");
        _desk.RefusalOf(limit with { TimeInForce = TimeInForce.Ioc, Advanced = new AdvancedTerms(DisplayQuantity: 1m) }).ShouldBe("invalid_display_qty");
        _desk.Reference = null;
        _desk.RefusalOf(Trailing(Side.Buy, 1m, null)).ShouldBe("no_reference_price");
    }

    [Fact]
    public void The_same_terms_are_the_same_order_and_other_ones_a_conflict()
    {
        var request = _desk.Request(timeInForce: TimeInForce.Gtd) with { Advanced = new AdvancedTerms(DisplayQuantity: 2m, ExpireAtMs: _desk.NowMs + 1_000) };
        _desk.Place(request);

        _desk.Decide(request with { Advanced = request.Advanced! with { DisplayQuantity = 2.0m } }).Outcome.ShouldBe(PlaceOutcome.Repeated);
        _desk.Decide(request with { Advanced = request.Advanced with { DisplayQuantity = 3m } }).Outcome.ShouldBe(PlaceOutcome.Conflict);
    }

    private OrderRequest Trailing(Side side, decimal? price, decimal? percent) =>
        _desk.Request(side, quantity: 5, limit: null, type: OrderType.TrailingStop) with
        {
            Advanced = price is null && percent is null ? null : new AdvancedTerms(TrailPrice: price, TrailPercent: percent),
        };

    private static decimal? Value(string? text) => text is null ? null : decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
