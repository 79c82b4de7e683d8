using System.Runtime.CompilerServices;
using Bourse.Domain.Matching.Internal;

namespace Bourse.Domain.Matching;

/// <content>How an incoming order meets the resting ones.</content>
public sealed partial class OrderBook
{
    /// <summary>A rank that every resting order is at least as good as; the anchors' is worse.</summary>
    private const long AnyRank = long.MaxValue - 1;

    /// <summary>Matches a valid market or limit order and rests or cancels what is left. One that is not new is an elected stop: it is cancelled where a new one is rejected.</summary>
    private void Execute(in NewOrder order, bool isNew)
    {
        if (_collecting)
        {
            Rest(order, order.QuantityLots);
            return;
        }

        var opposite = OppositeOf(order.Side);
        var wanted = order.PriceTicks == 0 ? AnyRank : opposite.Flip(order.PriceTicks);
        var bound = Math.Min(wanted, order.Side == Side.Buy ? _buyBound : _sellBound);
        var leaves = order.QuantityLots;
        if (opposite.BestRank <= wanted)
        {
            if (order.PostOnly)
            {
                if (isNew) EmitRejected(order.Id, order.Account, order.Side, RejectCode.WouldCross);
                else EmitCanceled(order, leaves, CancelReason.PostOnlyWouldCross);
                return;
            }

            if (order.Tif == TimeInForce.Fok && !IsFillable(order, opposite, bound))
            {
                EmitCanceled(order, leaves, CancelReason.FokNotFillable);
                return;
            }

            var metItself = Match(opposite, order.Id, order.Account, order.Side, order.Stp, bound, ref leaves);
            if (leaves == 0) return;
            if (metItself)
            {
                var untouched = leaves == order.QuantityLots && order.Stp == SelfTradePrevention.CancelNewest;
                if (isNew && untouched) EmitRejected(order.Id, order.Account, order.Side, RejectCode.SelfTrade);
                else EmitCanceled(order, leaves, CancelReason.SelfTrade);
                return;
            }

            if (opposite.BestRank <= wanted) BeginAuction();
        }

        if (order.Tif == TimeInForce.Fok) EmitCanceled(order, leaves, CancelReason.FokNotFillable);
        else if (order.Type == OrderType.Market) EmitCanceled(order, leaves, opposite.Count == 0 ? CancelReason.NoLiquidity : CancelReason.ProtectionPrice);
        else if (order.Tif == TimeInForce.Ioc) EmitCanceled(order, leaves, CancelReason.IocRemainder);
        else Rest(order, leaves);
    }

    /// <summary>Trades against the opposite side while it is at the bound or better. True when it stopped because the taker must give way to an order of its own account.</summary>
    private bool Match(
        PriceTimeQueue opposite, long takerId, int account, Side side, SelfTradePrevention stp, long bound, ref long leaves)
    {
        while (true)
        {
            var index = opposite.First;
            ref var maker = ref _pool[index];
            if (maker.Rank > bound) return false;

            if (account != 0 && maker.Account == account)
            {
                if (stp != SelfTradePrevention.CancelNewest) CancelStanding(index, CancelReason.SelfTrade);
                if (stp != SelfTradePrevention.CancelOldest) return true;
                continue;
            }

            var lots = Math.Min(leaves, maker.Leaves);
            leaves -= lots;
            var price = opposite.Flip(maker.Rank);
            _lastTrade = price;
            _tradeCount++;
            _low = Math.Min(_low, price);
            _high = Math.Max(_high, price);

            ref var e = ref NextEvent();
            e.Kind = BookEventKind.Trade;
            e.OrderId = takerId;
            e.MakerId = maker.Id;
            e.PriceTicks = price;
            e.QuantityLots = lots;
            e.LeavesLots = leaves;
            e.MakerLeavesLots = maker.Leaves - lots;
            e.Account = account;
            e.MakerAccount = maker.Account;
            e.Side = side;
            if (maker.IsSpecial)
            {
                e.MakerLeavesLots += HiddenOf(maker);
                ReduceTwinOf(maker, lots);
            }

            if (maker.Leaves == lots)
            {
                if (maker.IsSpecial && Replenish(opposite, index))
                {
                    if (leaves == 0) return false;
                    continue;
                }

                opposite.Remove(index);
                Forget(index);
                if (leaves == 0) return false;
            }
            else
            {
                opposite.Reduce(ref maker, lots);
                maker.Filled += lots;
                return false;
            }
        }
    }

    /// <summary>Whether a fill-or-kill order would trade whole, its account's own orders considered as its self-trade prevention will treat them.</summary>
    private bool IsFillable(in NewOrder order, PriceTimeQueue opposite, long bound)
    {
        var missing = order.QuantityLots;
        for (var index = opposite.First; _pool[index].Rank <= bound;)
        {
            if (order.Account == 0 && _specials.Count == 0)
            {
                missing -= opposite.LevelOf(index).QuantityLots;
                index = opposite.FirstOfNextLevel(index);
            }
            else
            {
                ref var maker = ref _pool[index];
                if (order.Account == 0 || maker.Account != order.Account) missing -= maker.Leaves + HiddenOf(maker);
                else if (order.Stp != SelfTradePrevention.CancelOldest) return false;
                index = maker.Next;
            }

            if (missing <= 0) return true;
        }

        return false;
    }

    private void Rest(in NewOrder order, long leaves)
    {
        var index = Register(order, leaves);
        ref var node = ref _pool[index];
        var queue = RestingOf(order.Side);
        node.Type = OrderType.Limit;
        node.Rank = queue.Flip(order.PriceTicks);
        if (order.IsSpecial)
        {
            EnterSpecial(ref node);
            Hide(ref node);
        }

        queue.Insert(index);
        EmitStanding(order, BookEventKind.Accepted, order.PriceTicks, leaves);
    }

    /// <summary>Takes a node for an order and enters its id.</summary>
    private int Register(in NewOrder order, long leaves)
    {
        var index = _pool.Take();
        ref var node = ref _pool[index];
        node.Id = order.Id;
        node.Leaves = leaves;
        node.Filled = order.QuantityLots - leaves;
        node.Account = order.Account;
        node.Side = order.Side;
        node.Tif = order.Tif;
        node.Stp = order.Stp;
        node.PostOnly = order.PostOnly;
        node.IsSpecial = false;
        Enter(node, index);
        return index;
    }
}
