using Bourse.Domain.Ledger;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;

namespace Bourse.Domain.Accounts;

public sealed partial class Account
{
    /// <summary>Applies the next event of the journal.</summary>
    /// <exception cref="InvalidOperationException">The event does not fit the state: it is not the next one.</exception>
    public void Apply(AccountEvent e)
    {
        switch (e)
        {
            case ReportedEvent fromBook: ApplyFromBook(fromBook); break;
            case OrderPlaced { Request.Advanced.Leg: not null } leg: ApplyLeg(leg); break;
            case OrderPlaced placed: ApplyPlaced(placed); break;
            case ReplaceRequested requested: ApplyRequested(requested); break;
            case AccountOpened opened: ApplyOpened(opened); break;
            case Deposited deposited: ApplyDeposited(deposited); break;
            case Withdrawn withdrawn: ApplyWithdrawn(withdrawn); break;
            case CancelAllAfterSet set: CancelAllAtMs = set.AtMs; break;
            case RiskDayBegan began: ApplyDayBegan(began); break;
            case RiskStopChanged stop: ApplyStopChanged(stop); break;
            case SymbolCalendarNoted noted:
                Require(_day is not null, noted);
                _day!.Note(noted.Symbol, noted.Calendar);
                break;
            default: throw new InvalidOperationException($"Account {Id} knows no event {e.GetType().Name}.");
        }

        Version++;
    }

    private void ApplyPlaced(OrderPlaced e)
    {
        var request = e.Request;
        var link = LinkOf(e.Symbol, e.Currency);
        Require(IsOpen && link.Cash.Asset == e.Currency && e.CommandNumber == link.LastCommand + 1 && !_orders.ContainsKey(e.OrderId), e);
        var order = new Order(e.OrderId, request, e.Currency)
        {
            Quantity = request.Quantity,
            LimitPrice = request.LimitPrice,
            StopPrice = e.StopPrice,
            ProtectionPrice = e.ProtectionPrice,
            Status = OrderStatus.PendingNew,
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
        link.LastCommand = e.CommandNumber;
        link.AddExposure(order, order.Quantity);
        link.AddUnresolved(new PendingCommand(order.Id, order, null));
        NoteUnreserved(order);
        SettleReservation(link, order, e);
        Require(order.Reserved == e.Reserved, e);
    }

    private void NoteUnreserved(Order order)
    {
        if (order.Reservation == ReservationKind.None && !order.IsCarried)
        {
            MayOverdraw |= order.Side == Side.Buy;
            MayShort |= order.Side == Side.Sell;
        }
    }

    private void ApplyRequested(ReplaceRequested e)
    {
        var order = OpenOrder(e);
        var link = _links[e.Symbol];
        Require(order.Replace is null && e.Revision == order.Revision + 1 && e.CommandNumber == link.LastCommand + 1, e);
        link.AddExposure(order, -order.ExposedQuantity);
        order.Replace = new PendingReplace(
            e.Revision, e.CommandNumber, e.Quantity, e.LimitPrice, e.StopPrice, e.ProtectionPrice, e.FeeRate);
        order.Revision = e.Revision;
        order.UpdatedAtMs = e.TimeMs;
        link.AddExposure(order, order.ExposedQuantity);
        link.LastCommand = e.CommandNumber;
        link.AddUnresolved(new PendingCommand(order.Id, null, order.Replace));
        SettleReservation(link, order, e);
        Require(order.Reserved == e.Reserved, e);
    }

    /// <summary>What the order has to hold, with a replace under way or without.</summary>
    private static decimal RequiredReservation(Order order, PendingReplace? replace)
    {
        if (!order.IsOpen)
        {
            return 0;
        }

        var leaves = order.LeavesQuantity;
        if (order is { Entry: { } entry, Reservation: ReservationKind.Cash })
        {
            // Cash for what the entry may still fill is held from the start; units come with the fills.
            leaves += entry.LeavesQuantity;
        }

        var newLeaves = order.Leg is not null ? leaves : replace is null ? 0 : replace.Quantity - order.FilledQuantity;
        return order.Reservation switch
        {
            ReservationKind.Cash when replace is null => Risk.Reservation.Cash(leaves, order.BookPrice, order.FeeRate),
            ReservationKind.Cash => Risk.Reservation.Cash(leaves, order.BookPrice, order.FeeRate, newLeaves, replace.BookPrice, replace.FeeRate),
            ReservationKind.Position => Risk.Reservation.Units(leaves, newLeaves),
            _ => 0,
        };
    }

    /// <summary>Holds or releases the difference to what the order has to hold now. A book's event never holds more: that was refused or done before it.</summary>
    private void SettleReservation(BookLink link, Order order, AccountEvent e, bool grows = false)
    {
        if (order.Reservation == ReservationKind.None)
        {
            return;
        }

        var required = RequiredReservation(order, order.Replace);
        if (e is ReportedEvent && !grows)
        {
            required = Math.Min(required, order.Reserved);
        }

        var asset = order.Reservation == ReservationKind.Cash ? link.Cash : link.Units;
        if (required > order.Reserved)
        {
            Require(asset.Free >= required - order.Reserved || (grows && MayShort), e);
            asset.Move(LedgerAccount.Free, LedgerAccount.Held, required - order.Reserved);
        }
        else
        {
            asset.Move(LedgerAccount.Held, LedgerAccount.Free, order.Reserved - required);
        }

        order.Reserved = required;
    }

    private Order OpenOrder(OrderEvent e)
    {
        var order = FindOrder(e.OrderId);
        Require(order is { IsOpen: true } && order.Symbol == e.Symbol, e);
        return order!;
    }

    private void Require(bool holds, AccountEvent e)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Account {Id} at version {Version} cannot apply {e}.");
        }
    }
}
