using Bourse.Domain.Risk;

namespace Bourse.GrainInterfaces.Risk;

/// <summary><see cref="RiskLimits"/> as they travel; same fields.</summary>
[GenerateSerializer, Immutable, Alias("bourse.limits-view")]
public sealed record LimitsView(
    long Version, decimal MaxOrderQuantity, decimal MaxOrderNotional, decimal MaxPosition, int MaxOpenOrders, bool AllowShort, bool Unlimited,
    RulesView? Rules = null)
{
    public static LimitsView From(RiskLimits l) =>
        new(l.Version, l.MaxOrderQuantity, l.MaxOrderNotional, l.MaxPosition, l.MaxOpenOrders, l.AllowShort, l.Unlimited, RulesView.From(l.Rules));

    public RiskLimits ToDomain() =>
        new(Version, MaxOrderQuantity, MaxOrderNotional, MaxPosition, MaxOpenOrders, AllowShort, Unlimited, Rules?.ToDomain());
}

/// <summary><see cref="AccountRules"/> as they travel; same fields.</summary>
/// <param name="Locates">A symbol stands once.</param>
[GenerateSerializer, Immutable, Alias("bourse.rules-view")]
public sealed record RulesView(
    MarginView? Margin = null,
    decimal? MaxGrossExposure = null,
    int? MaxOrdersPerSecond = null,
    decimal? DailyLossLimit = null,
    int? MaxDayTrades = null,
    bool PreventWashTrades = false,
    string? UserClass = null,
    IReadOnlyList<LocateView>? Locates = null)
{
    public static RulesView? From(AccountRules? r) => r is null ? null : new RulesView(
        MarginView.From(r.Margin), r.MaxGrossExposure, r.MaxOrdersPerSecond, r.DailyLossLimit, r.MaxDayTrades, r.PreventWashTrades, r.UserClass,
        r.Locates is null ? null : [.. r.Locates.Select(l => new LocateView(l.Key, l.Value))]);

    public AccountRules ToDomain() => new(
        Margin?.ToDomain(), MaxGrossExposure, MaxOrdersPerSecond, DailyLossLimit, MaxDayTrades, PreventWashTrades, UserClass,
        Locates?.ToDictionary(l => l.Symbol, l => l.Quantity, StringComparer.Ordinal));
}

/// <summary><see cref="MarginRates"/> as they travel; fractions.</summary>
[GenerateSerializer, Immutable, Alias("bourse.margin-view")]
public sealed record MarginView(
    decimal StockInitial, decimal StockMaintenance, decimal CryptoInitial, decimal CryptoMaintenance, decimal FxInitial, decimal FxMaintenance)
{
    public static MarginView? From(MarginRates? m) => m is null ? null : new MarginView(
        m.Stock.Initial, m.Stock.Maintenance, m.Crypto.Initial, m.Crypto.Maintenance, m.Fx.Initial, m.Fx.Maintenance);

    public MarginRates ToDomain() => new(
        new MarginRate(StockInitial, StockMaintenance), new MarginRate(CryptoInitial, CryptoMaintenance), new MarginRate(FxInitial, FxMaintenance));
}

/// <summary>How much of a symbol was located to be borrowed.</summary>
[GenerateSerializer, Immutable, Alias("bourse.locate")]
public sealed record LocateView(string Symbol, decimal Quantity);

/// <summary>Owns the risk limits of one account; the key is the account's id.</summary>
[Alias("bourse.risk-limit")]
public interface IRiskLimitGrain : IGrainWithStringKey
{
    /// <summary>The limits in force.</summary>
    [Alias("get")]
    Task<LimitsView> Get();

    /// <summary>Sets new limits; the version is counted by the grain. Throws <see cref="ArgumentException"/> when a bound is below zero or the reason is empty.</summary>
    [Alias("set")]
    Task<LimitsView> Set(LimitsView limits, string by, string reason);
}
