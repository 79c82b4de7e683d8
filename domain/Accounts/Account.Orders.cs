namespace Bourse.Domain.Accounts;

public sealed partial class Account
{
    /// <summary>How many closed orders are always kept in memory.</summary>
    public const int ClosedOrdersKept = 100;

    /// <summary>A closed order stays in memory at least this long, so that the read model knows it before it goes, unless <see cref="ClosedOrdersAtMost"/> is reached.</summary>
    public const long ClosedOrdersKeptMs = 20_000;

    /// <summary>The bound of closed orders in memory.</summary>
    public const int ClosedOrdersAtMost = 10_000;

    private void Close(Order order, long nowMs)
    {
        order.Replace = null;
        Detach(order);
        _orders.Remove(order.Id);
        AddClosed(order);
        while (_closed.Count > ClosedOrdersKept
            && (_closed.Count > ClosedOrdersAtMost || _closed.OldestUpdatedAtMs <= nowMs - ClosedOrdersKeptMs))
        {
            RemoveOldestClosed();
        }
    }
}
