using Bourse.Domain.Books;
using Bourse.Domain.Matching;

namespace Bourse.Domain.Venues;

/// <summary>How events change the orders, and what accounts are told of it.</summary>
public sealed partial class VenueOrders
{
    private const string NotOpen = "not_open";

    private void ApplyTaken(in SubmitOrder order)
    {
        var account = Number(order.Account, order.CommandNumber, order.AcknowledgedReport);
        _orders.Add(order.OrderId, new VenueOrder(order, account.Number));
    }

    private void ApplyReplace(in ReplaceOrder replace, long timeMs)
    {
        var account = Number(replace.Account, replace.CommandNumber, replace.AcknowledgedReport);
        if (Find(replace.OrderId) is { } order && order.AccountNumber == account.Number)
        {
            order.Replacement = new VenueReplacement(replace.Revision, replace.PriceTicks, replace.QuantityLots, replace.StopPriceTicks);
        }
        else
        {
            Tell(account, replace.OrderId, BookReportKind.ReplaceRejected, timeMs, NotOpen, revision: replace.Revision);
        }
    }

    private void ApplyRefused(in RefuseCommand refuse, long timeMs)
    {
        var account = Number(refuse.Account, refuse.CommandNumber, refuse.AcknowledgedReport);
        var kind = refuse.Revision == 0 ? BookReportKind.Rejected : BookReportKind.ReplaceRejected;
        Tell(account, refuse.OrderId, kind, timeMs, refuse.Code, revision: refuse.Revision);
    }

    private void ApplyAccepted(VenueOrderAccepted e)
    {
        var order = OrderOf(e.OrderId);
        order.VenueId = e.VenueId;
        order.IsHeld = order.Submitted.Type is OrderType.Stop or OrderType.StopLimit && order.Filled == 0;
        if (order.Revision == 0)
        {
            Tell(AccountOf(order), order.Id, order.IsHeld ? BookReportKind.Held : BookReportKind.Accepted, e.TimeMs);
        }
        else
        {
            Tell(
                AccountOf(order), order.Id, BookReportKind.Replaced, e.TimeMs, price: Price(order.PriceTicks), quantity: Quantity(order.QuantityLots),
                revision: order.Revision);
        }
    }

    private void ApplyFilled(VenueOrderFilled e)
    {
        var order = OrderOf(e.OrderId);
        if (e.TradeNumber != LastTrade + 1 || order.Filled + e.Quantity > Quantity(order.QuantityLots))
        {
            throw new InvalidOperationException($"{Symbol}: trade {e.TradeNumber} does not fit order {order.Id}");
        }

        LastTrade = e.TradeNumber;
        order.Note(e.ExecutionId);
        order.Filled += e.Quantity;
        var account = AccountOf(order);
        if (order.IsHeld)
        {
            order.IsHeld = false;
            Tell(account, order.Id, BookReportKind.Triggered, e.TimeMs, price: Price(order.StopPriceTicks));
        }

        Tell(
            account, order.Id, BookReportKind.Fill, e.TimeMs, trade: e.TradeNumber, price: e.Price, quantity: e.Quantity, fee: e.Fee, isMaker: e.IsMaker);
        if (order.Filled == Quantity(order.QuantityLots))
        {
            Forget(order, e.TimeMs);
        }
    }

    private void ApplyEnded(VenueOrderEnded e)
    {
        var order = OrderOf(e.OrderId);
        var account = AccountOf(order);
        var replacement = order.Replacement;
        if (e.Kind == BookReportKind.Canceled && replacement is not null && !order.CancelIsWanted && Quantity(replacement.QuantityLots) > order.Filled)
        {
            (order.Revision, order.PriceTicks, order.QuantityLots) = (replacement.Revision, replacement.PriceTicks, replacement.QuantityLots);
            order.StopPriceTicks = replacement.StopPriceTicks == 0 ? order.StopPriceTicks : replacement.StopPriceTicks;
            (order.Replacement, order.VenueId, order.FilledBefore) = (null, "", order.Filled);
            order.ForgetExecutions();
            return;
        }

        // A cancel that came of a replace says so; an order that the venue took before is canceled, not rejected.
        var revision = e.Kind == BookReportKind.Canceled && replacement is not null ? replacement.Revision : order.IsAccepted ? 0 : order.Revision;
        var kind = e.Kind == BookReportKind.Rejected && (order.Revision > 0 || order.IsAccepted) ? BookReportKind.Canceled : e.Kind;
        Tell(
            account, order.Id, kind, e.TimeMs, order.CancelIsWanted && kind == BookReportKind.Canceled ? null : e.Code,
            quantity: kind == BookReportKind.Rejected ? 0 : Quantity(order.QuantityLots) - order.Filled, revision: revision);
        order.Replacement = revision == replacement?.Revision ? null : replacement;
        Forget(order, e.TimeMs);
    }

    private void Forget(VenueOrder order, long timeMs)
    {
        _orders.Remove(order.Id);
        if (order.Replacement is { } replacement)
        {
            Tell(AccountOf(order), order.Id, BookReportKind.ReplaceRejected, timeMs, NotOpen, revision: replacement.Revision);
        }
    }

    private BookAccount Number(string accountId, long command, long acknowledged)
    {
        if (!_accountsById.TryGetValue(accountId, out var account))
        {
            account = Add(new BookAccount(accountId, _accounts.Count + 1));
        }

        if (command != account.LastCommand + 1)
        {
            throw new InvalidOperationException($"{Symbol}: command {command} of account {accountId} follows {account.LastCommand}");
        }

        account.LastCommand = command;
        account.Acknowledge(acknowledged);
        return account;
    }

    private BookAccount Add(BookAccount account)
    {
        _accountsById.Add(account.Id, account);
        _accounts.Add(account);
        return account;
    }

    private static void Tell(
        BookAccount account, Guid orderId, BookReportKind kind, long timeMs, string? code = null, long trade = 0, decimal price = 0,
        decimal quantity = 0, decimal fee = 0, bool isMaker = false, int revision = 0) =>
        account.Add(new BookReport(account.LastReport + 1, orderId, kind, code, trade, price, quantity, fee, isMaker, timeMs, revision));
}
