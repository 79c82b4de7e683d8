using Bourse.Domain.Accounts;
using Bourse.Silo.Postgres;

namespace Bourse.Silo.ReadModel;

/// <summary>What a batch of events did to one order: only its last state matters. What no event told stays as the table has it.</summary>
internal sealed class OrderChange(Guid id, string account)
{
    public Guid Id { get; } = id;

    public string Account { get; } = account;

    public long AccountKey { get; } = Fingerprint.Of(account);

    /// <summary>Set when the order was placed in this batch: the row is new.</summary>
    public OrderPlaced? Placed { get; private set; }

    /// <summary>Null: as it was.</summary>
    public OrderStatus? Status { get; private set; }

    /// <summary>Null: as it was.</summary>
    public decimal? FilledQuantity { get; private set; }

    public decimal? FilledAveragePrice { get; private set; }

    /// <summary>Set when the terms are new; limit and stop price are new with it, null included. A stop price without it followed the market.</summary>
    public decimal? Quantity { get; private set; }

    public decimal? LimitPrice { get; private set; }

    public decimal? StopPrice { get; private set; }

    public string? RejectCode { get; private set; }

    /// <summary>0: as it was.</summary>
    public long UpdatedAtMs { get; private set; }

    /// <summary>The new time of change if the table says that the order is open; 0: none.</summary>
    public long UpdatedAtIfOpenMs { get; private set; }

    /// <summary>0: as it was.</summary>
    public long Seq { get; private set; }

    /// <summary>Open statuses, as the tables hold them.</summary>
    public static bool IsOpen(OrderStatus status) =>
        status is OrderStatus.PendingNew or OrderStatus.New or OrderStatus.PartiallyFilled or OrderStatus.Held;

    private bool IsKnownOpen => Status is { } status ? IsOpen(status) : UpdatedAtMs != 0;

    /// <summary>Takes an event of this order.</summary>
    public void Apply(OrderEvent e)
    {
        switch (e)
        {
            case OrderPlaced placed:
                Placed = placed;
                Status = OrderStatus.PendingNew;
                FilledQuantity = 0;
                (Quantity, LimitPrice, StopPrice) = (placed.Request.Quantity, placed.Request.LimitPrice, placed.StopPrice);
                break;
            case OrderAccepted or OrderTriggered:
                Status = OrderStatus.New;
                break;
            case OrderFilled filled:
                Status = filled.Completes ? OrderStatus.Filled : OrderStatus.PartiallyFilled;
                (FilledQuantity, FilledAveragePrice) = (filled.OrderFilledQuantity, filled.OrderAveragePrice);
                break;
            case OrderCanceled canceled:
                (Status, RejectCode) = (OrderStatus.Canceled, canceled.Code);
                break;
            case OrderHeld:
                Status = OrderStatus.Held;
                break;
            case OrderRejected rejected:
                (Status, RejectCode) = (OrderStatus.Rejected, rejected.Code);
                break;
            case OrderExpired:
                Status = OrderStatus.Expired;
                break;
            case OrderReplaced replaced:
                (Quantity, LimitPrice, StopPrice) = (replaced.Quantity, replaced.LimitPrice, replaced.StopPrice);
                break;
            case OrderTrailed trailed:
                StopPrice = trailed.StopPrice;
                break;
        }

        if (e is ReplaceRejected && !IsKnownOpen)
        {
            // It leaves an order that has ended as it was. Whether it has, only the table knows when no event here told.
            UpdatedAtIfOpenMs = Status is null ? e.TimeMs : 0;
            return;
        }

        UpdatedAtMs = e.TimeMs;
        Seq = e is ChannelEvent shown ? shown.Seq : Seq;
    }
}
