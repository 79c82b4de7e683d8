using Bourse.Domain.Matching;

namespace Bourse.Domain.Ledger;

/// <summary>
/// A position in one symbol by average cost. <c>RealizedProfit − Cost</c> is always the cash that its trades brought in, exactly.
/// </summary>
/// <param name="Quantity">In units; below zero when short.</param>
/// <param name="Cost">What the open quantity cost; below zero when short: what it brought in.</param>
/// <param name="RealizedProfit">Profit of everything closed so far, before fees.</param>
public readonly record struct Position(decimal Quantity, decimal Cost, decimal RealizedProfit)
{
    /// <summary>Average entry price, above zero for long and short; 0 when there is no position. Rounded for show, never used to settle.</summary>
    public decimal AverageEntryPrice => Quantity == 0 ? 0 : Money.Round(Cost / Quantity);

    /// <summary>The position after a trade; it may flip through zero.</summary>
    /// <param name="value">The trade's <see cref="Money.Value"/>.</param>
    public Position After(Side side, decimal quantity, decimal value)
    {
        var change = side == Side.Buy ? quantity : -quantity;
        var paid = side == Side.Buy ? value : -value;
        if (Quantity == 0 || Quantity > 0 == change > 0)
        {
            return this with { Quantity = Quantity + change, Cost = Cost + paid };
        }

        var open = Math.Abs(Quantity);
        if (quantity < open)
        {
            var costClosed = Money.Round(Cost * (quantity / open));
            return new Position(Quantity + change, Cost - costClosed, RealizedProfit - paid - costClosed);
        }

        var paidToClose = quantity == open ? paid : Money.Round(paid * (open / quantity));
        return new Position(Quantity + change, paid - paidToClose, RealizedProfit - paidToClose - Cost);
    }
}
