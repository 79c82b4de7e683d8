namespace Bourse.ApiHost.Risk;

/// <summary>What an account may do; see <c>Bourse.Domain.Risk.RiskLimits</c>.</summary>
public sealed record LimitsJson(
    string AccountId,
    long Version,
    string MaxOrderQty,
    string MaxNotional,
    string MaxPosition,
    int MaxOpenOrders,
    bool AllowShort);

/// <summary>New limits; what is missing stays as it is.</summary>
/// <param name="AccountId">Whose; the caller's own when missing.</param>
/// <param name="Reason">1 to 500 characters.</param>
public sealed record LimitsBody(
    string? AccountId,
    decimal? MaxOrderQty,
    decimal? MaxNotional,
    decimal? MaxPosition,
    int? MaxOpenOrders,
    bool? AllowShort,
    string? Reason);

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
