using Bourse.Domain.Matching;

namespace Bourse.Domain.Risk;

/// <summary>What risk checks look at, for a new order and for a replace alike.</summary>
/// <param name="ProtectionPrice">The worst price of an order without a limit price, once it is known.</param>
internal readonly record struct OrderTerms(
    Side Side, decimal Quantity, decimal? LimitPrice, decimal? StopPrice, decimal? ProtectionPrice = null)
{
    public decimal BookPrice => LimitPrice ?? ProtectionPrice ?? 0;
}
