namespace Bourse.Domain.Risk;

/// <summary>
/// What an account may do. Owned by its risk limit grain; checked in the account's own turn. Every bound is inclusive.
/// </summary>
/// <param name="Version">Counts up by one at each change, from 1.</param>
/// <param name="MaxOrderQuantity">Largest quantity of one order, in units of the instrument.</param>
/// <param name="MaxOrderNotional">Largest price times quantity of one order, in the instrument's currency.</param>
/// <param name="MaxPosition">Largest position in one symbol, long or short, in units, open orders of that side counted in.</param>
/// <param name="MaxOpenOrders">How many orders may be open at once.</param>
/// <param name="AllowShort">Whether a sale may go beyond the position held.</param>
/// <param name="Unlimited">A house account: buying power is not checked and cash may go below zero.</param>
/// <param name="Rules">Null for an account that has none of them.</param>
public sealed record RiskLimits(
    long Version,
    decimal MaxOrderQuantity,
    decimal MaxOrderNotional,
    decimal MaxPosition,
    int MaxOpenOrders,
    bool AllowShort,
    bool Unlimited,
    AccountRules? Rules = null)
{
    /// <summary>What a new trader's account may do.</summary>
    public static RiskLimits Default { get; } = new(1, 1_000_000m, 10_000_000m, 10_000_000m, 1_000, AllowShort: false, Unlimited: false);

    /// <summary>What a house market maker's account may do.</summary>
    public static RiskLimits House { get; } = new(1, 1_000_000_000m, 1_000_000_000_000m, 1_000_000_000_000m, 10_000, AllowShort: true, Unlimited: true);

    /// <summary>By which rates an order has to be backed by equity; null when its reservation is all that it needs.</summary>
    public MarginRates? Margin => Unlimited ? null : Rules?.Margin ?? (AllowShort ? MarginRates.Whole : null);

    /// <summary>Orders are decided on with the prices of everything that the account holds.</summary>
    public bool NeedsMarks => Margin is not null || Rules is { MaxGrossExposure: not null } or { IsWatched: true };
}
