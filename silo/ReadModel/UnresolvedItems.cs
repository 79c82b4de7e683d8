using System.Globalization;

namespace Bourse.Silo.ReadModel;

/// <summary>Something that an account and a book have to bring to an end between them.</summary>
/// <param name="OrderId">An order without its book's answer, or empty. With no symbol either it is the account's dead man's switch.</param>
/// <param name="TradeNumber">A trade whose side here is not on the account yet, or 0.</param>
internal readonly record struct UnresolvedItem(string Account, string Symbol, Guid OrderId, long TradeNumber, bool IsMaker)
{
    // Orders and trades tell nearly all items apart; equality looks at the rest.
    public override int GetHashCode() => HashCode.Combine(OrderId, TradeNumber, IsMaker);

    /// <summary>Its name in the table, unique for account and symbol.</summary>
    public string Name => TradeNumber == 0
        ? OrderId.ToString("N")
        : string.Create(CultureInfo.InvariantCulture, $"{(IsMaker ? "maker" : "taker")}-{TradeNumber}");
}

/// <summary>
/// What is under way between accounts and books, as far as the journal tells. Nearly everything comes and goes within a batch;
/// the table, a mirror of <see cref="Stored"/>, gets the rest. As large as what is under way at once.
/// </summary>
internal sealed class UnresolvedItems
{
    private readonly Dictionary<UnresolvedItem, long> _stored = [];
    private readonly Dictionary<UnresolvedItem, long> _added = [];
    private readonly HashSet<UnresolvedItem> _removed = [];

    /// <summary>What the table holds.</summary>
    public IReadOnlyDictionary<UnresolvedItem, long> Stored => _stored;

    /// <summary>What came since then and has not gone, with the time in ms since 1970.</summary>
    public IReadOnlyDictionary<UnresolvedItem, long> Added => _added;

    /// <summary>What has gone since then.</summary>
    public IReadOnlyCollection<UnresolvedItem> Removed => _removed;

    public void AddOrder(string account, string symbol, Guid orderId, long timeMs) =>
        _added[new UnresolvedItem(account, symbol, orderId, 0, false)] = timeMs;

    public void AddFill(string account, string symbol, long tradeNumber, bool isMaker, long timeMs) =>
        _added[new UnresolvedItem(account, symbol, Guid.Empty, tradeNumber, isMaker)] = timeMs;

    /// <summary>An account's dead man's switch: overdue, its account must be awake. Neither symbol nor order; 0 = off.</summary>
    public void SetSwitch(string account, long atMs)
    {
        var item = new UnresolvedItem(account, "", Guid.Empty, 0, false);
        if (atMs == 0)
        {
            Remove(item);
        }
        else
        {
            _removed.Remove(item);
            _added[item] = atMs;
        }
    }

    public void RemoveOrder(string account, string symbol, Guid orderId) =>
        Remove(new UnresolvedItem(account, symbol, orderId, 0, false));

    public void RemoveFill(string account, string symbol, long tradeNumber, bool isMaker) =>
        Remove(new UnresolvedItem(account, symbol, Guid.Empty, tradeNumber, isMaker));

    /// <summary>The table holds an item by this name, as read at the start.</summary>
    public void Restore(string account, string symbol, string name, long timeMs)
    {
        var maker = name.StartsWith("maker-", StringComparison.Ordinal);
        var item = maker || name.StartsWith("taker-", StringComparison.Ordinal)
            ? new UnresolvedItem(account, symbol, Guid.Empty, long.Parse(name.AsSpan(6), CultureInfo.InvariantCulture), maker)
            : new UnresolvedItem(account, symbol, Guid.ParseExact(name, "N"), 0, false);
        _stored[item] = timeMs;
    }

    /// <summary>The table has taken the changes.</summary>
    public void Settle()
    {
        foreach (var item in _removed)
        {
            _stored.Remove(item);
        }

        foreach (var (item, timeMs) in _added)
        {
            _stored[item] = timeMs;
        }

        _added.Clear();
        _removed.Clear();
    }

    private void Remove(in UnresolvedItem item)
    {
        _added.Remove(item);
        if (_stored.ContainsKey(item))
        {
            _removed.Add(item);
        }
    }
}
