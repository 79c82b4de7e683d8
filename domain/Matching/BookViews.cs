namespace Bourse.Domain.Matching;

/// <summary>One price of one side: what rests there altogether. A quantity of 0 stands for a level that is gone or an empty side.</summary>
public readonly record struct PriceLevel(Side Side, long PriceTicks, long QuantityLots, int Orders);

/// <summary>An order that stands in the book, resting or (<see cref="OrderType.Stop"/>, <see cref="OrderType.StopLimit"/>) waiting for its stop price.</summary>
public readonly record struct OpenOrder(
    long Id, int Account, Side Side, OrderType Type, TimeInForce Tif, long PriceTicks, long LeavesLots, long FilledLots,
    long StopPriceTicks, bool PostOnly, SelfTradePrevention Stp, SpecialTerms Special = default)
{
    /// <summary>The order quantity: what was filled and what is open.</summary>
    public long QuantityLots => LeavesLots + FilledLots;
}

/// <summary>How a book is built.</summary>
public sealed record OrderBookOptions
{
    /// <value>Orders that fit before the first growth; default 256. Everything grows by doubling.</value>
    public int InitialOrders { get; init; } = 256;

    /// <value>The most orders that may stand in the book at once, 1 to <see cref="OrderBook.MaxOrdersLimit"/>; default 1,048,576. A further one is refused with <c>book_full</c>.</value>
    public int MaxOrders { get; init; } = 1 << 20;

    /// <value>Whether the book remembers which price levels changed, for <see cref="OrderBook.TakeDepthChanges"/>; default off.</value>
    public bool TrackDepthChanges { get; init; }
}
