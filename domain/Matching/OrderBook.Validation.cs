using Bourse.Domain.Matching.Internal;

namespace Bourse.Domain.Matching;

/// <content>What a new order must be, and what must hold inside the book.</content>
public sealed partial class OrderBook
{
    private RejectCode Validate(in NewOrder order)
    {
        if (order.Id <= 0) return RejectCode.InvalidOrderId;
        if (order.Side is not (Side.Buy or Side.Sell)) return RejectCode.InvalidSide;
        if (order.Type is < OrderType.Market or > OrderType.TrailingStop) return RejectCode.InvalidType;
        if (order.Tif is < TimeInForce.Day or > TimeInForce.Fok) return RejectCode.InvalidTimeInForce;
        if (order.Stp > SelfTradePrevention.CancelBoth) return RejectCode.InvalidSelfTradePrevention;
        if (order.QuantityLots is <= 0 or > MaxQuantityLots) return RejectCode.InvalidQuantity;

        var hasLimit = order.Type is OrderType.Limit or OrderType.StopLimit;
        if (order.PriceTicks < (hasLimit ? 1 : 0) || order.PriceTicks > MaxPriceTicks) return RejectCode.InvalidPrice;
        var isStop = order.Type >= OrderType.Stop;
        if (isStop ? order.StopPriceTicks is <= 0 or > MaxPriceTicks : order.StopPriceTicks != 0) return RejectCode.InvalidStopPrice;
        var mayRest = hasLimit && order.Tif <= TimeInForce.Gtc;
        if (order.PostOnly && !mayRest) return RejectCode.InvalidPostOnly;

        if ((order.IsSpecial || order.Type == OrderType.TrailingStop) && ValidateSpecial(order) is var special and not RejectCode.None) return special;

        if (_collecting && !isStop && (!mayRest || order.PostOnly)) return RejectCode.Auction;
        if (_ids.Find(order.Id) != 0) return RejectCode.DuplicateOrder;
        return (mayRest || isStop) && _ids.Count >= _maxOrders ? RejectCode.BookFull : RejectCode.None;
    }

    /// <summary>Walks the whole book and checks what must hold: for tests, and after loading. Not for the hot path.</summary>
    /// <exception cref="InvalidOperationException">Something does not hold: a bug.</exception>
    public void ValidateInternalState()
    {
        _bids.ValidateInternalState(_ids);
        _asks.ValidateInternalState(_ids);
        _buyStops.ValidateInternalState(_ids);
        _sellStops.ValidateInternalState(_ids);
        _ids.ValidateInternalState();

        var standing = _bids.Count + _asks.Count + _buyStops.Count + _sellStops.Count;
        Invariant.Holds(_ids.Count == standing, "the index holds other orders than the lists");
        Invariant.Holds(standing <= _maxOrders, "more orders than allowed");
        Invariant.Holds(_pool.Used - 1 == standing + 4 + _pool.CountFree(), "nodes were lost");
        Invariant.Holds(_collecting || _bids.Count == 0 || _asks.Count == 0 || _bids.Flip(_bids.BestRank) < _asks.Flip(_asks.BestRank), "crossed");
        var trailing = 0;
        foreach (var (id, special) in _specials)
        {
            var index = _ids.Find(id);
            Invariant.Holds(index != 0 && _pool[index].IsSpecial && special.HiddenLots >= 0, "special terms without their order");
            if (special.TwinId != 0) ValidatePair(index, special.TwinId);
            trailing += _pool[index].Type == OrderType.TrailingStop ? 1 : 0;
        }

        Invariant.Holds(trailing == _trailing, "trailing stops miscounted");
        Invariant.Holds(CountDay(_bids) + CountDay(_asks) + CountDay(_buyStops) + CountDay(_sellStops) == _dayCount, "day orders miscounted");
        if (_lastTrade == 0 || _collecting) return;
        Invariant.Holds(_buyStops.Count == 0 || _buyStops.Flip(_buyStops.BestRank) > _lastTrade, "a buy stop missed its price");
        Invariant.Holds(_sellStops.Count == 0 || _sellStops.Flip(_sellStops.BestRank) < _lastTrade, "a sell stop missed its price");
    }

    private int CountDay(PriceTimeQueue queue)
    {
        var count = 0;
        for (var index = queue.First; index != queue.Anchor; index = _pool[index].Next)
        {
            count += _pool[index].Tif == TimeInForce.Day ? 1 : 0;
        }

        return count;
    }
}
