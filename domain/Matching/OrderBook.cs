using System.Runtime.CompilerServices;
using Bourse.Domain.Matching.Internal;

namespace Bourse.Domain.Matching;

/// <summary>
/// The order book of one instrument: price-time priority, integers only, deterministic (the same commands give the same events and the same
/// snapshot, byte for byte), no allocation per command once its pools have grown.
/// </summary>
/// <remarks>
/// <para>Prices are ticks, quantities lots. Not thread-safe: one caller at a time.</para>
/// <para>Every command answers with its events, in the order in which they happened. The span is the book's own buffer: it is valid until the next command.</para>
/// <para>
/// An order that is not rejected trades first, as far as it can; what is left then rests (<see cref="BookEventKind.Accepted"/>) or is cancelled. Stops are
/// elected when the command has finished matching, by any of its trade prices, one at a time, buys before sells, by stop price and then time; an elected
/// order's own trades may elect further ones. Each election takes a stop out, so a cascade ends. Then trailing stops follow the command's last trade price.
/// </para>
/// </remarks>
public sealed partial class OrderBook
{
    /// <summary>The largest price, in ticks.</summary>
    public const long MaxPriceTicks = 1_000_000_000_000_000;

    /// <summary>The largest order, in lots: so that the whole book's sum fits in 64 bits.</summary>
    public const long MaxQuantityLots = 1_000_000_000_000;

    /// <summary>The largest value of <see cref="OrderBookOptions.MaxOrders"/>.</summary>
    public const int MaxOrdersLimit = 1 << 22;

    private readonly OrderPool _pool;
    private readonly IdIndex _ids;
    private readonly PriceTimeQueue _bids;
    private readonly PriceTimeQueue _asks;
    private readonly PriceTimeQueue _buyStops;
    private readonly PriceTimeQueue _sellStops;
    private readonly DepthChanges? _changes;
    private readonly int _maxOrders;
    private int _dayCount;

    private BookEvent[] _events = new BookEvent[64];
    private int _eventCount;
    private long _lastTrade;
    private long _tradeCount;

    /// <summary>The lowest and highest trade price of the command under way; MaxValue and 0 when it has not traded.</summary>
    private long _low;
    private long _high;

    /// <exception cref="ArgumentOutOfRangeException">An option is outside its bounds.</exception>
    public OrderBook(OrderBookOptions? options = null)
    {
        options ??= new OrderBookOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxOrders);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxOrders, MaxOrdersLimit);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.InitialOrders);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.InitialOrders, MaxOrdersLimit);

        _maxOrders = options.MaxOrders;
        _changes = options.TrackDepthChanges ? new DepthChanges() : null;
        _pool = new OrderPool(options.InitialOrders + 4);
        _ids = new IdIndex(_pool, options.InitialOrders);
        _bids = new PriceTimeQueue(_pool, Side.Buy, highestFirst: true, _changes);
        _asks = new PriceTimeQueue(_pool, Side.Sell, highestFirst: false, _changes);
        _buyStops = new PriceTimeQueue(_pool, Side.Buy, highestFirst: false, null);
        _sellStops = new PriceTimeQueue(_pool, Side.Sell, highestFirst: true, null);
    }

    /// <summary>Takes a new order: matches it, rests or holds what may wait, cancels or rejects the rest.</summary>
    public ReadOnlySpan<BookEvent> Submit(scoped in NewOrder order)
    {
        Begin();
        var refusal = Validate(order);
        if (refusal != RejectCode.None) EmitRejected(order.Id, order.Account, order.Side, refusal);
        else if (order.Type >= OrderType.Stop) HoldOrElect(order);
        else Execute(order, isNew: true);
        return End();
    }

    /// <summary>Cancels an order, resting or held. Unknown: rejected with <see cref="RejectCode.UnknownOrder"/>.</summary>
    public ReadOnlySpan<BookEvent> Cancel(long orderId) => Cancel(orderId, CancelReason.ByUser);

    /// <summary>Cancels an order for a reason of the caller's; see <see cref="Cancel(long)"/>.</summary>
    public ReadOnlySpan<BookEvent> Cancel(long orderId, CancelReason reason)
    {
        Begin();
        var index = _ids.Find(orderId);
        if (index == 0) EmitRejected(orderId, 0, 0, RejectCode.UnknownOrder);
        else CancelStanding(index, reason);
        return End();
    }

    /// <summary>Takes lots off an order, which keeps its place; all of its leaves or more cancels it.</summary>
    public ReadOnlySpan<BookEvent> Decrease(long orderId, long byLots)
    {
        Begin();
        var index = _ids.Find(orderId);
        if (index == 0) EmitRejected(orderId, 0, 0, RejectCode.UnknownOrder);
        else if (byLots <= 0) EmitRejected(index, RejectCode.InvalidQuantity);
        else if (byLots >= _pool[index].Leaves + HiddenOf(_pool[index])) CancelStanding(index, CancelReason.ByUser);
        else
        {
            ref var node = ref _pool[index];
            Shrink(ref node, byLots);
            EmitDecreased(node, byLots);
        }

        return End();
    }

    /// <summary>Cancels every <see cref="TimeInForce.Day"/> order: bids, asks, buy stops, sell stops, each in priority order.</summary>
    public ReadOnlySpan<BookEvent> ExpireDay()
    {
        Begin();
        ExpireDay(_bids);
        ExpireDay(_asks);
        ExpireDay(_buyStops);
        ExpireDay(_sellStops);
        return End();
    }

    /// <summary>Whether a <see cref="TimeInForce.Day"/> order stands or waits.</summary>
    public bool HasDay => _dayCount != 0;

    private void ExpireDay(PriceTimeQueue queue)
    {
        for (var index = queue.First; index != queue.Anchor;)
        {
            var next = _pool[index].Next;
            if (_pool[index].Tif == TimeInForce.Day) CancelStanding(index, CancelReason.Expired);
            index = next;
        }
    }

    private void CancelStanding(int index, CancelReason reason)
    {
        ref var node = ref _pool[index];
        var twin = node.IsSpecial ? TwinOf(node) : 0;
        QueueOf(node).Remove(index);
        EmitCanceled(node, reason);
        Forget(index);
        if (twin != 0) CancelTwin(twin, reason == CancelReason.Expired ? reason : CancelReason.Twin);
    }

    /// <summary>Enters a node by its id.</summary>
    private void Enter(in OrderNode node, int index)
    {
        _ids.Add(node.Id, index);
        _dayCount += node.Tif == TimeInForce.Day ? 1 : 0;
    }

    /// <summary>Gives a node back that is in no queue any more.</summary>
    private void Forget(int index)
    {
        if (_pool[index].IsSpecial) ForgetSpecial(_pool[index]);
        _ids.Remove(_pool[index].Id, index);
        _dayCount -= _pool[index].Tif == TimeInForce.Day ? 1 : 0;
        _pool.Return(index);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PriceTimeQueue QueueOf(in OrderNode node) =>
        node.IsHeld ? StopsOf(node.Side) : RestingOf(node.Side);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PriceTimeQueue RestingOf(Side side) => side == Side.Buy ? _bids : _asks;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PriceTimeQueue OppositeOf(Side side) => side == Side.Buy ? _asks : _bids;

    private PriceTimeQueue StopsOf(Side side) => side == Side.Buy ? _buyStops : _sellStops;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Begin()
    {
        _eventCount = 0;
        _low = long.MaxValue;
        _high = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<BookEvent> End()
    {
        if (_high != 0)
        {
            ElectStops();
            if (_trailing != 0) Trail();
        }

        return new ReadOnlySpan<BookEvent>(_events, 0, _eventCount);
    }
}
