using System.Diagnostics.CodeAnalysis;
using Bourse.Domain.Matching.Internal;

namespace Bourse.Domain.Matching;

/// <content>What stands in the book.</content>
public sealed partial class OrderBook
{
    /// <summary>The price of the last trade; 0 before the first.</summary>
    public long LastTradePriceTicks => _lastTrade;

    /// <summary>How many trades the book has made, in all its life.</summary>
    public long TradeCount => _tradeCount;

    /// <summary>Resting bids.</summary>
    public int BidCount => _bids.Count;

    /// <summary>Resting asks.</summary>
    public int AskCount => _asks.Count;

    /// <summary>Stops that wait, both sides.</summary>
    public int HeldCount => _buyStops.Count + _sellStops.Count;

    /// <summary>The highest bid; price and quantity 0 when there is none.</summary>
    public PriceLevel BestBid => Best(_bids, Side.Buy);

    /// <summary>The lowest ask; price and quantity 0 when there is none.</summary>
    public PriceLevel BestAsk => Best(_asks, Side.Sell);

    /// <summary>Copies a side's best price levels, best first; returns how many there were room and levels for.</summary>
    public int CopyDepth(Side side, Span<PriceLevel> levels)
    {
        var queue = RestingOf(side);
        var count = 0;
        for (var index = queue.First; index != queue.Anchor && count < levels.Length; index = queue.FirstOfNextLevel(index))
        {
            levels[count++] = queue.LevelOf(index);
        }

        return count;
    }

    /// <summary>What rests at one price of one side; quantity 0 if nothing does.</summary>
    public PriceLevel LevelAt(Side side, long priceTicks) => RestingOf(side).LevelAt(priceTicks);

    /// <summary>
    /// Moves the levels that changed since the last call into <paramref name="levels"/> (cleared first), each once, as they are now, bids before asks, prices rising.
    /// False when too many changed to tell (over 2,048): then take the whole depth.
    /// </summary>
    /// <exception cref="InvalidOperationException">The book was built without <see cref="OrderBookOptions.TrackDepthChanges"/>.</exception>
    public bool TakeDepthChanges(List<PriceLevel> levels)
    {
        var changes = _changes ?? throw new InvalidOperationException("The book does not track depth changes.");
        levels.Clear();
        var complete = !changes.Overflowed;
        if (complete)
        {
            foreach (var (side, price) in changes.Distinct()) levels.Add(LevelAt(side, price));
        }

        changes.Clear();
        return complete;
    }

    /// <summary>A standing order by its id, resting or held.</summary>
    public bool TryGet(long orderId, [MaybeNullWhen(false)] out OpenOrder order)
    {
        var index = _ids.Find(orderId);
        order = index == 0 ? default : View(index);
        return index != 0;
    }

    /// <summary>A copy of a side's resting orders, in priority order.</summary>
    public OpenOrder[] RestingOrders(Side side) => Orders(RestingOf(side));

    /// <summary>A copy of a side's held stops, in the order in which they would be elected.</summary>
    public OpenOrder[] HeldOrders(Side side) => Orders(StopsOf(side));

    private OpenOrder[] Orders(PriceTimeQueue queue)
    {
        var orders = new OpenOrder[queue.Count];
        for (int i = 0, index = queue.First; i < orders.Length; i++, index = _pool[index].Next) orders[i] = View(index);
        return orders;
    }

    private OpenOrder View(int index)
    {
        ref var node = ref _pool[index];
        var price = QueueOf(node).Flip(node.Rank);
        return new OpenOrder(
            node.Id, node.Account, node.Side, node.Type, node.Tif, node.IsHeld ? node.LimitPrice : price, node.Leaves + HiddenOf(node), node.Filled,
            node.IsHeld ? price : 0, node.PostOnly, node.Stp, node.IsSpecial ? _specials[node.Id].Terms : default);
    }

    private static PriceLevel Best(PriceTimeQueue queue, Side side) =>
        queue.Count == 0 ? new PriceLevel(side, 0, 0, 0) : queue.LevelOf(queue.First);
}
