using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;

namespace Bourse.Silo.ReadModel;

/// <summary>What a batch of events did to one order: only its last state matters. What no event told stays as the table has it.</summary>
internal struct OrderChange
{
    public Guid Id;
    public Name Account;

    /// <summary>Set when the order was placed in this batch: the row is new.</summary>
    public Name? PlacedSymbol;
    public long PlacedAtMs;
    public Range ClientOrderId;
    public Side Side;
    public OrderType Type;
    public TimeInForce TimeInForce;
    public SelfTradePrevention SelfTradePrevention;
    public bool PostOnly;
    public bool ReduceOnly;
    public AdvancedTerms? Advanced;

    /// <summary>Null: as it was.</summary>
    public OrderStatus? Status;

    /// <summary>Null: as it was.</summary>
    public decimal? FilledQuantity;
    public decimal? FilledAveragePrice;

    /// <summary>Set when the terms are new; limit and stop price are new with it, null included. A stop price without it followed the market.</summary>
    public decimal? Quantity;
    public decimal? LimitPrice;
    public decimal? StopPrice;
    public Name? RejectCode;

    /// <summary>0: as it was.</summary>
    public long UpdatedAtMs;

    /// <summary>The new time of change if the table says that the order is open; 0: none.</summary>
    public long UpdatedAtIfOpenMs;

    /// <summary>0: as it was.</summary>
    public long Seq;

    /// <summary>Open statuses, as the tables hold them.</summary>
    public static bool IsOpen(OrderStatus status) =>
        status is OrderStatus.PendingNew or OrderStatus.New or OrderStatus.PartiallyFilled or OrderStatus.Held;

    private readonly bool IsKnownOpen => Status is { } status ? IsOpen(status) : UpdatedAtMs != 0;

    /// <summary>Takes an event of this order.</summary>
    /// <param name="clientOrderId">Where the batch keeps the text, for an order that is placed.</param>
    /// <param name="names">Finds symbol and code.</param>
    public void Apply(in AccountEventView e, Range clientOrderId, NamePool names)
    {
        switch (e.Kind)
        {
            case AccountEventKind.Placed:
                (PlacedSymbol, PlacedAtMs, ClientOrderId) = (names.Of(e.Symbol), e.TimeMs, clientOrderId);
                (Side, Type, TimeInForce, SelfTradePrevention) = (e.Side, e.Type, e.TimeInForce, e.SelfTradePrevention);
                (PostOnly, ReduceOnly, Advanced) = (e.PostOnly, e.ReduceOnly, e.Advanced);
                Status = e.Advanced?.Leg is null ? OrderStatus.PendingNew : OrderStatus.Held;
                FilledQuantity = 0;
                (Quantity, LimitPrice, StopPrice) = (e.Quantity, e.LimitPrice, e.StopPrice);
                break;
            case AccountEventKind.Accepted or AccountEventKind.Triggered:
                Status = OrderStatus.New;
                break;
            case AccountEventKind.Filled:
                Status = e.Completes ? OrderStatus.Filled : OrderStatus.PartiallyFilled;
                (FilledQuantity, FilledAveragePrice) = (e.OrderFilledQuantity, e.OrderAveragePrice);
                break;
            case AccountEventKind.Canceled or AccountEventKind.Rejected:
                Status = e.Kind == AccountEventKind.Canceled ? OrderStatus.Canceled : OrderStatus.Rejected;
                RejectCode = e.Code.IsEmpty ? null : names.Of(e.Code);
                break;
            case AccountEventKind.Held:
                Status = OrderStatus.Held;
                break;
            case AccountEventKind.Expired:
                Status = OrderStatus.Expired;
                break;
            case AccountEventKind.Replaced:
                (Quantity, LimitPrice, StopPrice) = (e.Quantity, e.LimitPrice, e.StopPrice);
                break;
            case AccountEventKind.Sized:
                (Quantity, LimitPrice, StopPrice) = (e.Quantity, e.LimitPrice, e.StopPrice);
                Status = e.IsFirst && e.StopPrice is null ? OrderStatus.New : Status;
                break;
            case AccountEventKind.Trailed:
                StopPrice = e.StopPrice;
                break;
            case AccountEventKind.ReplaceRejected when !IsKnownOpen:
                // It leaves an order that has ended as it was. Whether it has, only the table knows when no event here told.
                UpdatedAtIfOpenMs = Status is null ? e.TimeMs : 0;
                return;
        }

        UpdatedAtMs = e.TimeMs;
        Seq = e.Seq == 0 ? Seq : e.Seq;
    }
}
