using Bourse.Domain.Books;
using Bourse.Domain.Ledger;
using Bourse.Domain.Matching;

namespace Bourse.Domain.Accounts;

public sealed partial class Account
{
    /// <summary>
    /// Takes a book's reports: decides on each, applies what follows from it, and adds it to <paramref name="into"/>, because each report
    /// builds on the one before. Numbers that are applied already are passed over; at a gap it stops.
    /// </summary>
    /// <param name="reports">In the order of their numbers.</param>
    /// <param name="into">Gets the applied events, to be journalled together.</param>
    /// <param name="tell">Gets what the order channel tells, each right after its event, when given.</param>
    /// <exception cref="InvalidOperationException">A report contradicts what the book said before.</exception>
    public ReportOutcome TakeReports(
        string symbol, ReadOnlySpan<BookReport> reports, List<AccountEvent> into, Action<ChannelUpdate>? tell = null)
    {
        if (reports.IsEmpty)
        {
            return ReportOutcome.Applied;
        }

        if (!_links.TryGetValue(symbol, out var link))
        {
            throw new InvalidOperationException($"Account {Id} never traded {symbol} and has no reports of it.");
        }

        foreach (ref readonly var report in reports)
        {
            if (report.Number <= link.LastReport)
            {
                continue;
            }

            if (report.Number > link.LastReport + 1)
            {
                return ReportOutcome.Gap;
            }

            Take(link, report, into, tell);
        }

        return ReportOutcome.Applied;
    }

    private void Take(BookLink link, in BookReport report, List<AccountEvent> into, Action<ChannelUpdate>? tell)
    {
        var order = FindOrder(report.OrderId);
        if (order is { Status: OrderStatus.PendingNew } && ImpliesAccepted(report.Kind))
        {
            TakeOne(new OrderAccepted(order.Id, link.Symbol, 0, OrderSeq + 1, report.TimeMs), into, tell);
        }

        if (order is { Type: OrderType.TrailingStop, Status: OrderStatus.Held } && report.Kind == BookReportKind.Triggered && order.StopPrice != report.Price)
        {
            TakeOne(new OrderTrailed(order.Id, link.Symbol, report.Price, 0, report.TimeMs), into, tell);
        }

        TakeOne(EventOf(link, order, report), into, tell);
    }

    private void TakeOne(AccountEvent e, List<AccountEvent> into, Action<ChannelUpdate>? tell)
    {
        Apply(e);
        into.Add(e);
        if (tell is not null && TryDescribe(e, out var update))
        {
            tell(update);
        }
    }

    private static bool ImpliesAccepted(BookReportKind kind) =>
        kind is BookReportKind.Fill or BookReportKind.Canceled or BookReportKind.Expired;

    private AccountEvent EventOf(BookLink link, Order? order, in BookReport r)
    {
        var (id, symbol, seq) = (r.OrderId, link.Symbol, OrderSeq + 1);
        if (r.Kind == BookReportKind.ReplaceRejected)
        {
            return new ReplaceRejected(id, symbol, r.Revision, r.Code, r.Number, r.TimeMs);
        }

        if (order is null || (!order.IsOpen && r.Kind is BookReportKind.Fill or BookReportKind.Replaced))
        {
            throw new InvalidOperationException($"Account {Id} has no such open order for {symbol}'s report {r}.");
        }

        if (!order.IsOpen)
        {
            return new ReportNoted(id, symbol, r.Number, r.TimeMs);
        }

        var pending = order.Status == OrderStatus.PendingNew;
        return r.Kind switch
        {
            BookReportKind.Fill => Filled(link, order, r),
            BookReportKind.Accepted or BookReportKind.Triggered when pending => new OrderAccepted(id, symbol, r.Number, seq, r.TimeMs),
            BookReportKind.Accepted or BookReportKind.Triggered when order.Status == OrderStatus.Held =>
                new OrderTriggered(id, symbol, r.Number, r.TimeMs),
            BookReportKind.Held when pending => new OrderHeld(id, symbol, r.Number, seq, r.TimeMs),
            BookReportKind.Accepted or BookReportKind.Triggered or BookReportKind.Held => new ReportNoted(id, symbol, r.Number, r.TimeMs),
            BookReportKind.Rejected when pending => new OrderRejected(id, symbol, r.Code, r.Number, seq, r.TimeMs),
            BookReportKind.Canceled or BookReportKind.Rejected =>
                new OrderCanceled(id, symbol, r.Code, order.LeavesQuantity, r.Revision, r.Number, seq, r.TimeMs),
            BookReportKind.Sized => new LegSized(
                id, symbol, r.Quantity, order.LimitPrice, order.StopPrice, IsFirst: order.Seq == 0, r.Number, seq, r.TimeMs),
            BookReportKind.Trailed => new OrderTrailed(id, symbol, r.Price, r.Number, r.TimeMs),
            BookReportKind.Expired => new OrderExpired(id, symbol, order.LeavesQuantity, r.Number, seq, r.TimeMs),
            BookReportKind.Replaced => new OrderReplaced(
                id, symbol, r.Revision, r.Quantity, order.Replace?.LimitPrice, StopAfter(order), r.Number, seq, r.TimeMs),
            _ => throw new InvalidOperationException($"Account {Id} knows no report {r}."),
        };
    }

    private OrderFilled Filled(BookLink link, Order order, in BookReport r)
    {
        var value = Money.Value(r.Price, r.Quantity);
        var filled = order.FilledQuantity + r.Quantity;
        var position = link.Position.After(order.Side, r.Quantity, value);
        var cash = link.Cash.Total - r.Fee + (order.Side == Matching.Side.Buy ? -value : value);
        return new OrderFilled(
            order.Id, link.Symbol, order.Currency, order.Side, r.TradeNumber, r.Price, r.Quantity, r.Fee, r.IsMaker, filled == order.Quantity,
            filled, Money.Round((order.FilledValue + value) / filled), position.Quantity, position.AverageEntryPrice, position.RealizedProfit,
            cash, r.Number, OrderSeq + 1, r.TimeMs);
    }
}
