using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;

namespace Bourse.Tests.Unit.Accounts;

public sealed class OrderLifeTests
{
    private readonly Desk _desk = new();

    [Fact]
    public void Placing_decides_without_changing_and_holds_once_applied()
    {
        var before = _desk.Saved();
        var decision = _desk.Decide(_desk.Request(quantity: 10, limit: 100m));
        _desk.Saved().ShouldBe(before);
        decision.Outcome.ShouldBe(PlaceOutcome.Placed);
        decision.Event!.ReservedAsset.ShouldBe("USD");
        decision.Event.Reserved.ShouldBe(1_002m);

        _desk.Apply(decision.Event);

        _desk.Held.ShouldBe(1_002m);
        _desk.Free.ShouldBe(8_998m);
        _desk.Account.NextCommand(Desk.Symbol).ShouldBe(2);
        _desk.Account.FindOrder(decision.Event.OrderId)!.Status.ShouldBe(OrderStatus.PendingNew);
    }

    [Fact]
    public void The_same_client_order_id_is_the_same_order_or_a_conflict()
    {
        var request = _desk.Request(id: "mine");
        var order = _desk.Place(request);

        _desk.Decide(request with { }).ShouldBe(new PlaceDecision(PlaceOutcome.Repeated, null, order, null));
        _desk.Decide(request with { Quantity = 10.0m }).Outcome.ShouldBe(PlaceOutcome.Repeated);
        _desk.Decide(request with { Quantity = 11m }).ShouldBe(new PlaceDecision(PlaceOutcome.Conflict, null, order, null));

        _desk.Fill(order, 100m, 10m);
        _desk.Decide(request).Outcome.ShouldBe(PlaceOutcome.Repeated);
    }

    [Fact]
    public void A_fill_at_a_better_price_releases_what_it_did_not_cost()
    {
        var order = _desk.Place(_desk.Request(quantity: 10, limit: 100m));
        _desk.Fill(order, 90m, 4m);

        // 4 x 90 and 0.2 % fee are paid; 6 x 100 and 0.2 % stay held.
        _desk.Cash.ShouldBe(10_000m - 360.72m);
        _desk.Held.ShouldBe(601.2m);
        order.FilledQuantity.ShouldBe(4m);
        order.FilledAveragePrice.ShouldBe(90m);
        order.Status.ShouldBe(OrderStatus.PartiallyFilled);

        _desk.Fill(order, 100m, 6m, maker: true);

        _desk.Held.ShouldBe(0m);
        _desk.Cash.ShouldBe(10_000m - 360.72m - 600.6m);
        order.FilledAveragePrice.ShouldBe(96m);
        order.Status.ShouldBe(OrderStatus.Filled);
        _desk.Account.GetPosition(Desk.Symbol).ShouldBe(new(10m, 960m, 0m));
        _desk.Account.OpenOrderCount.ShouldBe(0);
    }

    [Fact]
    public void A_fill_delivered_twice_is_applied_once()
    {
        var order = _desk.Place(_desk.Request());
        var first = _desk.Report(order, BookReportKind.Accepted);
        var second = _desk.Report(order, BookReportKind.Fill, price: 100m, quantity: 3m);
        _desk.Take(first, second).ShouldBe(ReportOutcome.Applied);
        var version = _desk.Account.Version;

        _desk.Take(second).ShouldBe(ReportOutcome.Applied);
        _desk.Take(first, second).ShouldBe(ReportOutcome.Applied);

        _desk.Account.Version.ShouldBe(version);
        order.FilledQuantity.ShouldBe(3m);
        _desk.Account.LastReport(Desk.Symbol).ShouldBe(2);
    }

    [Fact]
    public void Reports_behind_a_gap_wait_for_the_missing_one()
    {
        var order = _desk.Place(_desk.Request());
        var first = _desk.Report(order, BookReportKind.Accepted);
        var second = _desk.Report(order, BookReportKind.Fill, price: 100m, quantity: 3m);
        var third = _desk.Report(order, BookReportKind.Fill, price: 100m, quantity: 1m);

        _desk.Take(first, third).ShouldBe(ReportOutcome.Gap);
        _desk.Account.LastReport(Desk.Symbol).ShouldBe(1);
        _desk.Take(second, third).ShouldBe(ReportOutcome.Applied);
        order.FilledQuantity.ShouldBe(4m);
    }

    [Fact]
    public void The_channel_tells_new_before_the_first_fill_even_when_the_book_did_not()
    {
        var order = _desk.Place(_desk.Request());
        _desk.Fill(order, 100m, 4m);
        _desk.Fill(order, 100m, 6m);

        _desk.Updates.Select(u => (u.Seq, u.Event)).ShouldBe([(1, "new"), (2, "partial_fill"), (3, "fill")]);
        _desk.Updates[0].Order.FilledQuantity.ShouldBe(0m);
        _desk.Updates[0].Order.Status.ShouldBe(OrderStatus.New);
        _desk.Updates[1].Order.FilledQuantity.ShouldBe(4m);
        _desk.Updates[1].Fill!.TradeId.ShouldBe("AAPL-1");
        _desk.Updates[2].Order.Seq.ShouldBe(3);
        _desk.Account.OrderSeq.ShouldBe(3);
    }

    [Fact]
    public void A_fill_tells_what_stands_after_it()
    {
        _desk.Own(10, 90m);
        _desk.Place(_desk.Request(Side.Sell, quantity: 4, limit: 100m));
        var cash = _desk.Cash;
        _desk.Fill(_desk.Account.GetOpenOrders()[0], 100m, 4m);

        var fill = (OrderFilled)_desk.Journal[^1];
        fill.OrderFilledQuantity.ShouldBe(4m);
        fill.OrderAveragePrice.ShouldBe(100m);
        fill.PositionQuantity.ShouldBe(6m);
        fill.PositionAverageEntryPrice.ShouldBe(90m);
        fill.PositionRealizedProfit.ShouldBe(40m);
        fill.Cash.ShouldBe(cash + 400m - 0.8m);
        fill.Cash.ShouldBe(_desk.Cash);
        fill.Completes.ShouldBeTrue();
    }

    [Theory]
    [InlineData(BookReportKind.Canceled, "canceled", OrderStatus.Canceled)]
    [InlineData(BookReportKind.Expired, "expired", OrderStatus.Expired)]
    public void An_end_releases_the_rest(BookReportKind kind, string name, OrderStatus status)
    {
        var order = _desk.Rest(_desk.Request());
        _desk.Fill(order, 100m, 4m);
        _desk.Tell(order, kind, quantity: 6m);

        _desk.Held.ShouldBe(0m);
        order.Status.ShouldBe(status);
        _desk.Updates[^1].Event.ShouldBe(name);
        _desk.Account.FindOrder(order.Id).ShouldBeEquivalentTo(order);
    }

    [Fact]
    public void A_rejected_order_was_never_new()
    {
        var order = _desk.Place(_desk.Request(postOnly: true));
        _desk.Tell(order, BookReportKind.Rejected, "would_cross");

        _desk.Held.ShouldBe(0m);
        order.Status.ShouldBe(OrderStatus.Rejected);
        order.RejectCode.ShouldBe("would_cross");
        _desk.Updates.Select(u => u.Event).ShouldBe(["rejected"]);
    }

    [Fact]
    public void A_stop_is_new_while_it_waits_and_goes_live_silently()
    {
        var order = _desk.Rest(_desk.Request(type: OrderType.StopLimit, limit: 112m, stop: 110m));
        order.Status.ShouldBe(OrderStatus.Held);
        _desk.Tell(order, BookReportKind.Triggered);
        order.Status.ShouldBe(OrderStatus.New);
        _desk.Fill(order, 111m, 10m);
        _desk.Tell(_desk.Account.FindOrder(order.Id)!, BookReportKind.Accepted);

        _desk.Updates.Select(u => u.Event).ShouldBe(["new", "fill"]);
    }

    [Fact]
    public void A_stop_elected_at_once_is_accepted_at_once()
    {
        var order = _desk.Place(_desk.Request(type: OrderType.Stop, limit: null, stop: 90m));
        _desk.Tell(order, BookReportKind.Triggered);
        order.Status.ShouldBe(OrderStatus.New);
        _desk.Updates.Select(u => u.Event).ShouldBe(["new"]);
    }

    [Fact]
    public void A_market_order_is_protected_and_reserved_at_the_collars_edge()
    {
        _desk.Reference = 99.999m;
        var buy = _desk.Place(_desk.Request(type: OrderType.Market, limit: null, timeInForce: TimeInForce.Ioc));
        buy.ProtectionPrice.ShouldBe(110m);
        buy.BookPrice.ShouldBe(110m);
        buy.Reserved.ShouldBe(1_100m * 1.002m);

        _desk.Fill(buy, 99m, 10m);
        _desk.Place(_desk.Request(Side.Sell, type: OrderType.Market, limit: null)).ProtectionPrice.ShouldBe(89.99m);
    }

    [Fact]
    public void A_stop_is_protected_from_its_stop_price_or_from_the_market_beyond_it()
    {
        _desk.Place(_desk.Request(type: OrderType.Stop, limit: null, stop: 120m)).ProtectionPrice.ShouldBe(132m);
        _desk.Place(_desk.Request(type: OrderType.Stop, limit: null, stop: 50m)).ProtectionPrice.ShouldBe(110m);
        _desk.Reference = null;
        _desk.Place(_desk.Request(type: OrderType.Stop, limit: null, stop: 50m)).ProtectionPrice.ShouldBe(55m);
    }

    [Fact]
    public void A_sale_reserves_units_and_brings_cash_less_the_fee()
    {
        _desk.Own(10);
        var cash = _desk.Cash;
        var sale = _desk.Place(_desk.Request(Side.Sell, quantity: 10, limit: 105m));
        _desk.Account.FindBalance(Desk.Symbol)!.Held.ShouldBe(10m);

        _desk.Fill(sale, 105m, 10m, maker: true);

        _desk.Cash.ShouldBe(cash + 1_050m - 1.05m);
        _desk.Account.GetPosition(Desk.Symbol).ShouldBe(new(0m, 0m, 50m));
        _desk.Account.FindBalance(Desk.Symbol)!.Total.ShouldBe(0m);
    }

    [Fact]
    public void A_house_account_flips_from_long_to_short_without_reservations()
    {
        var desk = new Desk(RiskLimits.House, cash: 0);
        desk.Own(10, 100m);
        desk.Cash.ShouldBe(-1_002m);
        desk.Fill(desk.Place(desk.Request(Side.Sell, quantity: 15, limit: 110m)), 110m, 15m);

        desk.Account.GetPosition(Desk.Symbol).ShouldBe(new(-5m, -550m, 100m));
        desk.Held.ShouldBe(0m);
        desk.Account.MayOverdraw.ShouldBeTrue();
        desk.Account.MayShort.ShouldBeTrue();
    }

    [Fact]
    public void A_fee_that_rose_since_the_order_is_paid_all_the_same_and_told()
    {
        var desk = new Desk(cash: 1_002m);
        var order = desk.Rest(desk.Request(quantity: 10, limit: 100m));
        desk.Free.ShouldBe(0m);
        desk.Tell(order, BookReportKind.Fill, price: 100m, quantity: 10m, fee: 5m);

        desk.Free.ShouldBe(-3m);
        desk.Account.MayOverdraw.ShouldBeTrue();
        desk.RefusalOf(desk.Request(quantity: 1)).ShouldBe("insufficient_funds");
    }

    [Fact]
    public void Unresolved_commands_stand_in_order_until_their_book_answers()
    {
        var first = _desk.Place(_desk.Request());
        var second = _desk.Place(_desk.Request(limit: 99m));
        Unresolved().ShouldBe([(1, first.Id, 0), (2, second.Id, 0)]);

        _desk.Tell(first, BookReportKind.Accepted);
        _desk.Replace(first, limit: 98m);
        Unresolved().ShouldBe([(2, second.Id, 0), (3, first.Id, 1)]);
        _desk.Account.UnresolvedSymbols().ShouldBe([Desk.Symbol]);

        _desk.Tell(second, BookReportKind.Rejected, "would_cross");
        _desk.Tell(first, BookReportKind.Replaced, price: 98m, quantity: 10m, revision: 1);
        Unresolved().ShouldBeEmpty();
        _desk.Account.UnresolvedSymbols().ShouldBeEmpty();
    }

    [Fact]
    public void Commands_are_resolved_in_any_order_and_the_others_stay_in_theirs()
    {
        Order[] orders = [.. Enumerable.Range(0, 4).Select(_ => _desk.Place(_desk.Request(quantity: 1)))];
        _desk.Tell(orders[1], BookReportKind.Accepted);
        Unresolved().ShouldBe([(1, orders[0].Id, 0), (3, orders[2].Id, 0), (4, orders[3].Id, 0)]);
        _desk.Tell(orders[0], BookReportKind.Accepted);
        Unresolved().ShouldBe([(3, orders[2].Id, 0), (4, orders[3].Id, 0)]);
        _desk.Tell(orders[3], BookReportKind.Accepted);
        Unresolved().ShouldBe([(3, orders[2].Id, 0)]);
        _desk.Replace(orders[0], limit: 99m);
        Unresolved().ShouldBe([(3, orders[2].Id, 0), (5, orders[0].Id, 1)]);
        Desk.Saved(Account.Load(_desk.Account.Id, _desk.Saved())).ShouldBe(_desk.Saved());

        _desk.Tell(orders[2], BookReportKind.Accepted);
        _desk.Tell(orders[0], BookReportKind.ReplaceRejected, "would_cross", revision: 1);
        Unresolved().ShouldBeEmpty();
    }

    [Fact]
    public void A_book_that_contradicts_itself_is_an_error_and_not_money()
    {
        var order = _desk.Place(_desk.Request());
        _desk.Tell(order, BookReportKind.Canceled);
        var late = _desk.Report(order, BookReportKind.Fill, price: 100m, quantity: 1m);
        Should.Throw<InvalidOperationException>(() => _desk.Take(late));

        var other = new Desk();
        var more = other.Report(other.Place(other.Request()), BookReportKind.Fill, price: 100m, quantity: 11m);
        Should.Throw<InvalidOperationException>(() => other.Take(more));
        Should.Throw<InvalidOperationException>(() => new Account("x").TakeReports(Desk.Symbol, [more], []));
    }

    [Fact]
    public void An_event_that_is_not_the_next_one_is_refused()
    {
        var placed = _desk.Decide(_desk.Request()).Event!;
        _desk.Apply(placed);
        Should.Throw<InvalidOperationException>(() => _desk.Account.Apply(placed));
        Should.Throw<InvalidOperationException>(() => _desk.Account.Apply(placed with { OrderId = Guid.NewGuid(), CommandNumber = 3 }));
        Should.Throw<InvalidOperationException>(
            () => _desk.Account.Apply(new OrderAccepted(placed.OrderId, Desk.Symbol, 2, 1, 0)));
    }

    private (long, Guid, int)[] Unresolved() =>
        [.. _desk.Account.UnresolvedCommands(Desk.Symbol).Select(c => (c.CommandNumber, c.OrderId, c.Revision))];
}
