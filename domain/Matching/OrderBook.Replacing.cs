using Bourse.Domain.Matching.Internal;

namespace Bourse.Domain.Matching;

/// <content>New terms for an order that stands.</content>
public sealed partial class OrderBook
{
    /// <summary>
    /// Gives an order a new price and a new total quantity (what was filled included, as FIX OrderQty); 0 keeps the old value. A total that is filled
    /// already cancels the order. It keeps its place only when the price stays and the quantity does not grow; else it goes behind its new price and may
    /// trade there. A refused replace leaves the order as it stood.
    /// </summary>
    /// <param name="orderId">The order, resting or held.</param>
    /// <param name="newPriceTicks">The new limit; of a held stop, the limit or protection price it will have.</param>
    /// <param name="newQuantityLots">The new total quantity.</param>
    /// <param name="newStopPriceTicks">Held stops only: the new stop price. If that is reached already the order is elected at once.</param>
    public ReadOnlySpan<BookEvent> Replace(long orderId, long newPriceTicks, long newQuantityLots, long newStopPriceTicks = 0)
    {
        Begin();
        var index = _ids.Find(orderId);
        if (index == 0) EmitRejected(orderId, 0, 0, RejectCode.UnknownOrder);
        else if (newPriceTicks is < 0 or > MaxPriceTicks) EmitRejected(index, RejectCode.InvalidPrice);
        else if (newQuantityLots is < 0 or > MaxQuantityLots) EmitRejected(index, RejectCode.InvalidQuantity);
        else
        {
            ref var node = ref _pool[index];
            var leaves = newQuantityLots == 0 ? node.Leaves + HiddenOf(node) : newQuantityLots - node.Filled;
            if (node.IsHeld) ReplaceHeld(index, newPriceTicks, leaves, newStopPriceTicks);
            else if (newStopPriceTicks != 0) EmitRejected(index, RejectCode.InvalidStopPrice);
            else if (leaves <= 0) CancelStanding(index, CancelReason.ByUser);
            else ReplaceResting(index, newPriceTicks, leaves);
        }

        return End();
    }

    private void ReplaceResting(int index, long newPriceTicks, long leaves)
    {
        ref var node = ref _pool[index];
        var queue = RestingOf(node.Side);
        var rank = newPriceTicks == 0 ? node.Rank : queue.Flip(newPriceTicks);
        var open = node.Leaves + HiddenOf(node);
        if (rank == node.Rank && leaves <= open)
        {
            if (leaves != open) Shrink(ref node, open - leaves);
            EmitReplaced(node, queue.Flip(rank));
            return;
        }

        var opposite = OppositeOf(node.Side);
        var wanted = opposite.Flip(queue.Flip(rank));
        var bound = Math.Min(wanted, node.Side == Side.Buy ? _buyBound : _sellBound);
        var crosses = !_collecting && opposite.BestRank <= wanted;
        if (crosses && node.PostOnly)
        {
            EmitRejected(index, RejectCode.WouldCross);
            return;
        }

        queue.Remove(index);
        node.Rank = rank;
        if (node.IsSpecial) Unhide(ref node);
        node.Leaves = leaves;
        EmitReplaced(node, queue.Flip(rank));
        if (crosses && !MatchReplaced(index, opposite, bound)) return;
        if (crosses && opposite.BestRank <= wanted) BeginAuction();
        if (node.IsSpecial) Hide(ref node);
        queue.Insert(index);
    }

    /// <summary>Trades a replaced order that is out of its queue; false when nothing of it is left to rest.</summary>
    private bool MatchReplaced(int index, PriceTimeQueue opposite, long bound)
    {
        ref var node = ref _pool[index];
        var leaves = node.Leaves;
        var metItself = Match(opposite, node.Id, node.Account, node.Side, node.Stp, bound, ref leaves);
        if (node.IsSpecial && leaves != node.Leaves) ReduceTwinOf(node, node.Leaves - leaves);
        node.Filled += node.Leaves - leaves;
        node.Leaves = leaves;
        if (leaves > 0 && !metItself) return true;
        if (leaves > 0) EmitCanceled(node, CancelReason.SelfTrade);
        var twin = node.IsSpecial ? TwinOf(node) : 0;
        Forget(index);
        if (twin != 0) CancelTwin(twin, CancelReason.Twin);
        return false;
    }

    private void ReplaceHeld(int index, long newPriceTicks, long leaves, long newStopPriceTicks)
    {
        ref var node = ref _pool[index];
        if (newStopPriceTicks is < 0 or > MaxPriceTicks)
        {
            EmitRejected(index, RejectCode.InvalidStopPrice);
            return;
        }

        if (newPriceTicks != 0) node.LimitPrice = newPriceTicks;
        var queue = StopsOf(node.Side);
        var stopPrice = newStopPriceTicks == 0 || node.Type == OrderType.TrailingStop ? queue.Flip(node.Rank) : newStopPriceTicks;
        if (queue.Flip(stopPrice) == node.Rank && leaves <= node.Leaves)
        {
            if (leaves != node.Leaves) queue.Reduce(ref node, node.Leaves - leaves);
            EmitReplaced(node, stopPrice);
            return;
        }

        queue.Remove(index);
        node.Rank = queue.Flip(stopPrice);
        node.Leaves = leaves;
        EmitReplaced(node, stopPrice);
        if (IsThrough(node.Side, stopPrice)) Elect(index);
        else queue.Insert(index);
    }
}
