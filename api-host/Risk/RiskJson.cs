namespace Bourse.ApiHost.Risk;

/// <summary>What an account may do; see <c>Bourse.Domain.Risk.RiskLimits</c>.</summary>
public sealed record LimitsJson(
    string AccountId,
    long Version,
    string MaxOrderQty,
    string MaxNotional,
    string MaxPosition,
    int MaxOpenOrders,
    bool AllowShort,
    MarginJson? Margin,
    string? MaxGrossExposure,
    int? MaxOrdersPerSecond,
    string? DailyLossLimit,
    int? MaxDayTrades,
    bool PreventWashTrades,
    string? UserClass,
    IReadOnlyDictionary<string, string>? Locates);

/// <summary>Margin rates of each asset class, as fractions: 0.5 is half.</summary>
public sealed record MarginJson(MarginRateJson Stock, MarginRateJson Crypto, MarginRateJson Fx);

/// <summary>What a position must be backed by, to take it on and to keep it.</summary>
public sealed record MarginRateJson(string Initial, string Maintenance);

/// <summary>New margin rates; a class that is missing is backed whole.</summary>
public sealed record MarginBody(MarginRateBody? Stock, MarginRateBody? Crypto, MarginRateBody? Fx);

/// <summary>New margin rates of a class.</summary>
/// <param name="Initial">Above 0, at most 1.</param>
/// <param name="Maintenance">Above 0, at most <paramref name="Initial"/>.</param>
public sealed record MarginRateBody(decimal? Initial, decimal? Maintenance);

/// <summary>New limits; what is missing stays as it is.</summary>
/// <param name="AccountId">Whose; the caller's own when missing.</param>
/// <param name="Locates">How much of which symbol may be sold short.</param>
/// <param name="Clear">Names of limits that are taken away: <c>margin</c>, <c>max_gross_exposure</c>, <c>max_orders_per_second</c>, <c>daily_loss_limit</c>, <c>max_day_trades</c>, <c>user_class</c>, <c>locates</c>.</param>
/// <param name="Reason">1 to 500 characters.</param>
public sealed record LimitsBody(
    string? AccountId,
    decimal? MaxOrderQty,
    decimal? MaxNotional,
    decimal? MaxPosition,
    int? MaxOpenOrders,
    bool? AllowShort,
    MarginBody? Margin,
    decimal? MaxGrossExposure,
    int? MaxOrdersPerSecond,
    decimal? DailyLossLimit,
    int? MaxDayTrades,
    bool? PreventWashTrades,
    string? UserClass,
    IReadOnlyDictionary<string, decimal>? Locates,
    IReadOnlyList<string>? Clear,
    string? Reason);

/// <summary>The symbols that accounts of a user class may only get out of.</summary>
public sealed record RestrictedJson(string UserClass, IReadOnlyList<string> Symbols, string Reason, string By, DateTimeOffset Since);

/// <summary>A class's new list; an empty one takes it away.</summary>
/// <param name="UserClass">1 to 32 lower-case letters and underscores; <c>all</c> is everybody.</param>
/// <param name="Reason">1 to 500 characters.</param>
public sealed record RestrictedBody(string? UserClass, IReadOnlyList<string>? Symbols, string? Reason);

/// <summary>A kill switch.</summary>
/// <param name="Scope"><c>global</c>, <c>account</c> or <c>symbol</c>.</param>
/// <param name="Id">The account's id or the symbol; null for the whole platform.</param>
/// <param name="State"><c>active</c>, <c>reducing</c> or <c>halted</c>.</param>
/// <param name="By">Who set it; null for traders.</param>
/// <param name="Canceling">Open orders under it are being cancelled.</param>
public sealed record KillSwitchJson(string Scope, string? Id, string State, string Reason, DateTimeOffset Since, bool Canceling, string? By);

/// <summary>A wish to set a kill switch.</summary>
/// <param name="Reason">1 to 500 characters.</param>
/// <param name="CancelOrders">Also cancels the open orders under it; no by default.</param>
public sealed record KillSwitchBody(string? Scope, string? Id, string? State, string? Reason, bool? CancelOrders);

/// <summary>The hub's event <c>halt</c>.</summary>
public sealed record HaltJson(string Scope, string? Id, string State, string Reason);
