using Bourse.Domain.Ledger;
using Bourse.Domain.Matching;

namespace Bourse.Domain.Accounts;

public sealed partial class Account
{
    private void ApplyFromBook(ReportedEvent e)
    {
        if (!_links.TryGetValue(e.Symbol, out var link))
        {
            throw new InvalidOperationException($"Account {Id} never traded {e.Symbol} and cannot apply {e}.");
        }

        if (e.ReportNumber != 0)
        {
            Require(e.ReportNumber == link.LastReport + 1, e);
            link.LastReport = e.ReportNumber;
        }

        if (e is ChannelEvent shown)
        {
            Require(shown.Seq == OrderSeq + 1, e);
            OrderSeq = shown.Seq;
        }

        switch (e)
        {
            case OrderFilled filled: ApplyFilled(link, filled); break;
            case OrderAccepted or OrderHeld: ApplyAccepted(link, (ChannelEvent)e); break;
            case OrderCanceled canceled:
                link.Resolve(canceled.OrderId, canceled.Revision);
                ApplyEnded(link, canceled, OrderStatus.Canceled, canceled.Code);
                break;
            case OrderRejected rejected: ApplyEnded(link, rejected, OrderStatus.Rejected, rejected.Code); break;
            case OrderExpired expired: ApplyEnded(link, expired, OrderStatus.Expired, null); break;
            case OrderReplaced replaced: ApplyReplaced(link, replaced); break;
            case ReplaceRejected rejected: ApplyReplaceRejected(link, rejected); break;
            case LegSized sized: ApplySized(sized); break;
            case OrderTriggered: ApplyTriggered(e); break;
            case OrderTrailed trailed: ApplyTrailed(trailed); break;
        }
    }

    private void ApplyAccepted(BookLink link, ChannelEvent e)
    {
        var order = OpenOrder(e);
        Require(order.Status == OrderStatus.PendingNew, e);
        order.Status = e is OrderHeld ? OrderStatus.Held : OrderStatus.New;
        link.Resolve(order.Id, 0);
        Touch(order, e);
    }

    private void ApplyTriggered(ReportedEvent e)
    {
        var order = OpenOrder(e);
        Require(order.Status == OrderStatus.Held, e);
        order.Status = OrderStatus.New;
        order.UpdatedAtMs = e.TimeMs;
    }

    private void ApplyTrailed(OrderTrailed e)
    {
        var order = OpenOrder(e);
        Require(order.Type == OrderType.TrailingStop, e);
        order.StopPrice = e.StopPrice;
        order.UpdatedAtMs = e.TimeMs;
    }

    private void ApplyEnded(BookLink link, ChannelEvent e, OrderStatus status, string? code)
    {
        var order = OpenOrder(e);
        link.Resolve(order.Id, 0);
        link.AddExposure(order, -order.ExposedQuantity);
        order.Status = status;
        order.RejectCode = code;
        SettleReservation(link, order, e);
        LeaveLegs(link, order, e);
        Touch(order, e);
        Close(order, e.TimeMs);
    }

    private void ApplyReplaced(BookLink link, OrderReplaced e)
    {
        var order = OpenOrder(e);
        var change = order.Replace;
        Require(
            change is not null && change.Revision == e.Revision && (change.Quantity == e.Quantity || order.Leg is not null)
            && change.LimitPrice == e.LimitPrice && StopAfter(order) == e.StopPrice && e.Quantity > order.FilledQuantity,
            e);
        link.Resolve(order.Id, e.Revision);
        link.AddExposure(order, -order.ExposedQuantity);
        if (order.Leg is null)
        {
            order.Quantity = e.Quantity;
        }

        order.ToldQuantity = e.Quantity;
        order.LimitPrice = e.LimitPrice;
        order.StopPrice = e.StopPrice;
        order.ProtectionPrice = change!.ProtectionPrice;
        order.FeeRate = change.FeeRate;
        order.Replace = null;
        link.AddExposure(order, order.ExposedQuantity);
        SettleReservation(link, order, e);
        Touch(order, e);
    }

    // A replace does not move a trailing stop, which may have moved while it was under way.
    private static decimal? StopAfter(Order order) =>
        order.Type == OrderType.TrailingStop ? order.StopPrice : order.Replace?.StopPrice ?? order.StopPrice;

    private void ApplyReplaceRejected(BookLink link, ReplaceRejected e)
    {
        link.Resolve(e.OrderId, e.Revision);
        if (FindOrder(e.OrderId) is not { IsOpen: true, Replace: not null } order)
        {
            return;
        }

        Require(order.Replace.Revision == e.Revision, e);
        link.AddExposure(order, -order.ExposedQuantity);
        order.Replace = null;
        link.AddExposure(order, order.ExposedQuantity);
        SettleReservation(link, order, e);
        order.UpdatedAtMs = e.TimeMs;
    }

    private void ApplyFilled(BookLink link, OrderFilled e)
    {
        var order = OpenOrder(e);
        var leaves = order.LeavesQuantity - e.Quantity;
        Require(
            order.Status != OrderStatus.PendingNew && e.Quantity > 0 && e.Price > 0 && e.Fee >= 0 && leaves >= 0 && order.Side == e.Side
            && e.Completes == (leaves == 0),
            e);
        var value = Money.Value(e.Price, e.Quantity);
        link.AddExposure(order, -order.ExposedQuantity);
        order.FilledQuantity += e.Quantity;
        order.FilledValue += value;
        order.Status = e.Completes ? OrderStatus.Filled : OrderStatus.PartiallyFilled;
        if (!e.Completes)
        {
            link.AddExposure(order, order.ExposedQuantity);
        }

        SettleReservation(link, order, e);
        ShrinkTwin(link, order, e);
        MoveTrade(link, e.Side, e.Quantity, value, e.Fee);
        MayOverdraw |= order.Reservation == ReservationKind.Cash && link.Cash.Free < 0;
        var held = link.Position.Quantity;
        link.Position = link.Position.After(e.Side, e.Quantity, value);
        _day?.Trade(e.Symbol, held, link.Position.Quantity, e.TimeMs);
        Require(
            order.FilledQuantity == e.OrderFilledQuantity && link.Position.Quantity == e.PositionQuantity
            && link.Position.Quantity == link.Units.Total && link.Position.RealizedProfit == e.PositionRealizedProfit
            && link.Cash.Total == e.Cash,
            e);
        GrowLegs(link, order, e);
        Touch(order, e);
        if (e.Completes)
        {
            Close(order, e.TimeMs);
        }
    }

    private static void MoveTrade(BookLink link, Side side, decimal quantity, decimal value, decimal fee)
    {
        var (from, to) = side == Side.Buy
            ? (LedgerAccount.Free, LedgerAccount.Clearing)
            : (LedgerAccount.Clearing, LedgerAccount.Free);
        link.Cash.Move(from, to, value);
        link.Units.Move(to, from, quantity);
        link.Cash.Move(LedgerAccount.Free, LedgerAccount.Fees, fee);
    }

    private static void Touch(Order order, ChannelEvent e)
    {
        order.Seq = e.Seq;
        order.UpdatedAtMs = e.TimeMs;
    }
}
