using Bourse.Domain.Ledger;

namespace Bourse.Domain.Accounts;

/// <summary>
/// One trading account: orders, cash, positions and what it owes to and knows from each book. Decisions are pure and change nothing;
/// <see cref="Apply"/> is the only thing that does, so the same events always make the same account. Not thread-safe: one turn at a time.
/// </summary>
/// <remarks>
/// Exceptions are bugs, never refusals: <see cref="InvalidOperationException"/> when an event does not fit the state,
/// <see cref="LedgerException"/> when a movement does not balance.
/// </remarks>
public sealed partial class Account(string id)
{
    private readonly Dictionary<string, AssetBalance> _balances = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BookLink> _links = new(StringComparer.Ordinal);
    // Of the open orders.
    private readonly Dictionary<Guid, Order> _orders = [];
    private readonly ClosedOrders _closed = new();
    private readonly RecentReferences _references = new();
    private readonly OlderIds _older = new();

    public string Id { get; } = id;

    /// <summary>How many events are applied.</summary>
    public long Version { get; private set; }

    /// <summary>The newest number of the order channel.</summary>
    public long OrderSeq { get; private set; }

    public bool IsOpen { get; private set; }

    public string UserId { get; private set; } = "";

    /// <summary><c>trader</c> or <c>house</c>.</summary>
    public string Kind { get; private set; } = "";

    /// <summary>The currency that the account is told in; empty before it is open.</summary>
    public string Currency { get; private set; } = "";

    /// <summary>
    /// True from the moment when an order bought without a reservation, or a fill cost more than was reserved (fee rates rose): free
    /// cash may then be below zero.
    /// </summary>
    public bool MayOverdraw { get; private set; }

    /// <summary>True from the first sale without a reservation: positions may then be below zero.</summary>
    public bool MayShort { get; private set; }

    /// <summary>When every open order is to be cancelled, ms since 1970; 0 = never.</summary>
    public long CancelAllAtMs { get; private set; }

    public int OpenOrderCount => _orders.Count;

    /// <summary>Open orders, oldest first; a new list.</summary>
    public List<Order> GetOpenOrders()
    {
        var orders = new List<Order>(_orders.Values);
        orders.Sort(static (a, b) => a.PlacedVersion.CompareTo(b.PlacedVersion));
        return orders;
    }

    /// <summary>An order that is open, or a copy of one that was closed lately.</summary>
    public Order? FindOrder(Guid orderId) => _orders.TryGetValue(orderId, out var open) ? open : _closed.Find(orderId);

    /// <summary>The assets that the account ever had, in no particular order.</summary>
    public IReadOnlyCollection<AssetBalance> Balances => _balances.Values;

    /// <summary>The ledger of one asset; null when it was never touched.</summary>
    public AssetBalance? FindBalance(string asset) => _balances.GetValueOrDefault(asset);

    /// <summary>The position in a symbol; the default when there never was one.</summary>
    public Position GetPosition(string symbol) => _links.TryGetValue(symbol, out var link) ? link.Position : default;

    /// <summary>Every symbol that the account ever ordered, with its position (which may be zero) and currency, by symbol.</summary>
    public List<(string Symbol, string Currency, Position Position)> GetPositions()
    {
        var positions = new List<(string Symbol, string Currency, Position Position)>(_links.Count);
        foreach (var link in _links.Values)
        {
            positions.Add((link.Symbol, link.Cash.Asset, link.Position));
        }

        positions.Sort(static (a, b) => string.CompareOrdinal(a.Symbol, b.Symbol));
        return positions;
    }

    /// <summary>Counts the symbols that the account ever ordered, from 0; -1 for another. It stays the same while the account is in memory.</summary>
    public int NumberOf(string symbol) => _links.TryGetValue(symbol, out var link) ? link.Number : -1;

    /// <summary>The newest report applied of a book; 0 before the first.</summary>
    public long LastReport(string symbol) => _links.TryGetValue(symbol, out var link) ? link.LastReport : 0;

    /// <summary>The number of the next command to a book, from 1.</summary>
    public long NextCommand(string symbol) => _links.TryGetValue(symbol, out var link) ? link.LastCommand + 1 : 1;

    /// <summary>Commands that a book has not answered, in the order of their numbers; a new list.</summary>
    public IReadOnlyList<PendingCommand> UnresolvedCommands(string symbol) =>
        _links.TryGetValue(symbol, out var link) ? link.Unresolved() : [];

    /// <summary>The symbols that have unresolved commands, by name.</summary>
    public List<string> UnresolvedSymbols()
    {
        var symbols = new List<string>();
        foreach (var link in _links.Values)
        {
            if (link.HasUnresolved)
            {
                symbols.Add(link.Symbol);
            }
        }

        symbols.Sort(StringComparer.Ordinal);
        return symbols;
    }

    private AssetBalance BalanceOf(string asset)
    {
        if (!_balances.TryGetValue(asset, out var balance))
        {
            balance = new AssetBalance(string.Intern(asset)); // as orders have it: equal then without reading the letters
            _balances.Add(balance.Asset, balance);
        }

        return balance;
    }

    private BookLink LinkOf(string symbol, string currency)
    {
        if (!_links.TryGetValue(symbol, out var link))
        {
            var units = BalanceOf(symbol);
            link = new BookLink(units.Asset, _links.Count, units, BalanceOf(currency));
            _links.Add(link.Symbol, link);
        }

        return link;
    }
}
