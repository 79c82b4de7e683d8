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

    [Fact]
    public void An_order_that_could_meet_a_waiting_take_profit_is_a_wash_trade()
    {
        Rules(new AccountRules(PreventWashTrades: true));
        _desk.Own(20m, 50m);
        var bid = _desk.Rest(_desk.Request(quantity: 1m, limit: 90m));
        Place(Bracket());

        _desk.RefusalOf(_desk.Request(quantity: 1m, limit: 110m)).ShouldBe("wash_trade");
        _desk.RefusalOf(_desk.Request(quantity: 1m, limit: 109m)).ShouldBeNull();
        _desk.DecideReplace(bid.Id, limit: 110m).Refusal!.Code.ShouldBe("wash_trade");
    }

    [Fact]
    public void A_sale_that_could_meet_a_waiting_take_profit_that_buys_is_a_wash_trade()
    {
        Rules(new AccountRules(PreventWashTrades: true));
        _desk.Own(20m, 50m);
        Place(Bracket(Side.Sell, profit: 91m, stop: 105m));

        _desk.RefusalOf(_desk.Request(Side.Sell, 1m, 91m)).ShouldBe("wash_trade");
        _desk.RefusalOf(_desk.Request(Side.Sell, 1m, 92m)).ShouldBeNull();
    }

    [Fact]
    public void A_leg_that_would_meet_an_open_order_is_a_wash_trade_and_a_stop_loss_is_none_before_it_lives()
    {
        Rules(new AccountRules(PreventWashTrades: true));
        _desk.Own(10m, 89m);
        _desk.Rest(_desk.Request(Side.Sell, 1m, 101m));
        var closing = _desk.Request(Side.Sell, 5m, 102m);

        _desk.RefusalOf(closing with { Advanced = new AdvancedTerms(Group: new OrderGroupTerms(OrderClass.Oto, 101m)) }).ShouldBe("wash_trade");
        _desk.RefusalOf(closing with { Advanced = new AdvancedTerms(Group: new OrderGroupTerms(OrderClass.Oto, 100m)) }).ShouldBeNull();
        _desk.RefusalOf(closing with { Advanced = new AdvancedTerms(Group: new OrderGroupTerms(OrderClass.Oto, StopPrice: 103m)) }).ShouldBeNull();
    }

    [Fact]
    public void A_group_counts_against_the_order_rate_with_its_legs()
    {
        Rules(new AccountRules(MaxOrdersPerSecond: 4));
        Place(Bracket());
        _desk.RefusalOf(_desk.Request(quantity: 1m) with { Advanced = new AdvancedTerms(Group: new OrderGroupTerms(OrderClass.Oto, StopPrice: 95m)) }).ShouldBe("order_rate");
        var loaded = Account.Load(_desk.Account.Id, _desk.Saved());

        _desk.Place(_desk.Request(quantity: 1m));
        _desk.RefusalOf(_desk.Request(quantity: 1m)).ShouldBe("order_rate");
        loaded.DecidePlace(Bracket(), _desk.Instrument, 100m, _desk.Limits, Guid.NewGuid(), _desk.NowMs).Refusal!.Code.ShouldBe("order_rate");
    }

    [Fact]
    public void Where_positions_may_only_be_made_smaller_no_leg_opens_them_again()
    {
        _desk.Own(10m, 50m);
        var closing = _desk.Request(Side.Sell);

        Reducing(closing).ShouldBeNull();
        Reducing(Bracket(Side.Sell, 90m, 110m)).ShouldBe("reduce_only");
        Reducing(closing with { LimitPrice = 110m, Advanced = new AdvancedTerms(Group: new OrderGroupTerms(OrderClass.Oco, StopPrice: 95m)) }).ShouldBeNull();

        string? Reducing(OrderRequest request) => _desk.Account.DecidePlace(
            request, _desk.Instrument, 100m, _desk.Limits, Guid.NewGuid(), _desk.NowMs, TradingState.Reducing).Refusal?.Code;
    }

    [Fact]
    public void Legs_do_not_bring_back_a_position_that_is_too_large_by_now()
    {
        _desk.Own(10m, 50m);
        _desk.Limits = _desk.Limits with { Version = _desk.Limits.Version + 1, MaxPosition = 9m };

        _desk.RefusalOf(Bracket(Side.Sell, 90m, 110m)).ShouldBe("max_position");
        _desk.RefusalOf(_desk.Request(Side.Sell)).ShouldBeNull();
        _desk.Limits = _desk.Limits with { Version = _desk.Limits.Version + 1, MaxPosition = 10m };
        _desk.RefusalOf(Bracket(Side.Sell, 90m, 110m)).ShouldBeNull();
    }

    private void Rules(AccountRules rules) => _desk.Limits = _desk.Limits with { Version = _desk.Limits.Version + 1, Rules = rules };

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
