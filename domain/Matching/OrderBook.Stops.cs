namespace Bourse.Domain.Matching;

/// <content>Orders that wait for a trade price.</content>
public sealed partial class OrderBook
{
    private void HoldOrElect(in NewOrder order)
    {
        var index = Register(order, order.QuantityLots);
        ref var node = ref _pool[index];
        var queue = StopsOf(order.Side);
        node.Type = order.Type;
        node.Rank = queue.Flip(order.StopPriceTicks);
        node.LimitPrice = order.PriceTicks;
        if (order.IsSpecial) EnterSpecial(ref node);
        if (IsThrough(order.Side, order.StopPriceTicks))
        {
            Elect(index);
            return;
        }

        queue.Insert(index);
        EmitStanding(order, BookEventKind.Held, order.StopPriceTicks, order.QuantityLots);
    }

    /// <summary>Whether the last trade has reached a stop price. In an auction stops wait for its price.</summary>
    private bool IsThrough(Side side, long stopPrice) =>
        _lastTrade != 0 && !_collecting && (side == Side.Buy ? _lastTrade >= stopPrice : _lastTrade <= stopPrice);

    /// <summary>Elects the stops that this command's trades have reached, those that the elected orders' trades reach included.</summary>
    private void ElectStops()
    {
        while (!_collecting)
        {
            var queue = _buyStops.BestRank <= _buyStops.Flip(_high) ? _buyStops : _sellStops;
            if (queue == _sellStops && _sellStops.BestRank > _sellStops.Flip(_low)) return;
            var index = queue.First;
            queue.Remove(index);
            Elect(index);
        }
    }

    /// <summary>Turns a stop that is in no queue into the market or limit order it stands for.</summary>
    private void Elect(int index)
    {
        ref var node = ref _pool[index];
        var order = new NewOrder
        {
            Id = node.Id,
            Account = node.Account,
            Side = node.Side,
            Type = node.Type == OrderType.StopLimit ? OrderType.Limit : OrderType.Market,
            Tif = node.Tif,
            PriceTicks = node.LimitPrice,
            QuantityLots = node.Leaves,
            PostOnly = node.PostOnly,
            Stp = node.Stp,
            IsSpecial = node.IsSpecial,
        };
        if (order.IsSpecial)
        {
            _incoming = _specials[order.Id].Terms;
            if (TwinOf(node) is var twin and not 0) CancelTwin(twin, CancelReason.Twin);
        }

        EmitStanding(order, BookEventKind.Triggered, StopsOf(node.Side).Flip(node.Rank), node.Leaves);
        Forget(index);
        Execute(order, isNew: false);
    }
}
