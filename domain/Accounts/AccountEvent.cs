using Bourse.Domain.Matching;

namespace Bourse.Domain.Accounts;

/// <summary>
/// One fact of an account's journal. State is built from these alone; values called <i>after</i> repeat what the state holds once the event
/// is applied, for readers that do not fold the journal, and are checked when it is applied.
/// </summary>
/// <param name="TimeMs">ms since 1970 UTC.</param>
public abstract record AccountEvent(long TimeMs);

/// <summary>The account exists from here on.</summary>
/// <param name="Kind"><c>trader</c> or <c>house</c>.</param>
/// <param name="Currency">The currency that the account is told in.</param>
public sealed record AccountOpened(string UserId, string Kind, string Currency, long TimeMs) : AccountEvent(TimeMs);

/// <summary>Cash came in from outside.</summary>
/// <param name="Reference">Taken once.</param>
/// <param name="Cash">Free and held of the asset after.</param>
public sealed record Deposited(string Asset, decimal Amount, string Reference, decimal Cash, long TimeMs) : AccountEvent(TimeMs);

/// <summary>Cash went out.</summary>
/// <param name="Reference">Taken once, in the same set as deposits.</param>
/// <param name="Cash">Free and held of the asset after.</param>
public sealed record Withdrawn(string Asset, decimal Amount, string Reference, decimal Cash, long TimeMs) : AccountEvent(TimeMs);

/// <summary>The account's dead man's switch is set anew, or off.</summary>
/// <param name="AtMs">When every open order is cancelled unless it is set anew before, ms since 1970 UTC; 0 = off.</param>
public sealed record CancelAllAfterSet(long AtMs, long TimeMs) : AccountEvent(TimeMs);

/// <summary>A day of an account whose rules ask for one.</summary>
/// <param name="DayMs">When the day began, midnight UTC in ms since 1970.</param>
/// <param name="Equity">In the account's currency, when the account first looked at that day.</param>
public sealed record RiskDayBegan(long DayMs, decimal Equity, long TimeMs) : AccountEvent(TimeMs);

/// <summary>Whose sessions a symbol's day trades are counted by, for an account whose rules ask for it; before, by days of UTC.</summary>
/// <param name="Calendar">A name that <see cref="Instruments.SessionCalendar"/> knows.</param>
public sealed record SymbolCalendarNoted(string Symbol, string Calendar, long TimeMs) : AccountEvent(TimeMs);

/// <summary>From here on only what reduces positions is let through, to the end of the day; or no longer.</summary>
/// <param name="Code">With what other orders are refused; null lifts it.</param>
/// <param name="Loss">Of the day so far, in the account's currency.</param>
/// <param name="LimitsVersion">The limits that it was decided by.</param>
public sealed record RiskStopChanged(string? Code, decimal Loss, long LimitsVersion, long TimeMs) : AccountEvent(TimeMs);

/// <summary>Something about one order.</summary>
public abstract record OrderEvent(Guid OrderId, string Symbol, long TimeMs) : AccountEvent(TimeMs);

/// <summary>What an order reserves.</summary>
public enum ReservationKind : byte
{
    /// <summary>Nothing: the account is unlimited, or may sell short.</summary>
    None = 0,

    /// <summary>Cash of the instrument's currency: a buy.</summary>
    Cash = 1,

    /// <summary>Units of the symbol: a sale.</summary>
    Position = 2,
}

/// <summary>The order passed every check and its reservation is made; it is on its way to its book.</summary>
/// <param name="Currency">The instrument's.</param>
/// <param name="CommandNumber">In the count of this account and this book.</param>
/// <param name="ProtectionPrice">The worst price of an order without a limit price, else null.</param>
/// <param name="Reserved">Amount held by this order now, in what <paramref name="Reservation"/> says.</param>
/// <param name="FeeRate">The greater of the fee rates that the reservation counted with.</param>
/// <param name="FirstStopPrice">Where a trailing stop begins, else null.</param>
public sealed record OrderPlaced(
    Guid OrderId,
    OrderRequest Request,
    string Currency,
    long CommandNumber,
    decimal? ProtectionPrice,
    ReservationKind Reservation,
    decimal Reserved,
    decimal FeeRate,
    long TimeMs,
    decimal? FirstStopPrice = null) : OrderEvent(OrderId, Request.Symbol, TimeMs)
{
    /// <summary>The stop price that the order begins with, null for one that is no stop.</summary>
    public decimal? StopPrice => FirstStopPrice ?? Request.StopPrice;

    /// <summary>The asset of the reservation; null when there is none.</summary>
    public string? ReservedAsset => Reservation switch
    {
        ReservationKind.Cash => Currency,
        ReservationKind.Position => Symbol,
        _ => null,
    };
}

/// <summary>A replace passed every check; it is on its way to the book, and the reservation covers the old and the new terms.</summary>
/// <param name="Revision">1 for the order's first replace.</param>
/// <param name="Quantity">The new total quantity.</param>
/// <param name="StopPrice">Null when no stop waits, or no longer.</param>
/// <param name="Reserved">Amount held by the order now.</param>
public sealed record ReplaceRequested(
    Guid OrderId,
    string Symbol,
    int Revision,
    long CommandNumber,
    decimal Quantity,
    decimal? LimitPrice,
    decimal? StopPrice,
    decimal? ProtectionPrice,
    decimal Reserved,
    decimal FeeRate,
    long TimeMs) : OrderEvent(OrderId, Symbol, TimeMs);

/// <summary>A fact that came from a book.</summary>
/// <param name="ReportNumber">The book's report that said so; 0 when it follows from the report of the next event.</param>
public abstract record ReportedEvent(Guid OrderId, string Symbol, long ReportNumber, long TimeMs) : OrderEvent(OrderId, Symbol, TimeMs);

/// <summary>A stop's price was reached: the order is live.</summary>
public sealed record OrderTriggered(Guid OrderId, string Symbol, long ReportNumber, long TimeMs)
    : ReportedEvent(OrderId, Symbol, ReportNumber, TimeMs);

/// <summary>A trailing stop's price followed the market.</summary>
public sealed record OrderTrailed(Guid OrderId, string Symbol, decimal StopPrice, long ReportNumber, long TimeMs)
    : ReportedEvent(OrderId, Symbol, ReportNumber, TimeMs);

/// <summary>The book refused a replace; the order stands as it stood.</summary>
public sealed record ReplaceRejected(Guid OrderId, string Symbol, int Revision, string? Code, long ReportNumber, long TimeMs)
    : ReportedEvent(OrderId, Symbol, ReportNumber, TimeMs);

/// <summary>A report that changed nothing but has its number: the order had ended, or was known to be accepted.</summary>
public sealed record ReportNoted(Guid OrderId, string Symbol, long ReportNumber, long TimeMs)
    : ReportedEvent(OrderId, Symbol, ReportNumber, TimeMs);

/// <summary>A fact that clients see in the order channel.</summary>
/// <param name="Seq">Its number there, counting up by one per account from 1.</param>
public abstract record ChannelEvent(Guid OrderId, string Symbol, long ReportNumber, long Seq, long TimeMs)
    : ReportedEvent(OrderId, Symbol, ReportNumber, TimeMs);

/// <summary>The book has the order.</summary>
public sealed record OrderAccepted(Guid OrderId, string Symbol, long ReportNumber, long Seq, long TimeMs)
    : ChannelEvent(OrderId, Symbol, ReportNumber, Seq, TimeMs);

/// <summary>The book has the order, a stop that waits for its price.</summary>
public sealed record OrderHeld(Guid OrderId, string Symbol, long ReportNumber, long Seq, long TimeMs)
    : ChannelEvent(OrderId, Symbol, ReportNumber, Seq, TimeMs);

/// <summary>The book refused the order.</summary>
public sealed record OrderRejected(Guid OrderId, string Symbol, string? Code, long ReportNumber, long Seq, long TimeMs)
    : ChannelEvent(OrderId, Symbol, ReportNumber, Seq, TimeMs);

/// <summary>A trade.</summary>
/// <param name="Currency">What price, fee and <paramref name="Cash"/> are in.</param>
/// <param name="Completes">Nothing is left of the order.</param>
/// <param name="OrderFilledQuantity">Of the order, after.</param>
/// <param name="OrderAveragePrice">Of the order's fills, after.</param>
/// <param name="PositionQuantity">After; below zero when short.</param>
/// <param name="PositionAverageEntryPrice">After; 0 when there is no position.</param>
/// <param name="PositionRealizedProfit">After, of everything ever closed in the symbol, before fees.</param>
/// <param name="Cash">Free and held of the currency, after.</param>
public sealed record OrderFilled(
    Guid OrderId,
    string Symbol,
    string Currency,
    Side Side,
    long TradeNumber,
    decimal Price,
    decimal Quantity,
    decimal Fee,
    bool IsMaker,
    bool Completes,
    decimal OrderFilledQuantity,
    decimal OrderAveragePrice,
    decimal PositionQuantity,
    decimal PositionAverageEntryPrice,
    decimal PositionRealizedProfit,
    decimal Cash,
    long ReportNumber,
    long Seq,
    long TimeMs) : ChannelEvent(OrderId, Symbol, ReportNumber, Seq, TimeMs)
{
    public string TradeId => $"{Symbol}-{TradeNumber}";
}

/// <summary>What was left of the order is gone.</summary>
/// <param name="Code">Why, where it was not the account's own wish.</param>
/// <param name="Quantity">What was left.</param>
/// <param name="Revision">The replace that ended it, because its total had filled already; else 0.</param>
public sealed record OrderCanceled(
    Guid OrderId, string Symbol, string? Code, decimal Quantity, int Revision, long ReportNumber, long Seq, long TimeMs)
    : ChannelEvent(OrderId, Symbol, ReportNumber, Seq, TimeMs);

/// <summary>A DAY order ended with its session.</summary>
/// <param name="Quantity">What was left.</param>
public sealed record OrderExpired(Guid OrderId, string Symbol, decimal Quantity, long ReportNumber, long Seq, long TimeMs)
    : ChannelEvent(OrderId, Symbol, ReportNumber, Seq, TimeMs);

/// <summary>A leg of an order group is live with a new total quantity, because its entry or the other leg traded.</summary>
/// <param name="IsFirst">It waited until now.</param>
public sealed record LegSized(
    Guid OrderId, string Symbol, decimal Quantity, decimal? LimitPrice, decimal? StopPrice, bool IsFirst, long ReportNumber, long Seq, long TimeMs)
    : ChannelEvent(OrderId, Symbol, ReportNumber, Seq, TimeMs);

/// <summary>The order's terms are new.</summary>
/// <param name="Quantity">The new total quantity.</param>
public sealed record OrderReplaced(
    Guid OrderId,
    string Symbol,
    int Revision,
    decimal Quantity,
    decimal? LimitPrice,
    decimal? StopPrice,
    long ReportNumber,
    long Seq,
    long TimeMs) : ChannelEvent(OrderId, Symbol, ReportNumber, Seq, TimeMs);
