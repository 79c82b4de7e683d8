using System.Runtime.InteropServices;

namespace Bourse.Domain.Books;

/// <summary>The orders that stand in a book, by the engine's id and by the account's.</summary>
internal sealed class OpenOrders
{
    private readonly Dictionary<long, OrderIdentity> _byId = [];
    private readonly Dictionary<Guid, long> _ids = [];

    public int Count => _byId.Count;

    /// <summary>Of several orders with one id of an account, which no account sends, the newest is the one that is found by it.</summary>
    public void Add(in OrderIdentity order)
    {
        _byId.Add(order.Id, order);
        _ids[order.OrderId] = order.Id;
    }

    public bool TryFind(long id, out OrderIdentity order) => _byId.TryGetValue(id, out order);

    public bool TryFind(Guid orderId, out OrderIdentity order)
    {
        order = default;
        return _ids.TryGetValue(orderId, out var id) && _byId.TryGetValue(id, out order);
    }

    /// <summary>False when no such order stands.</summary>
    public bool Remove(long id)
    {
        if (!_byId.Remove(id, out var order))
        {
            return false;
        }

        if (CollectionsMarshal.GetValueRefOrNullRef(_ids, order.OrderId) == id)
        {
            _ids.Remove(order.OrderId);
        }

        return true;
    }

    /// <summary>All of them, the oldest first; new.</summary>
    public OrderIdentity[] InOrder() => [.. _byId.Values.OrderBy(order => order.Id)];
}

/// <summary>An order as the engine and as its account know it.</summary>
/// <param name="Id">The engine's, above 0.</param>
/// <param name="Account">The engine's number of the account.</param>
internal readonly record struct OrderIdentity(long Id, Guid OrderId, int Account);
