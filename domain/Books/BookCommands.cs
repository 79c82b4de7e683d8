using Bourse.Domain.Matching;

namespace Bourse.Domain.Books;

/// <summary>A new order as its account sends it.</summary>
/// <param name="CommandNumber">Counts up by one for each pair of account and book, from 1.</param>
/// <param name="AcknowledgedReport">The account has every report up to this one.</param>
/// <param name="PriceTicks">Limit price, or the protection price of a market or stop order; 0 = none.</param>
public readonly record struct SubmitOrder(
    Guid OrderId,
    string Account,
    long CommandNumber,
    long AcknowledgedReport,
    Side Side,
    OrderType Type,
    TimeInForce TimeInForce,
    long PriceTicks,
    long QuantityLots,
    long StopPriceTicks,
    bool PostOnly,
    SelfTradePrevention SelfTradePrevention,
    AdvancedOrder? Advanced = null);

/// <summary>Terms of an order that few have. What is 0 is not asked for.</summary>
/// <param name="ExpireAtMs">When a good-till-date order ends, ms since 1970 UTC.</param>
/// <param name="DisplayLots">An iceberg's slice.</param>
/// <param name="TrailTicks">A trailing stop's distance.</param>
/// <param name="TrailPpm">The same in millionths of the price.</param>
/// <param name="Exit">The legs that this order brings with it.</param>
public sealed record AdvancedOrder(long ExpireAtMs = 0, long DisplayLots = 0, long TrailTicks = 0, int TrailPpm = 0, ExitLegs? Exit = null)
{
    internal SpecialTerms Special => new(DisplayLots, TrailTicks, TrailPpm);
}

/// <summary>
/// The legs of an order group. With <paramref name="IsPair"/> the order itself is the take-profit and its stop-loss is live with it; else the legs, of which at least
/// one is there, are live once the order trades, on the other side, as large as what it has traded.
/// </summary>
/// <param name="TakeProfitId">Empty without one.</param>
/// <param name="StopLossId">Empty without one.</param>
/// <param name="StopPriceTicks">What elects the stop-loss.</param>
/// <param name="StopLimitTicks">Its limit, or without one the protection price.</param>
/// <param name="HasStopLimit">The stop-loss is a stop-limit order.</param>
public sealed record ExitLegs(
    bool IsPair, Guid TakeProfitId, long TakeProfitTicks, Guid StopLossId, long StopPriceTicks, long StopLimitTicks, bool HasStopLimit);

/// <summary>New terms of an open order.</summary>
/// <param name="Revision">1 for the order's first replace.</param>
/// <param name="QuantityLots">The new total quantity, what has filled included.</param>
/// <param name="StopPriceTicks">The new stop price of a stop that still waits; 0 = as it was.</param>
public readonly record struct ReplaceOrder(
    Guid OrderId,
    string Account,
    long CommandNumber,
    long AcknowledgedReport,
    int Revision,
    long PriceTicks,
    long QuantityLots,
    long StopPriceTicks);

/// <summary>An order or a replace that is not to be done: its number is taken and its account is told why.</summary>
/// <param name="Revision">0 for an order, else that of the replace.</param>
/// <param name="Code">The stable code that the order is rejected with.</param>
public readonly record struct RefuseCommand(
    Guid OrderId, string Account, long CommandNumber, long AcknowledgedReport, int Revision, string Code);

/// <summary>What a book did with a command.</summary>
public enum CommandResult : byte
{
    /// <summary>Taken: an event was written and reports were made.</summary>
    Taken = 1,

    /// <summary>Taken before: nothing was written; the reports of then still stand.</summary>
    Repeated = 2,

    /// <summary>An earlier command of this account is missing.</summary>
    OutOfOrder = 3,

    /// <summary>No such open order of this account.</summary>
    NotOpen = 4,
}

/// <summary>A trade of the book's newest command.</summary>
/// <param name="Number">Counts up by one per book, from 1.</param>
/// <param name="Side">The taker's side.</param>
public readonly record struct BookTrade(
    long Number,
    decimal Price,
    decimal Quantity,
    Side Side,
    Guid TakerOrderId,
    string TakerAccount,
    decimal TakerFee,
    Guid MakerOrderId,
    string MakerAccount,
    decimal MakerFee,
    long TimeMs);
