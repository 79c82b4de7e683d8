using Bourse.Domain.Matching;

namespace Bourse.Domain.Books;

/// <summary>How the engine's events become reports and trades.</summary>
public sealed partial class TradingBook
{
    private void Report(ReadOnlySpan<BookEvent> outcome, long commandId, long nowMs, int revision = 0)
    {
        var commandHasReport = false;
        foreach (ref readonly var e in outcome)
        {
            if (e.Kind is BookEventKind.Accepted or BookEventKind.Held && e.OrderId == _incoming.Id)
            {
                _open.Add(_incoming);
                _incoming = default;
            }

            switch (e.Kind)
            {
                case BookEventKind.Trade:
                    commandHasReport |= e.OrderId == commandId;
                    AddTrade(e, nowMs);
                    break;

                // What an order's trades leave rests without a further word; its account knows it was accepted.
                case BookEventKind.Accepted when commandHasReport && e.OrderId == commandId:
                    break;

                // Its account knows a leg by its size.
                case BookEventKind.Accepted or BookEventKind.Held or BookEventKind.Replaced when e.OrderId != commandId && IsLeg(e.OrderId):
                    break;
                case BookEventKind.Accepted:
                    AddReport(e.OrderId, BookReportKind.Accepted, nowMs);
                    break;
                case BookEventKind.Held:
                    AddReport(e.OrderId, BookReportKind.Held, nowMs);
                    break;
                case BookEventKind.Triggered:
                    commandHasReport |= e.OrderId == commandId;
                    _trailed.Remove(e.OrderId);
                    AddReport(e.OrderId, BookReportKind.Triggered, nowMs, price: Price(e.PriceTicks));
                    NoteExit(e.OrderId);
                    break;
                case BookEventKind.Rejected when revision > 0:
                    AddReport(e.OrderId, BookReportKind.ReplaceRejected, nowMs, code: e.Reject.Code(), revision: revision);
                    break;
                case BookEventKind.Rejected:
                    AddReport(e.OrderId, BookReportKind.Rejected, nowMs, code: e.Reject.Code());
                    EndWaitingLegs(e.OrderId, BookReportKind.Canceled, CancelReason.Twin.Code(), nowMs);
                    break;
                case BookEventKind.Decreased:
                    AddReport(e.OrderId, BookReportKind.Sized, nowMs, quantity: Quantity(e.LeavesLots));
                    break;
                case BookEventKind.Replaced:
                    commandHasReport |= e.OrderId == commandId;
                    AddReport(
                        e.OrderId, BookReportKind.Replaced, nowMs,
                        price: Price(e.PriceTicks), quantity: Quantity(e.QuantityLots), revision: revision);
                    break;
                case BookEventKind.Canceled:
                    commandHasReport |= e.OrderId == commandId;
                    AddReport(
                        e.OrderId,
                        e.Reason == CancelReason.Expired ? BookReportKind.Expired : BookReportKind.Canceled,
                        nowMs,
                        code: e.Reason.Code(),
                        quantity: Quantity(e.QuantityLots),
                        revision: e.OrderId == commandId ? revision : 0);
                    NoteExit(e.OrderId);
                    EndWaitingLegs(
                        e.OrderId, e.Reason == CancelReason.Expired ? BookReportKind.Expired : BookReportKind.Canceled,
                        e.Reason == CancelReason.Expired ? null : CancelReason.Twin.Code(), nowMs);
                    Forget(e.OrderId);
                    break;
                case BookEventKind.Trailed:
                    _trailed.Add(e.OrderId);
                    break;
                default:
                    throw new InvalidOperationException($"{Symbol}: the engine told of an unknown {e.Kind}");
            }
        }
    }

    private void AddTrade(in BookEvent e, long nowMs)
    {
        var taker = IdentityOf(e.OrderId);
        var maker = IdentityOf(e.MakerId);
        var takerAccount = _accounts[taker.Account - 1];
        var makerAccount = _accounts[maker.Account - 1];
        var (price, quantity) = (Price(e.PriceTicks), Quantity(e.QuantityLots));
        var trade = new BookTrade(
            ++LastTrade, price, quantity, e.Side,
            taker.OrderId, takerAccount.Id, Terms.Fee(price, quantity, isMaker: false),
            maker.OrderId, makerAccount.Id, Terms.Fee(price, quantity, isMaker: true), nowMs);
        _trades.Add(trade);
        if (_groups.Count != 0)
        {
            NoteTrade(e.OrderId, e.QuantityLots);
            NoteTrade(e.MakerId, e.QuantityLots);
        }

        AddReport(
            takerAccount, taker.OrderId, BookReportKind.Fill, nowMs,
            trade: trade.Number, price: price, quantity: quantity, fee: trade.TakerFee);
        AddReport(
            makerAccount, maker.OrderId, BookReportKind.Fill, nowMs,
            trade: trade.Number, price: price, quantity: quantity, fee: trade.MakerFee, isMaker: true);
        if (e.MakerLeavesLots == 0)
        {
            Forget(e.MakerId);
        }

        if (e.LeavesLots == 0)
        {
            Forget(e.OrderId);
        }
    }

    private void AddReport(
        long id, BookReportKind kind, long nowMs, string? code = null, decimal price = 0, decimal quantity = 0, int revision = 0)
    {
        var order = IdentityOf(id);
        AddReport(_accounts[order.Account - 1], order.OrderId, kind, nowMs, code, price: price, quantity: quantity, revision: revision);
    }

    private void AddReport(
        BookAccount account,
        Guid orderId,
        BookReportKind kind,
        long nowMs,
        string? code = null,
        long trade = 0,
        decimal price = 0,
        decimal quantity = 0,
        decimal fee = 0,
        bool isMaker = false,
        int revision = 0)
    {
        account.Add(new BookReport(
            account.LastReport + 1, orderId, kind, code, trade, price, quantity, fee, isMaker, nowMs, revision));
        if (account.TouchedBy != _command)
        {
            account.TouchedBy = _command;
            _touched.Add(account);
        }
    }
}
