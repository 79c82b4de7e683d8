using Bourse.Domain.Ledger;

namespace Bourse.Domain.Risk;

/// <summary>How much an open order holds. Never less than its fills can still cost, and never more than its terms allow.</summary>
public static class Reservation
{
    /// <summary>Cash for a buy while one set of terms is in force.</summary>
    /// <param name="leaves">What may still fill.</param>
    public static decimal Cash(decimal leaves, decimal price, decimal feeRate) => Money.Reserve(price, leaves, feeRate);

    /// <summary>
    /// Cash for a buy while a replace is under way: fills at the old terms may come before it, up to all that is left, so the worst
    /// case is the old terms first and the rest at the new, or all at the new terms, whichever costs more.
    /// </summary>
    public static decimal Cash(
        decimal leaves, decimal price, decimal feeRate, decimal newLeaves, decimal newPrice, decimal newFeeRate)
    {
        newLeaves = Math.Max(0, newLeaves);
        var newUnit = newPrice * (1 + newFeeRate);
        var allNew = newLeaves * newUnit;
        var oldFirst = leaves * (price * (1 + feeRate)) + Math.Max(0, newLeaves - leaves) * newUnit;
        return Money.RoundUp(Math.Max(allNew, oldFirst));
    }

    /// <summary>Units for a sale; a replace under way counts with the greater quantity.</summary>
    public static decimal Units(decimal leaves, decimal newLeaves) => Math.Max(leaves, newLeaves);
}
