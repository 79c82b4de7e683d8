using Bourse.Domain.Ledger;
using Bourse.Domain.Matching;

namespace Bourse.Domain.Accounts;

/// <summary>An order of an account as it stands. Changed by its account only; <see cref="Copy"/> keeps a moment of it.</summary>
public sealed class Order
{
    private decimal _toldQuantity;

    internal Order(Guid id, OrderRequest request, string currency)
    {
        Id = id;
        Request = request;
        Currency = currency;
    }

    public Guid Id { get; }

    /// <summary>As it was placed; a replace does not change it.</summary>
    public OrderRequest Request { get; }

    /// <summary>What its prices are in.</summary>
    public string Currency { get; }

    public string Symbol => Request.Symbol;

    public string ClientOrderId => Request.ClientOrderId;

    public Side Side => Request.Side;

    public OrderType Type => Request.Type;

    public TimeInForce TimeInForce => Request.TimeInForce;

    public bool PostOnly => Request.PostOnly;

    public bool ReduceOnly => Request.ReduceOnly;

    public SelfTradePrevention SelfTradePrevention => Request.SelfTradePrevention;

    public AdvancedTerms? Advanced => Request.Advanced;

    /// <summary>The group that it begins or is a leg of; null for an order of its own.</summary>
    public OrderGroupTerms? Group => Request.Advanced?.Group;

    /// <summary>Which leg of its group it is; null for any other order.</summary>
    public LegKind? Leg => Request.Advanced?.Leg;

    /// <summary>Total quantity, what has filled included. Of a leg: what it may trade by now, 0 while it waits for its entry.</summary>
    public decimal Quantity { get; internal set; }

    /// <summary>The total quantity that its account is told. A leg that waits tells what it will be when its entry has filled; one that lives, what its book said last.</summary>
    public decimal ToldQuantity
    {
        get => Leg is null ? Quantity : _toldQuantity;
        internal set => _toldQuantity = value;
    }

    public decimal? LimitPrice { get; internal set; }

    public decimal? StopPrice { get; internal set; }

    /// <summary>The worst price of an order without a limit price, else null.</summary>
    public decimal? ProtectionPrice { get; internal set; }

    /// <summary>The price that its book knows: the limit, or the protection price.</summary>
    public decimal BookPrice => LimitPrice ?? ProtectionPrice ?? 0;

    public decimal FilledQuantity { get; internal set; }

    /// <summary>Sum of price times quantity of its fills.</summary>
    public decimal FilledValue { get; internal set; }

    /// <summary>Null before the first fill.</summary>
    public decimal? FilledAveragePrice => FilledQuantity == 0 ? null : Money.Round(FilledValue / FilledQuantity);

    /// <summary>What may still fill while the order is open.</summary>
    public decimal LeavesQuantity => Quantity - FilledQuantity;

    public OrderStatus Status { get; internal set; }

    /// <summary>Why it was rejected, or cancelled against the account's wish.</summary>
    public string? RejectCode { get; internal set; }

    public long CreatedAtMs { get; internal set; }

    public long UpdatedAtMs { get; internal set; }

    /// <summary>The number of the newest channel event that touched it; 0 before the first.</summary>
    public long Seq { get; internal set; }

    /// <summary>The account's event that placed it; orders in this order are oldest first.</summary>
    public long PlacedVersion { get; internal set; }

    /// <summary>The command that took it to its book.</summary>
    public long CommandNumber { get; internal set; }

    /// <summary>How many replaces were asked for.</summary>
    public int Revision { get; internal set; }

    /// <summary>A replace that is still without the book's answer, or null.</summary>
    public PendingReplace? Replace { get; internal set; }

    public ReservationKind Reservation { get; internal set; }

    /// <summary>Held by this order now; 0 once it is closed.</summary>
    public decimal Reserved { get; internal set; }

    public decimal FeeRate { get; internal set; }

    /// <summary>Whoever holds the account has a command of it on its way to the book. No part of the state: neither events nor snapshots know it.</summary>
    public bool IsUnderWay { get; set; }

    public bool IsOpen => Status is OrderStatus.New or OrderStatus.PartiallyFilled or OrderStatus.PendingNew or OrderStatus.Held;

    /// <summary>The <see cref="Accounts.ClientIdHash"/> of its client order id, once it stands in its account's table of them. No part of the state.</summary>
    internal ulong ClientIdHash { get; set; }

    /// <summary>Another open order, whose client order id has the same fingerprint.</summary>
    internal Order? NextOfHash { get; set; }

    /// <summary>Of a leg: the order that it waits for, or grows with, while that is open.</summary>
    internal Order? Entry { get; set; }

    /// <summary>Of an entry: its legs, while it is open.</summary>
    internal Order? TakeProfit { get; set; }

    internal Order? StopLoss { get; set; }

    /// <summary>The order that may trade in this one's place: of a stop-loss the take-profit and the other way round, while both are open.</summary>
    internal Order? Twin { get; set; }

    /// <summary>Its stop-loss reserves for both, and counts as the open quantity of both.</summary>
    internal bool IsCarried => Group is { StopPrice: not null } group
        && (Leg == LegKind.TakeProfit || (Leg is null && group.Class == OrderClass.Oco));

    /// <summary>What may still add to the position: the greater of the terms in force and those asked for. The size of a leg is not for its account to ask.</summary>
    internal decimal ExposedQuantity =>
        Replace is { } replace && Leg is null && replace.Quantity > Quantity ? replace.Quantity - FilledQuantity : Quantity - FilledQuantity;

    /// <summary>The order as it is at this moment, never changed afterwards.</summary>
    public Order Copy() => (Order)MemberwiseClone();
}

/// <summary>New terms on their way to the book.</summary>
/// <param name="Quantity">The new total quantity.</param>
public sealed record PendingReplace(
    int Revision, long CommandNumber, decimal Quantity, decimal? LimitPrice, decimal? StopPrice, decimal? ProtectionPrice, decimal FeeRate)
{
    public decimal BookPrice => LimitPrice ?? ProtectionPrice ?? 0;
}
