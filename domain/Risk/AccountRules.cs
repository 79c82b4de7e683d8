namespace Bourse.Domain.Risk;

/// <summary>
/// The rules that few accounts have; null or false is not asked for. Amounts are in the account's currency, every bound is inclusive.
/// </summary>
/// <param name="Margin">Makes it a margin account: it may spend more than its cash, up to what its equity backs. Null: a cash account.</param>
/// <param name="MaxGrossExposure">Largest value of all positions, long and short added, as they could become by the open orders.</param>
/// <param name="MaxOrdersPerSecond">How many orders may be placed within any 1,000 ms; 0 to <see cref="MaxOrderRate"/>.</param>
/// <param name="DailyLossLimit">What a day of UTC may lose, realised and unrealised; once it has, only what reduces positions is let through.</param>
/// <param name="MaxDayTrades">How many positions may be opened and made smaller in one session within <see cref="DayTradeSessions"/> sessions of their instruments.</param>
/// <param name="PreventWashTrades">Refuses an order that could trade with an open one of the same account.</param>
/// <param name="UserClass">Whose restricted list applies, beside that of <see cref="EveryClass"/>.</param>
/// <param name="Locates">How much of which symbol was located to be borrowed; null: every symbol may be sold short.</param>
public sealed record AccountRules(
    MarginRates? Margin = null,
    decimal? MaxGrossExposure = null,
    int? MaxOrdersPerSecond = null,
    decimal? DailyLossLimit = null,
    int? MaxDayTrades = null,
    bool PreventWashTrades = false,
    string? UserClass = null,
    IReadOnlyDictionary<string, decimal>? Locates = null)
{
    /// <summary>The user class of everybody.</summary>
    public const string EveryClass = "all";

    /// <summary>The bound of <see cref="MaxOrdersPerSecond"/>.</summary>
    public const int MaxOrderRate = 1_000;

    /// <summary>As many as FINRA's rule 4210 counts: five business days, the day itself included.</summary>
    public const int DayTradeSessions = 5;

    private const int LongestClass = 32;
    private const int MostLocates = 1_000;
    private const int LongestSymbol = 24;

    /// <summary>Which field is out of bounds, by its name on the wire; null when none is.</summary>
    public string? FindFault() =>
        Margin is { } m && !(m.Stock.IsValid && m.Crypto.IsValid && m.Fx.IsValid) ? "margin"
        : MaxGrossExposure < 0 ? "max_gross_exposure"
        : MaxOrdersPerSecond is < 0 or > MaxOrderRate ? "max_orders_per_second"
        : DailyLossLimit <= 0 ? "daily_loss_limit"
        : MaxDayTrades is < 0 or > MaxOrderRate ? "max_day_trades"
        : UserClass is { } name && (name.Length is 0 or > LongestClass || !name.All(c => char.IsAsciiLetterLower(c) || c == '_')) ? "user_class"
        : Locates is { } locates && (locates.Count > MostLocates || locates.Any(l => l.Value < 0 || l.Key.Length is 0 or > LongestSymbol)) ? "locates"
        : null;

    /// <summary>The account's days are journaled, and it is looked at while nobody orders.</summary>
    public bool IsWatched => DailyLossLimit is not null || MaxDayTrades is not null || Margin is not null;
}
