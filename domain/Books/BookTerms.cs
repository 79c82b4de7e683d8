using Bourse.Domain.Ledger;

namespace Bourse.Domain.Books;

/// <summary>What a book counts in and charges; part of its journal, so that a replay gives the same fees.</summary>
/// <param name="TickSize">Price of one tick, above 0.</param>
/// <param name="LotSize">Quantity of one lot, above 0.</param>
/// <param name="MakerFeeRate">Fraction of the notional, 0 or more.</param>
/// <param name="TakerFeeRate">Fraction of the notional, 0 or more.</param>
public readonly record struct BookTerms(decimal TickSize, decimal LotSize, decimal MakerFeeRate, decimal TakerFeeRate)
{
    /// <summary>A fill's fee in the instrument's currency, by the rule of <see cref="Money.Fee"/>.</summary>
    public decimal Fee(decimal price, decimal quantity, bool isMaker) =>
        Money.Fee(Money.Value(price, quantity), isMaker ? MakerFeeRate : TakerFeeRate);
}
