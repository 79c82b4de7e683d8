using System.Runtime.CompilerServices;
using Bourse.Domain.Matching.Internal;

namespace Bourse.Domain.Matching;

/// <content>How events get into the buffer.</content>
public sealed partial class OrderBook
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref BookEvent NextEvent()
    {
        if (_eventCount == _events.Length) Array.Resize(ref _events, _eventCount * 2);
        ref var e = ref _events[_eventCount++];
        e = default;
        return ref e;
    }

    private void EmitRejected(int index, RejectCode code)
    {
        ref var node = ref _pool[index];
        EmitRejected(node.Id, node.Account, node.Side, code);
    }

    private void EmitRejected(long id, int account, Side side, RejectCode code)
    {
        ref var e = ref NextEvent();
        e.Kind = BookEventKind.Rejected;
        e.OrderId = id;
        e.Account = account;
        e.Side = side;
        e.Reject = code;
    }

    private void EmitStanding(in NewOrder order, BookEventKind kind, long price, long leaves)
    {
        ref var e = ref NextEvent();
        e.Kind = kind;
        e.OrderId = order.Id;
        e.Account = order.Account;
        e.Side = order.Side;
        e.PriceTicks = price;
        e.QuantityLots = order.QuantityLots;
        e.LeavesLots = leaves;
    }

    private void EmitCanceled(in NewOrder order, long lots, CancelReason reason) =>
        EmitCanceled(order.Id, order.Account, order.Side, order.PriceTicks, lots, reason);

    private void EmitCanceled(in OrderNode node, CancelReason reason) =>
        EmitCanceled(node.Id, node.Account, node.Side, QueueOf(node).Flip(node.Rank), node.Leaves + HiddenOf(node), reason);

    private void EmitCanceled(long id, int account, Side side, long price, long lots, CancelReason reason)
    {
        ref var e = ref NextEvent();
        e.Kind = BookEventKind.Canceled;
        e.OrderId = id;
        e.Account = account;
        e.Side = side;
        e.PriceTicks = price;
        e.QuantityLots = lots;
        e.Reason = reason;
    }

    private void EmitDecreased(in OrderNode node, long byLots)
    {
        ref var e = ref NextEvent();
        e.Kind = BookEventKind.Decreased;
        e.OrderId = node.Id;
        e.Account = node.Account;
        e.Side = node.Side;
        e.PriceTicks = QueueOf(node).Flip(node.Rank);
        e.QuantityLots = byLots;
        e.LeavesLots = node.Leaves + HiddenOf(node);
    }

    private void EmitTrailed(in OrderNode node, long stopPrice)
    {
        ref var e = ref NextEvent();
        e.Kind = BookEventKind.Trailed;
        e.OrderId = node.Id;
        e.Account = node.Account;
        e.Side = node.Side;
        e.PriceTicks = stopPrice;
        e.QuantityLots = node.Leaves + node.Filled;
        e.LeavesLots = node.Leaves;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EmitReplaced(in OrderNode node, long price)
    {
        ref var e = ref NextEvent();
        e.Kind = BookEventKind.Replaced;
        e.OrderId = node.Id;
        e.Account = node.Account;
        e.Side = node.Side;
        e.PriceTicks = price;
        e.LeavesLots = node.Leaves + HiddenOf(node);
        e.QuantityLots = e.LeavesLots + node.Filled;
    }
}
