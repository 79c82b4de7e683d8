using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;

namespace Bourse.Domain.Accounts;

/// <summary>
/// Order groups. The legs are orders of this account from the moment when the group is placed; their book makes them live and sizes them. Their quantities here follow
/// the fills alone, in the fill's own event, so that what a fill brings is reserved for the legs before anything else can use it.
/// </summary>
public sealed partial class Account
{
    /// <summary>The legs of an order that are open or were closed lately, the take-profit first.</summary>
    public List<Order> FindLegs(Order order)
    {
        var legs = new List<Order>(2);
        if (order is { Leg: null, Group: { } group })
        {
            foreach (var kind in group.Legs())
            {
                if (FindOrder(OrderGroupTerms.LegId(order.Id, kind)) is { } leg)
                {
                    legs.Add(leg);
                }
            }
        }

        return legs;
    }

    /// <summary>Decides on the legs of an order that has passed its own checks.</summary>
    private PlaceDecision DecideLegs(OrderPlaced placed, Instrument instrument, decimal? referencePrice, RiskLimits limits)
    {
        var group = placed.Request.Advanced!.Group!;
        var legs = new List<OrderPlaced>(2);
        foreach (var kind in group.Legs())
        {
            var request = group.Request(placed.Request, placed.OrderId, kind);
            var terms = new OrderTerms(request.Side, request.Quantity, request.LimitPrice, request.StopPrice);
            var refusal = OrderChecks.Steps(terms, instrument) ?? OrderChecks.Prices(terms, request.Type, instrument, referencePrice, limits, out terms);
            if (kind == LegKind.TakeProfit)
            {
                refusal ??= CheckWash(limits, request.Symbol, request.Side, terms.BookPrice, null);
            }

            var isCarried = kind == LegKind.TakeProfit && group.StopPrice is not null;
            var reservation = isCarried ? ReservationKind.None : LegReservationOf(request, instrument.Currency, limits);
            var reserved = reservation switch
            {
                ReservationKind.Cash => Reservation.Cash(request.Quantity, terms.BookPrice, placed.FeeRate),
                ReservationKind.Position when group.Class == OrderClass.Oco => request.Quantity,
                _ => 0m,
            };
            refusal ??= CheckFree(reservation, _links.GetValueOrDefault(request.Symbol), request.Symbol, instrument.Currency, reserved);
            if (refusal is not null)
            {
                return Refused(refusal);
            }

            legs.Add(new OrderPlaced(
                OrderGroupTerms.LegId(placed.OrderId, kind), request, instrument.Currency, placed.CommandNumber, terms.ProtectionPrice, reservation, reserved,
                placed.FeeRate, placed.TimeMs));
        }

        return new PlaceDecision(PlaceOutcome.Placed, placed, null, null, legs);
    }

    // Units that are owed already cannot be held.
    private ReservationKind LegReservationOf(OrderRequest leg, string currency, RiskLimits limits) =>
        ReservationOf(leg.Side, currency, limits) is var kind && kind == ReservationKind.Position && GetPosition(leg.Symbol).Quantity < 0 ? ReservationKind.None : kind;

    private void ApplyLeg(OrderPlaced e)
    {
        var request = e.Request;
        var leg = request.Advanced!.Leg!.Value;
        Require(
            _orders.TryGetValue(OrderGroupTerms.LegId(e.OrderId, leg), out var first) && first.Group is { } group && group == request.Advanced.Group
            && first.Status == OrderStatus.PendingNew && first.CommandNumber == e.CommandNumber && !_orders.ContainsKey(e.OrderId),
            e);
        var link = _links[e.Symbol];
        var order = new Order(e.OrderId, request, e.Currency)
        {
            Quantity = request.Advanced.Group!.Class == OrderClass.Oco ? request.Quantity : 0,
            ToldQuantity = request.Quantity,
            LimitPrice = request.LimitPrice,
            StopPrice = request.StopPrice,
            ProtectionPrice = e.ProtectionPrice,
            Status = OrderStatus.Held,
            CreatedAtMs = e.TimeMs,
            UpdatedAtMs = e.TimeMs,
            PlacedVersion = Version + 1,
            CommandNumber = e.CommandNumber,
            Reservation = e.Reservation,
            FeeRate = e.FeeRate,
        };
        Require(TryAddClientId(order), e);
        _orders.Add(order.Id, order);
        _placed?.Add(e.TimeMs);
        link.AddExposure(order, order.Quantity);
        Attach(order);
        NoteUnreserved(order);
        SettleReservation(link, order, e);
        Require(order.Reserved == e.Reserved, e);
    }

    private void ApplySized(LegSized e)
    {
        var order = OpenOrder(e);
        Require(order.Leg is not null && e.Quantity > 0, e);
        order.ToldQuantity = e.Quantity;
        if (e.IsFirst && order.StopPrice is null && order.Status == OrderStatus.Held)
        {
            order.Status = OrderStatus.New;
        }

        Touch(order, e);
    }

    /// <summary>Ties an open leg to the other open orders of its group.</summary>
    private void Attach(Order leg)
    {
        if (leg.Leg is not { } kind || !_orders.TryGetValue(OrderGroupTerms.LegId(leg.Id, kind), out var first))
        {
            AttachTwin(leg);
            return;
        }

        if (leg.Group!.Class == OrderClass.Oco)
        {
            (first.Twin, leg.Twin) = (leg, first);
            return;
        }

        leg.Entry = first;
        if (kind == LegKind.TakeProfit)
        {
            first.TakeProfit = leg;
        }
        else
        {
            first.StopLoss = leg;
        }

        AttachTwin(leg);
    }

    // The two legs of a bracket know each other through their entry's id, which may have ended before them.
    private void AttachTwin(Order leg)
    {
        if (leg is { Leg: { } kind, Group.Class: OrderClass.Bracket })
        {
            var other = kind == LegKind.TakeProfit ? LegKind.StopLoss : LegKind.TakeProfit;
            if (_orders.TryGetValue(OrderGroupTerms.LegId(OrderGroupTerms.LegId(leg.Id, kind), other), out var twin))
            {
                (leg.Twin, twin.Twin) = (twin, leg);
            }
        }
    }

    private static void Detach(Order order)
    {
        if (order.Twin is { } twin)
        {
            (order.Twin, twin.Twin) = (null, null);
        }

        if (order.Entry is { } entry)
        {
            entry.TakeProfit = entry.TakeProfit == order ? null : entry.TakeProfit;
            entry.StopLoss = entry.StopLoss == order ? null : entry.StopLoss;
            order.Entry = null;
        }

        if (order.TakeProfit is { } profit)
        {
            (profit.Entry, order.TakeProfit) = (null, null);
        }

        if (order.StopLoss is { } loss)
        {
            (loss.Entry, order.StopLoss) = (null, null);
        }
    }

    /// <summary>What a take-profit trades, its stop-loss no longer may.</summary>
    private void ShrinkTwin(BookLink link, Order order, OrderFilled e)
    {
        if (order.Twin is { Leg: LegKind.StopLoss } stop)
        {
            link.AddExposure(stop, -e.Quantity);
            stop.Quantity -= e.Quantity;
            SettleReservation(link, stop, e);
        }
    }

    /// <summary>What an entry trades, its legs may.</summary>
    private void GrowLegs(BookLink link, Order entry, OrderFilled e)
    {
        if (entry.TakeProfit is { } profit)
        {
            GrowLeg(link, profit, e);
        }

        if (entry.StopLoss is { } loss)
        {
            GrowLeg(link, loss, e);
        }
    }

    private void GrowLeg(BookLink link, Order leg, OrderFilled e)
    {
        link.AddExposure(leg, e.Quantity);
        leg.Quantity += e.Quantity;
        SettleReservation(link, leg, e, grows: true);
    }

    /// <summary>An entry has ended: its legs hold nothing for it any more.</summary>
    private void LeaveLegs(BookLink link, Order entry, ReportedEvent e)
    {
        var (profit, loss) = (entry.TakeProfit, entry.StopLoss);
        Detach(entry);
        if (profit is not null)
        {
            SettleReservation(link, profit, e);
        }

        if (loss is not null)
        {
            SettleReservation(link, loss, e);
        }
    }
}
