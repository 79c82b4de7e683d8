using Bourse.Domain.Matching;

namespace Bourse.Domain.Accounts;

/// <summary>What an <see cref="AccountEventView"/> is of.</summary>
public enum AccountEventKind : byte
{
    Opened = 1,
    Deposited = 2,
    Withdrawn = 3,
    Placed = 4,
    ReplaceRequested = 5,
    Accepted = 6,
    Held = 7,
    Rejected = 8,
    Filled = 9,
    Canceled = 10,
    Expired = 11,
    Replaced = 12,
    ReplaceRejected = 13,
    Triggered = 14,
    Noted = 15,
    Trailed = 17,
    CancelAllAfterSet = 18,
    Sized = 19,
    RiskDayBegan = 40,
    RiskStopChanged = 41,
    SymbolCalendarNoted = 42,
}

/// <summary>
/// The fields of an <see cref="AccountEvent"/> that histories are made of, read from its bytes without an allocation: text stays the UTF-8
/// that the journal holds. Each field means what the event's field of that name means, and is unset where the event has none.
/// </summary>
public ref struct AccountEventView
{
    public AccountEventKind Kind;
    public long TimeMs;

    public Guid OrderId;
    public ReadOnlySpan<byte> Symbol;

    /// <summary>0: clients do not see the event.</summary>
    public long Seq;

    /// <summary>Empty where there is none.</summary>
    public ReadOnlySpan<byte> Code;

    public Side Side;
    public OrderType Type;
    public TimeInForce TimeInForce;
    public SelfTradePrevention SelfTradePrevention;
    public bool PostOnly;
    public bool ReduceOnly;
    public ReadOnlySpan<byte> ClientOrderId;

    /// <summary>Of the order, of the new terms, or of the fill.</summary>
    public decimal Quantity;
    public decimal? LimitPrice;

    /// <summary>For a placed order where it begins; for a trailed one where it stands now.</summary>
    public decimal? StopPrice;
    public AdvancedTerms? Advanced;

    /// <summary>The currency, or the asset of a deposit or withdrawal.</summary>
    public ReadOnlySpan<byte> Currency;
    public long TradeNumber;
    public bool IsMaker;
    public bool Completes;
    public bool IsFirst;
    public decimal OrderFilledQuantity;
    public decimal OrderAveragePrice;
    public decimal PositionQuantity;
    public decimal PositionAverageEntryPrice;
    public decimal PositionRealizedProfit;

    /// <summary>Free and held, after.</summary>
    public decimal Cash;

    /// <summary>Of a deposit or withdrawal, above zero.</summary>
    public decimal Amount;
    public long AtMs;
    public ReadOnlySpan<byte> UserId;
    public ReadOnlySpan<byte> AccountKind;
}
