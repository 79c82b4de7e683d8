using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bourse.Domain.Matching.Internal;

/// <summary>An order in the pool: one cache line.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct OrderNode
{
    public long Id;

    /// <summary>The price at which it is queued (a held stop: its stop price), in its queue's order: lower comes first. See <see cref="PriceTimeQueue"/>.</summary>
    public long Rank;

    public long Leaves;
    public long Filled;

    /// <summary>Held stops only: the limit, or the protection price (0 = none), once elected.</summary>
    public long LimitPrice;

    public int Prev;
    public int Next;

    /// <summary>Its queue's price level, by index.</summary>
    public int Level;

    public int Account;
    public Side Side;

    /// <summary>Limit = resting; Stop, StopLimit = held.</summary>
    public OrderType Type;

    public TimeInForce Tif;
    public SelfTradePrevention Stp;
    public bool PostOnly;

    /// <summary>The order has an entry in the book's table of special orders.</summary>
    public bool IsSpecial;

    public readonly bool IsHeld => Type >= OrderType.Stop;
}

/// <summary>All orders of a book, and the anchors of its lists, in one array that grows by doubling. Index 0 is never given out: it means "none".</summary>
internal sealed class OrderPool(int capacity)
{
    private PinnedArray<OrderNode> _nodes = new(capacity + 1);
    private int _free;
    private int _used = 1;

    public ref OrderNode this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _nodes[index];
    }

    /// <summary>How many indices were ever given out, the none-index included.</summary>
    public int Used => _used;

    /// <summary>Takes a node; its fields hold what its last user left. References into the pool must not be used after this.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take()
    {
        var index = _free;
        if (index == 0) return TakeNew();
        _free = _nodes[index].Next;
        return index;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Return(int index)
    {
        _nodes[index].Id = 0;
        _nodes[index].Next = _free;
        _free = index;
    }

    /// <summary>How many nodes were given back and not taken again. For checks: it walks.</summary>
    public int CountFree()
    {
        var count = 0;
        for (var index = _free; index != 0; index = _nodes[index].Next) count++;
        return count;
    }

    private int TakeNew()
    {
        if (_used == _nodes.Length) _nodes.Grow(_nodes.Length * 2);
        return _used++;
    }
}
