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
public sealed record RiskLimits(
    long Version,
    decimal MaxOrderQuantity,
    decimal MaxOrderNotional,
    decimal MaxPosition,
    int MaxOpenOrders,
    bool AllowShort,
    bool Unlimited)
{
    /// <summary>What a new trader's account may do.</summary>
    public static RiskLimits Default { get; } = new(1, 1_000_000m, 10_000_000m, 10_000_000m, 1_000, AllowShort: false, Unlimited: false);

    /// <summary>What a house market maker's account may do.</summary>
    public static RiskLimits House { get; } = new(1, 1_000_000_000m, 1_000_000_000_000m, 1_000_000_000_000m, 10_000, AllowShort: true, Unlimited: true);
}
