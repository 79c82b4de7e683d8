using System.Runtime.CompilerServices;

namespace Bourse.Domain.Matching.Internal;

/// <summary>
/// The orders of one side in price-time priority: one circular linked list across all prices, and beside it the price levels, each knowing its last
/// order, so that a new order finds its place without a walk.
/// </summary>
/// <remarks>
/// Prices are kept as ranks: the price itself, or its complement where the highest price comes first; the lower rank is the better one on every side.
/// </remarks>
internal sealed class PriceTimeQueue
{
    private readonly OrderPool _pool;
    private readonly PriceLevels _levels = new();
    private readonly DepthChanges? _changes;
    private readonly long _mask;
    private readonly Side _side;

    public PriceTimeQueue(OrderPool pool, Side side, bool highestFirst, DepthChanges? changes)
    {
        _pool = pool;
        _changes = changes;
        _side = side;
        _mask = highestFirst ? -1 : 0;
        Anchor = pool.Take();
        ref var anchor = ref pool[Anchor];
        anchor.Rank = long.MaxValue;
        anchor.Prev = anchor.Next = Anchor;
    }

    /// <summary>The list's anchor: its Next is the best order, its Prev the last; its rank is worse than any.</summary>
    public int Anchor { get; }

    public int Count { get; private set; }

    public int First
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _pool[Anchor].Next;
    }

    /// <summary>The rank of the best order; <see cref="long.MaxValue"/> when empty.</summary>
    public long BestRank
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _pool[_pool[Anchor].Next].Rank;
    }

    /// <summary>From price to rank and back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Flip(long priceOrRank) => priceOrRank ^ _mask;

    /// <summary>Puts a node, its rank and leaves set, behind all of its price.</summary>
    public void Insert(int index)
    {
        ref var node = ref _pool[index];
        var rank = node.Rank;
        var at = _levels.FindOrAdd(rank);
        ref var level = ref _levels[at];
        var before = level.Count != 0 ? level.Last : LastBefore(at);
        level.Last = index;
        level.Count++;
        level.Quantity += node.Leaves;
        node.Level = at;
        node.Prev = before;
        ref var previous = ref _pool[before];
        var after = previous.Next;
        previous.Next = index;
        node.Next = after;
        _pool[after].Prev = index;
        Count++;
        _changes?.Add(_side, rank ^ _mask);
    }

    /// <summary>Takes a node out; it keeps its fields.</summary>
    public void Remove(int index)
    {
        ref var node = ref _pool[index];
        _pool[node.Prev].Next = node.Next;
        _pool[node.Next].Prev = node.Prev;
        ref var level = ref _levels[node.Level];
        level.Quantity -= node.Leaves;
        if (level.Last == index) level.Last = node.Prev;
        if (--level.Count == 0) _levels.Remove(node.Level);
        Count--;
        _changes?.Add(_side, node.Rank ^ _mask);
    }

    /// <summary>Takes lots off an order, which keeps its place and something open.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Reduce(ref OrderNode node, long lots)
    {
        node.Leaves -= lots;
        _levels[node.Level].Quantity -= lots;
        _changes?.Add(_side, node.Rank ^ _mask);
    }

    /// <summary>What rests at the price of an order of this queue.</summary>
    public PriceLevel LevelOf(int index)
    {
        ref var node = ref _pool[index];
        ref var level = ref _levels[node.Level];
        return new PriceLevel(_side, node.Rank ^ _mask, level.Quantity, level.Count);
    }

    /// <summary>What rests at a price; quantity 0 if nothing does.</summary>
    public PriceLevel LevelAt(long price)
    {
        var at = _levels.Find(price ^ _mask);
        return at == 0 ? new PriceLevel(_side, price, 0, 0) : new PriceLevel(_side, price, _levels[at].Quantity, _levels[at].Count);
    }

    /// <summary>The best order of the next worse price, or the anchor.</summary>
    public int FirstOfNextLevel(int index) => _pool[_levels[_pool[index].Level].Last].Next;

    public void ValidateInternalState(IdIndex ids)
    {
        var orders = 0;
        var levels = 0;
        var levelOrders = 0;
        long levelLots = 0;
        for (int previous = Anchor, i = First; i != Anchor; previous = i, i = _pool[i].Next)
        {
            ref var node = ref _pool[i];
            Invariant.Holds(++orders <= Count, "list longer than its count");
            Invariant.Holds(node.Prev == previous, "broken back link");
            Invariant.Holds(node.Side == _side && node.Leaves > 0 && node.Filled >= 0, "bad order in a list");
            Invariant.Holds(ids.Find(node.Id) == i, "listed order not in the index");
            if (previous == Anchor || _pool[previous].Rank != node.Rank)
            {
                Invariant.Holds(previous == Anchor || _pool[previous].Rank < node.Rank, "list not in price order");
                levels++;
                levelOrders = 0;
                levelLots = 0;
            }

            levelOrders++;
            levelLots += node.Leaves;
            Invariant.Holds(_levels.Find(node.Rank) == node.Level, "order points at another level");
            ref var level = ref _levels[node.Level];
            if (level.Last != i) continue;
            Invariant.Holds(level.Count == levelOrders && level.Quantity == levelLots, "level's totals differ from its orders");
            Invariant.Holds(_pool[node.Next].Rank > node.Rank, "level's last order is not its last");
        }

        Invariant.Holds(orders == Count, "list shorter than its count");
        Invariant.Holds(_pool[Anchor].Rank == long.MaxValue, "anchor was moved");
        _levels.ValidateInternalState(levels);
    }

    /// <summary>The order that the first one of a level comes behind: the last of the next better level.</summary>
    private int LastBefore(int level)
    {
        var better = _levels.BetterThan(level);
        return better == 0 ? Anchor : _levels[better].Last;
    }
}
