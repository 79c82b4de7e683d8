using Bourse.Domain.Matching;

namespace Bourse.Domain.Accounts;

/// <summary>
/// What a trader asks for when placing an order, already parsed but not yet checked.
/// Two requests with the same <see cref="ClientOrderId"/> are the same order when they are equal as records.
/// </summary>
/// <param name="ClientOrderId">1 to 48 characters, unique per account for ever.</param>
/// <param name="Advanced">Null for an order that has none of these terms.</param>
public sealed record OrderRequest(
    string Symbol,
    Side Side,
    OrderType Type,
    TimeInForce TimeInForce,
    decimal Quantity,
    decimal? LimitPrice,
    decimal? StopPrice,
    bool PostOnly,
    bool ReduceOnly,
    SelfTradePrevention SelfTradePrevention,
    string ClientOrderId,
    AdvancedTerms? Advanced = null);

/// <summary>Where an order stands; the names on the wire are those of API.md in snake_case.</summary>
public enum OrderStatus : byte
{
    PendingNew = 1,
    New = 2,
    PartiallyFilled = 3,
    Filled = 4,
    Canceled = 5,
    Expired = 6,
    Rejected = 7,
    Replaced = 8,

    /// <summary>A stop that waits for its price.</summary>
    Held = 9,
}
