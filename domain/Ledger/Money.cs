namespace Bourse.Domain.Ledger;

/// <summary>
/// The roundings of amounts, the same on both sides of a trade. Amounts keep at most <see cref="Decimals"/> decimals, so that sums up
/// to 10^18 stay exact in a <see cref="decimal"/>; where tick size times lot size has no more decimals than that, a value is exact.
/// </summary>
/// <remarks>
/// Values and fees are cut off and reservations rounded up, so that the parts of an order never cost more than was reserved for
/// the whole: ceil(x + y) &gt;= ceil(y) + floor(x).
/// </remarks>
public static class Money
{
    public const int Decimals = 10;

    /// <summary>Price times quantity, cut off after <see cref="Decimals"/> decimals.</summary>
    public static decimal Value(decimal price, decimal quantity) => Cut(price * quantity);

    /// <summary>The fee on a trade's value, cut off after <see cref="Decimals"/> decimals. Books charge fees by this rule.</summary>
    public static decimal Fee(decimal value, decimal rate) => rate == 0 ? 0 : Cut(value * rate);

    /// <summary>What has to be reserved for buying at most at a price with a fee rate, rounded up.</summary>
    public static decimal Reserve(decimal price, decimal quantity, decimal feeRate) => RoundUp(price * quantity * (1 + feeRate));

    public static decimal Cut(decimal amount) =>
        amount.Scale <= Decimals ? amount : decimal.Round(amount, Decimals, MidpointRounding.ToZero);

    public static decimal RoundUp(decimal amount) =>
        amount.Scale <= Decimals ? amount : decimal.Round(amount, Decimals, MidpointRounding.ToPositiveInfinity);

    /// <summary>To the nearest, halves to even: for averages and shares of a cost.</summary>
    public static decimal Round(decimal amount) =>
        amount.Scale <= Decimals ? amount : decimal.Round(amount, Decimals, MidpointRounding.ToEven);
}
