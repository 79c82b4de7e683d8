using System.Runtime.InteropServices;

namespace Bourse.Domain.Accounts;

/// <summary>
/// Client order ids. The orders in memory, open and closed, stand in one table by the fingerprint of their id, so that each step of an order's life is one look into it.
/// </summary>
public sealed partial class Account
{
    private readonly Dictionary<ulong, ClientIdUse> _clientIds = [];

    // The id asked for last: an order is looked up, decided on and placed by the same one.
    private string? _hashedId;
    private ulong _hash;

    public ClientIdLookup FindByClientOrderId(string clientOrderId, out Order? order)
    {
        var hash = HashOf(clientOrderId);
        if (_clientIds.TryGetValue(hash, out var use))
        {
            order = use.FindOpen(clientOrderId);
            if (order is not null)
            {
                return ClientIdLookup.Found;
            }

            if (use.Closed != 0)
            {
                var closed = _closed.Read(use.Closed);
                order = closed.ClientOrderId == clientOrderId ? closed : null;
                return order is null ? ClientIdLookup.MaybeOlder : ClientIdLookup.Found;
            }
        }

        order = null;
        return _older.MayHold(hash) ? ClientIdLookup.MaybeOlder : ClientIdLookup.Never;
    }

    private ulong HashOf(string clientOrderId)
    {
        if (!ReferenceEquals(clientOrderId, _hashedId))
        {
            _hash = ClientIdHash.Of(clientOrderId);
            _hashedId = clientOrderId;
        }

        return _hash;
    }

    /// <summary>False when an open order has that id.</summary>
    private bool TryAddClientId(Order order)
    {
        order.ClientIdHash = HashOf(order.ClientOrderId);
        ref var use = ref CollectionsMarshal.GetValueRefOrAddDefault(_clientIds, order.ClientIdHash, out _);
        if (use.FindOpen(order.ClientOrderId) is not null)
        {
            return false;
        }

        order.NextOfHash = use.Open;
        use.Open = order;
        return true;
    }

    /// <summary>The order with its fingerprint goes to the closed ones.</summary>
    private void AddClosed(Order order)
    {
        ref var use = ref CollectionsMarshal.GetValueRefOrAddDefault(_clientIds, order.ClientIdHash, out _);
        use.RemoveOpen(order);
        use.Closed = _closed.Add(order);
    }

    private void RemoveOldestClosed()
    {
        var (number, hash) = _closed.RemoveOldest();
        if (_clientIds.Remove(hash, out var use) && (use.Open is not null || use.Closed != number))
        {
            // Another order has the same fingerprint.
            use.Closed = use.Closed == number ? 0 : use.Closed;
            _clientIds.Add(hash, use);
        }

        _older.Add(hash);
    }

    /// <summary>The orders of one fingerprint: practically never more than one.</summary>
    private struct ClientIdUse
    {
        /// <summary>The newest that is open; the others follow by <see cref="Order.NextOfHash"/>.</summary>
        public Order? Open;

        /// <summary>The number of the newest among the closed ones; 0 = none.</summary>
        public long Closed;

        public readonly Order? FindOpen(string clientOrderId)
        {
            var order = Open;
            while (order is not null && order.ClientOrderId != clientOrderId)
            {
                order = order.NextOfHash;
            }

            return order;
        }

        public void RemoveOpen(Order order)
        {
            if (Open == order)
            {
                Open = order.NextOfHash;
            }
            else
            {
                var before = Open;
                while (before is not null && before.NextOfHash != order)
                {
                    before = before.NextOfHash;
                }

                before?.NextOfHash = order.NextOfHash;
            }

            order.NextOfHash = null;
        }
    }
}
