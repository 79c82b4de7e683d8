using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Matching;

namespace Bourse.Tests.Unit.Accounts;

public sealed class ReplaceTests
{
    private readonly Desk _desk = new();

    [Fact]
    public void A_replace_under_way_holds_for_old_and_new_terms()
    {
        var order = _desk.Rest(_desk.Request(quantity: 10, limit: 100m));
        var requested = _desk.Replace(order, quantity: 30, limit: 50m);

        // 10 may still trade at 100 before the book hears of it, the other 20 at 50.
        requested.Reserved.ShouldBe(2_000m * 1.002m);
        _desk.Held.ShouldBe(2_004m);
        order.LimitPrice.ShouldBe(100m);
        requested.Revision.ShouldBe(1);

        _desk.Tell(order, BookReportKind.Replaced, price: 50m, quantity: 30m, revision: 1);

        _desk.Held.ShouldBe(1_500m * 1.002m);
        (order.Quantity, order.LimitPrice, order.Replace).ShouldBe((30m, 50m, null));
        _desk.Updates[^1].Event.ShouldBe("replaced");
    }

    [Fact]
    public void A_fill_before_the_replace_is_paid_from_what_is_held()
    {
        var order = _desk.Rest(_desk.Request(quantity: 10, limit: 100m));
        _desk.Replace(order, quantity: 30, limit: 50m);
        _desk.Fill(order, 100m, 6m);
        _desk.Held.ShouldBe(((4 * 100m) + (20 * 50m)) * 1.002m);

        _desk.Tell(order, BookReportKind.Replaced, price: 50m, quantity: 30m, revision: 1);
        _desk.Held.ShouldBe(24 * 50m * 1.002m);
    }

    [Fact]
    public void A_rejected_replace_leaves_the_order_as_it_stood()
    {
        var order = _desk.Rest(_desk.Request(quantity: 10, limit: 100m));
        _desk.Replace(order, quantity: 20, limit: 105m);
        _desk.Tell(order, BookReportKind.ReplaceRejected, "would_cross", revision: 1);

        (order.Quantity, order.LimitPrice, order.Replace, order.Status).ShouldBe((10m, 100m, null, OrderStatus.New));
        _desk.Held.ShouldBe(1_002m);
        _desk.Updates.Select(u => u.Event).ShouldBe(["new"]);
        _desk.Replace(order, quantity: 5).Revision.ShouldBe(2);
    }

    [Fact]
    public void An_order_that_fills_while_a_replace_is_under_way_ends_and_the_late_answer_changes_nothing()
    {
        var order = _desk.Rest(_desk.Request(quantity: 10));
        _desk.Replace(order, quantity: 20);
        _desk.Fill(order, 100m, 10m);
        order.Status.ShouldBe(OrderStatus.Filled);
        _desk.Held.ShouldBe(0m);
        _desk.Account.UnresolvedCommands(Desk.Symbol).Single().Revision.ShouldBe(1);
        Desk.Saved(Account.Load(_desk.Account.Id, _desk.Saved())).ShouldBe(_desk.Saved());

        _desk.Tell(order, BookReportKind.ReplaceRejected, "not_open", revision: 1);

        _desk.Account.UnresolvedCommands(Desk.Symbol).ShouldBeEmpty();
        order.Status.ShouldBe(OrderStatus.Filled);
    }

    [Fact]
    public void A_replace_to_what_has_filled_by_then_is_answered_by_the_cancel()
    {
        var order = _desk.Rest(_desk.Request(quantity: 10));
        _desk.Replace(order, quantity: 5);
        _desk.Fill(order, 100m, 7m);
        _desk.Tell(order, BookReportKind.Canceled, quantity: 3m, revision: 1);

        order.Status.ShouldBe(OrderStatus.Canceled);
        _desk.Held.ShouldBe(0m);
        _desk.Account.UnresolvedCommands(Desk.Symbol).ShouldBeEmpty();
    }

    [Fact]
    public void A_stop_that_waits_gets_a_new_stop_price_and_with_it_a_new_protection()
    {
        var order = _desk.Rest(_desk.Request(type: OrderType.Stop, limit: null, stop: 110m));
        var requested = _desk.Replace(order, stop: 120m);
        requested.ProtectionPrice.ShouldBe(132m);
        var pending = _desk.Account.UnresolvedCommands(Desk.Symbol).Single();
        (pending.CommandNumber, pending.OrderId, pending.Revision, pending.Order).ShouldBe((2, order.Id, 1, null));
        (pending.BookPrice, pending.Quantity, pending.StopPrice).ShouldBe((132m, 10m, 120m));

        // The book tells a waiting stop's stop price.
        _desk.Tell(order, BookReportKind.Replaced, price: 120m, quantity: 10m, revision: 1);
        (order.StopPrice, order.ProtectionPrice, order.LimitPrice).ShouldBe((120m, 132m, null));
        _desk.Held.ShouldBe(1_320m * 1.002m);
    }

    [Fact]
    public void A_stop_that_is_live_has_no_stop_price_to_change()
    {
        var order = _desk.Rest(_desk.Request(type: OrderType.StopLimit, limit: 112m, stop: 110m));
        _desk.Tell(order, BookReportKind.Triggered);
        _desk.DecideReplace(order.Id, stop: 111m).Refusal!.Code.ShouldBe("invalid_order");
        _desk.Reference = 110m;
        _desk.Replace(order, limit: 113m);
        _desk.Account.UnresolvedCommands(Desk.Symbol).Single().StopPrice.ShouldBeNull();
        _desk.Tell(order, BookReportKind.Replaced, price: 113m, quantity: 10m, revision: 1);
        (order.LimitPrice, order.StopPrice).ShouldBe((113m, 110m));
    }

    [Fact]
    public void A_replaced_order_is_still_the_same_order_to_its_client()
    {
        var request = _desk.Request(id: "mine");
        var order = _desk.Rest(request);
        _desk.Replace(order, quantity: 5);
        _desk.Tell(order, BookReportKind.Replaced, price: 100m, quantity: 5m, revision: 1);
        _desk.Decide(request).Outcome.ShouldBe(PlaceOutcome.Repeated);
    }
}
