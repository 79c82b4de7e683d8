using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;

namespace Bourse.Tests.Unit.Accounts;

public sealed class OrderGroupTests
{
    private readonly Desk _desk = new();

    [Fact]
    public void Legs_wait_with_the_size_to_come_and_hold_nothing_before_the_entry_fills()
    {
        var entry = Place(Bracket());
        var legs = _desk.Account.FindLegs(entry);

        legs.Select(l => (l.Leg, l.Status, l.ToldQuantity, l.Quantity, l.Side)).ShouldBe(
            [(LegKind.TakeProfit, OrderStatus.Held, 10m, 0m, Side.Sell), (LegKind.StopLoss, OrderStatus.Held, 10m, 0m, Side.Sell)]);
        _desk.Account.FindBalance(Desk.Symbol)!.Held.ShouldBe(0);
        ShouldReplay();
    }

    [Fact]
    public void What_the_entry_buys_is_held_for_both_legs_once_in_the_fill_itself()
    {
        var entry = Place(Bracket());
        _desk.Fill(entry, 100m, 4);

        _desk.Account.FindBalance(Desk.Symbol)!.Held.ShouldBe(4);
        _desk.RefusalOf(_desk.Request(Side.Sell, 1m, 105m)).ShouldBe("insufficient_position");
        var legs = _desk.Account.FindLegs(entry);
        _desk.Tell(legs[0], BookReportKind.Sized, quantity: 4);
        _desk.Tell(legs[1], BookReportKind.Sized, quantity: 4);

        legs.Select(l => (l.Status, l.ToldQuantity)).ShouldBe([(OrderStatus.New, 4m), (OrderStatus.Held, 4m)]);
        _desk.Updates.Select(u => u.Event).ShouldBe(["new", "partial_fill", "new", "new"]);
        ShouldReplay();
    }

    [Fact]
    public void What_the_take_profit_sells_the_stop_loss_no_longer_holds()
    {
        var entry = Place(Bracket());
        _desk.Fill(entry, 100m, 10);
        var legs = _desk.Account.FindLegs(entry);
        _desk.Tell(legs[0], BookReportKind.Sized, quantity: 10);
        _desk.Tell(legs[1], BookReportKind.Sized, quantity: 10);

        _desk.Fill(legs[0], 110m, 6, maker: true);
        _desk.Account.FindBalance(Desk.Symbol)!.Held.ShouldBe(4);
        _desk.Tell(legs[1], BookReportKind.Sized, quantity: 4);
        _desk.Updates[^1].Event.ShouldBe("replaced");
        _desk.Fill(legs[0], 110m, 4, maker: true);
        _desk.Tell(legs[1], BookReportKind.Canceled, "oco");

        _desk.Account.OpenOrderCount.ShouldBe(0);
        _desk.Account.GetPosition(Desk.Symbol).Quantity.ShouldBe(0);
        ShouldReplay();
    }

    [Fact]
    public void Legs_that_buy_hold_the_worst_they_may_cost_from_the_start()
    {
        _desk.Own(10, 50m);
        var before = _desk.Held;
        var entry = Place(Bracket(Side.Sell, profit: 90m, stop: 110m, stopLimit: 112m));

        (_desk.Held - before).ShouldBe(10 * 112m * 1.002m);
        _desk.Tell(entry, BookReportKind.Canceled);
        foreach (var leg in _desk.Account.FindLegs(entry))
        {
            _desk.Tell(leg, BookReportKind.Canceled, "oco");
        }

        _desk.Held.ShouldBe(before);
        ShouldReplay();
    }

    [Fact]
    public void Prices_of_living_legs_may_change_and_nothing_else_of_a_group()
    {
        var entry = _desk.Account.FindOrder(Place(Bracket()).Id)!;
        _desk.Tell(entry, BookReportKind.Accepted);
        var legs = _desk.Account.FindLegs(entry);
        _desk.DecideReplace(legs[0].Id, limit: 111m).Refusal!.Code.ShouldBe("leg_not_active");
        _desk.DecideReplace(entry.Id, quantity: 12m).Refusal!.Code.ShouldBe("invalid_order_class");
        _desk.DecideReplace(entry.Id, limit: 99m).Refusal.ShouldBeNull();
        _desk.Fill(entry, 100m, 10);
        _desk.Tell(legs[0], BookReportKind.Sized, quantity: 10);
        _desk.Tell(legs[1], BookReportKind.Sized, quantity: 10);

        _desk.DecideReplace(legs[0].Id, limit: 94m).Refusal!.Code.ShouldBe("invalid_take_profit");
        _desk.DecideReplace(legs[1].Id, stop: 111m).Refusal!.Code.ShouldBe("invalid_stop_loss");
        var change = _desk.Replace(legs[1], stop: 96m);
        _desk.Tell(legs[1], BookReportKind.Replaced, quantity: 10, revision: change.Revision);

        legs[1].StopPrice.ShouldBe(96m);
        ShouldReplay();
    }

    [Theory]
    [InlineData(OrderClass.Bracket, "110", null, null, "invalid_stop_loss")]
    [InlineData(OrderClass.Bracket, null, "95", null, "invalid_take_profit")]
    [InlineData(OrderClass.Bracket, "100", "95", null, "invalid_take_profit")]
    [InlineData(OrderClass.Bracket, "110", "100", null, "invalid_stop_loss")]
    [InlineData(OrderClass.Bracket, "90", "95", null, "invalid_take_profit")]
    [InlineData(OrderClass.Bracket, "110", "95", "96", "invalid_stop_loss")]
    [InlineData(OrderClass.Bracket, "110.001", "95", null, "invalid_tick")]
    [InlineData(OrderClass.Bracket, "110", "95", "50", "price_collar")]
    [InlineData(OrderClass.Oto, "110", "95", null, "invalid_order_class")]
    [InlineData(OrderClass.Oto, null, null, null, "invalid_order_class")]
    [InlineData(OrderClass.Oco, null, null, null, "invalid_stop_loss")]
    [InlineData(OrderClass.Oco, null, "95", null, "invalid_take_profit")]
    public void A_group_whose_legs_do_not_fit_is_refused(OrderClass kind, string? profit, string? stop, string? stopLimit, string code) =>
        _desk.RefusalOf(_desk.Request() with { Advanced = new AdvancedTerms(Group: new OrderGroupTerms(kind, Value(profit), Value(stop), Value(stopLimit))) })
            .ShouldBe(code);

    [Fact]
    public void An_order_that_cannot_begin_a_group_is_refused()
    {
        var group = Bracket().Advanced;
        _desk.RefusalOf(_desk.Request(timeInForce: TimeInForce.Ioc) with { Advanced = group }).ShouldBe("invalid_order_class");
        _desk.RefusalOf(_desk.Request(type: OrderType.StopLimit, stop: 100m) with { Advanced = group }).ShouldBe("invalid_order_class");
        _desk.RefusalOf(_desk.Request() with { Advanced = group! with { DisplayQuantity = 1m } }).ShouldBe("invalid_order_class");
        _desk.Limits = RiskLimits.Default with { MaxOpenOrders = 2 };
        _desk.RefusalOf(Bracket()).ShouldBe("max_open_orders");
    }

    private OrderRequest Bracket(Side side = Side.Buy, decimal profit = 110m, decimal stop = 95m, decimal? stopLimit = null) =>
        _desk.Request(side) with { Advanced = new AdvancedTerms(Group: new OrderGroupTerms(OrderClass.Bracket, profit, stop, stopLimit)) };

    private Order Place(OrderRequest request)
    {
        var decision = _desk.Decide(request);
        decision.Refusal.ShouldBeNull();
        _desk.Apply(decision.Event!);
        foreach (var leg in decision.Legs!)
        {
            _desk.Apply(leg);
        }

        return _desk.Account.FindOrder(decision.Event!.OrderId)!;
    }

    private void ShouldReplay()
    {
        Desk.Saved(_desk.Replayed()).ShouldBe(_desk.Saved());
        Desk.Saved(Account.Load(_desk.Account.Id, _desk.Saved())).ShouldBe(_desk.Saved());
    }

    private static decimal? Value(string? text) => text is null ? null : decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
