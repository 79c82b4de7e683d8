using System.Runtime.InteropServices;
using Bourse.Domain.Matching.Internal;

namespace Bourse.Domain.Matching;

/// <content>Icebergs and trailing stops: rare orders, whose further terms stand in a table of their own.</content>
public sealed partial class OrderBook
{
    private readonly Dictionary<long, Special> _specials = [];
    private readonly List<int> _moving = [];
    private int _trailing;

    /// <summary>The terms of the special order that a command brings; an order that says it is special takes them from here.</summary>
    private SpecialTerms _incoming;

    /// <summary>Takes a new order with special terms; see <see cref="Submit(in Bourse.Domain.Matching.NewOrder)"/>.</summary>
    public ReadOnlySpan<BookEvent> Submit(scoped in NewOrder order, scoped in SpecialTerms terms)
    {
        _incoming = terms;
        return Submit(order with { IsSpecial = terms != default });
    }

    /// <summary>Ends an order, resting or held, whose time has come. Unknown: rejected with <see cref="RejectCode.UnknownOrder"/>.</summary>
    public ReadOnlySpan<BookEvent> Expire(long orderId) => Cancel(orderId, CancelReason.Expired);

    private RejectCode ValidateSpecial(in NewOrder order)
    {
        var trails = order.Type == OrderType.TrailingStop;
        if (!order.IsSpecial) return trails ? RejectCode.InvalidTrail : RejectCode.None;
        var terms = _incoming;
        var rests = order.Type is OrderType.Limit or OrderType.StopLimit && order.Tif <= TimeInForce.Gtc;
        if (terms.DisplayLots < 0 || terms.DisplayLots > order.QuantityLots || (terms.DisplayLots != 0 && !rests)) return RejectCode.InvalidDisplay;
        var isTrail = terms is { TrailTicks: > 0 and <= MaxPriceTicks, TrailPpm: 0 } or { TrailTicks: 0, TrailPpm: > 0 and < 1_000_000 };
        return trails == isTrail && (trails || terms is { TrailTicks: 0, TrailPpm: 0 }) ? RejectCode.None : RejectCode.InvalidTrail;
    }

    /// <summary>Enters a special order into the table; a resting iceberg hides all but its first slice.</summary>
    private void EnterSpecial(ref OrderNode node)
    {
        node.IsSpecial = true;
        _specials.Add(node.Id, new Special(_incoming, 0));
        if (node.Type == OrderType.TrailingStop) _trailing++;
    }

    private void ForgetSpecial(in OrderNode node)
    {
        if (node.Type == OrderType.TrailingStop) _trailing--;
        _specials.Remove(node.Id);
    }

    /// <summary>What an order has open beside what it shows.</summary>
    private long HiddenOf(in OrderNode node) => node.IsSpecial ? _specials[node.Id].HiddenLots : 0;

    /// <summary>Hides what an order out of its queue has beyond one slice.</summary>
    private void Hide(ref OrderNode node)
    {
        ref var special = ref SpecialOf(node.Id);
        if (special.Terms.DisplayLots == 0) return;
        var shown = Math.Min(special.Terms.DisplayLots, node.Leaves);
        special.HiddenLots = node.Leaves - shown;
        node.Leaves = shown;
    }

    /// <summary>Shows an iceberg's whole leaves again, while it is out of its queue.</summary>
    private void Unhide(ref OrderNode node)
    {
        ref var special = ref SpecialOf(node.Id);
        node.Leaves += special.HiddenLots;
        special.HiddenLots = 0;
    }

    /// <summary>Puts an iceberg's next slice behind its price; false when there is none.</summary>
    private bool Replenish(PriceTimeQueue queue, int index)
    {
        ref var node = ref _pool[index];
        ref var special = ref SpecialOf(node.Id);
        if (special.HiddenLots == 0) return false;
        queue.Remove(index);
        node.Filled += node.Leaves;
        node.Leaves = Math.Min(special.Terms.DisplayLots, special.HiddenLots);
        special.HiddenLots -= node.Leaves;
        queue.Insert(index);
        return true;
    }

    /// <summary>Takes lots off an order in its queue, hidden ones first; something stays open.</summary>
    private void Shrink(ref OrderNode node, long lots)
    {
        if (node.IsSpecial)
        {
            ref var special = ref SpecialOf(node.Id);
            var hidden = Math.Min(lots, special.HiddenLots);
            special.HiddenLots -= hidden;
            lots -= hidden;
        }

        if (lots != 0) QueueOf(node).Reduce(ref node, lots);
    }

    /// <summary>Moves the trailing stops that the command's last trade has left behind, buys before sells, in the order of their election.</summary>
    private void Trail()
    {
        Trail(_buyStops);
        Trail(_sellStops);
    }

    private void Trail(PriceTimeQueue queue)
    {
        _moving.Clear();
        for (var index = queue.First; index != queue.Anchor; index = _pool[index].Next)
        {
            if (_pool[index].Type == OrderType.TrailingStop) _moving.Add(index);
        }

        foreach (var index in _moving)
        {
            ref var node = ref _pool[index];
            var from = queue.Flip(node.Rank);
            var to = _specials[node.Id].Terms.StopBehind(node.Side, _lastTrade);
            if (node.Side == Side.Buy ? to >= from : to <= from) continue;
            queue.Remove(index);
            node.Rank = queue.Flip(to);
            if (node.LimitPrice != 0) node.LimitPrice = Math.Clamp(node.LimitPrice + to - from, 1, MaxPriceTicks);
            queue.Insert(index);
            EmitTrailed(node, to);
        }
    }

    private ref Special SpecialOf(long id) => ref CollectionsMarshal.GetValueRefOrNullRef(_specials, id);

    private struct Special(SpecialTerms terms, long hiddenLots)
    {
        public readonly SpecialTerms Terms = terms;

        public long HiddenLots = hiddenLots;

        /// <summary>The other order of its pair; 0 = none.</summary>
        public long TwinId;
    }
}
