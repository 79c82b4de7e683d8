namespace Bourse.ApiHost.Accounts;

/// <summary>An account and its positions, in its currency.</summary>
/// <param name="InitialMargin">What positions and open orders have to be backed by; null for a cash account.</param>
/// <param name="MaintenanceMargin">What the positions have to be backed by; null for a cash account.</param>
/// <param name="RestrictedBy">Why only what reduces positions is taken today, as the code of the refusal, or null.</param>
public sealed record PortfolioJson(
    string Cash,
    string BuyingPower,
    string Equity,
    string Held,
    string UnrealizedPl,
    string RealizedPl,
    string DayPl,
    string Currency,
    IReadOnlyList<PositionJson> Positions,
    string? InitialMargin,
    string? MaintenanceMargin,
    string? RestrictedBy);

/// <summary>A position; <paramref name="UnrealizedPlpc"/> is a fraction of the entry value: 0.1 is 10 %.</summary>
public sealed record PositionJson(
    string Symbol,
    string Qty,
    string AvgEntryPrice,
    string? CurrentPrice,
    string MarketValue,
    string UnrealizedPl,
    string UnrealizedPlpc,
    string RealizedPl);

/// <summary>Equity over time; the lists run side by side.</summary>
public sealed record PortfolioHistoryJson(
    IReadOnlyList<DateTimeOffset> Timestamp,
    IReadOnlyList<string> Equity,
    IReadOnlyList<string> ProfitLoss,
    IReadOnlyList<string> ProfitLossPct);

/// <summary>Something that moved an account's balances.</summary>
/// <param name="ActivityType"><c>FILL</c>, <c>DEPOSIT</c> or <c>WITHDRAWAL</c>.</param>
public sealed record ActivityJson(
    string Id,
    string ActivityType,
    DateTimeOffset TransactionTime,
    string? OrderId,
    string? Symbol,
    string? Side,
    string? Price,
    string? Qty,
    string? Fee,
    string? NetAmount);

/// <summary>One of the caller's accounts.</summary>
public sealed record AccountJson(string Id, string Currency, string Cash, string BuyingPower, string Equity, string Status);

/// <summary>Cash from outside.</summary>
/// <param name="Asset">The currency; that of the account when missing.</param>
/// <param name="Reference">1 to 64 characters; the same reference is taken once.</param>
/// <param name="Reason">Why, for the audit.</param>
public sealed record DepositBody(decimal? Amount, string? Asset, string? Reference, string? Reason);
