using Bourse.Domain.Risk;

namespace Bourse.GrainInterfaces.Risk;

/// <summary><see cref="RiskLimits"/> as they travel; same fields.</summary>
[GenerateSerializer, Immutable, Alias("bourse.limits-view")]
public sealed record LimitsView(
    long Version, decimal MaxOrderQuantity, decimal MaxOrderNotional, decimal MaxPosition, int MaxOpenOrders, bool AllowShort, bool Unlimited)
{
    public static LimitsView From(RiskLimits l) =>
        new(l.Version, l.MaxOrderQuantity, l.MaxOrderNotional, l.MaxPosition, l.MaxOpenOrders, l.AllowShort, l.Unlimited);

    public RiskLimits ToDomain() =>
        new(Version, MaxOrderQuantity, MaxOrderNotional, MaxPosition, MaxOpenOrders, AllowShort, Unlimited);
}

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
