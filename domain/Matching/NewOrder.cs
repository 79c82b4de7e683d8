namespace Bourse.Domain.Matching;

/// <summary>A new order as the book takes it. Prices are in ticks, quantities in lots; integers only.</summary>
public readonly record struct NewOrder
{
    /// <value>The caller's id of the order, above 0, unique among the orders that stand in the book.</value>
    public required long Id { get; init; }

    /// <value>The caller's number of the account; 0 means none, and no self-trade check is made.</value>
    public int Account { get; init; }

    public required Side Side { get; init; }

    public required OrderType Type { get; init; }

    public TimeInForce Tif { get; init; }

    /// <value>
    /// The limit of a limit or stop-limit order, 1 to <see cref="OrderBook.MaxPriceTicks"/>. On a market or stop order it is optional (0 = none): the
    /// protection price beyond which the order does not trade; what is left is cancelled.
    /// </value>
    public long PriceTicks { get; init; }

    /// <value>1 to <see cref="OrderBook.MaxQuantityLots"/>.</value>
    public required long QuantityLots { get; init; }

    /// <value>The price that elects a stop or stop-limit order; 0 on any other type.</value>
    public long StopPriceTicks { get; init; }

    /// <value>A limit order that may only add liquidity: it is refused where it would trade at once.</value>
    public bool PostOnly { get; init; }

    /// <value>What gives way when this order, as the aggressor, meets an order of its own account.</value>
    public SelfTradePrevention Stp { get; init; }

    /// <value>It came with <see cref="SpecialTerms"/>, which stand in the book's own table.</value>
    internal bool IsSpecial { get; init; }
}
