using System.Globalization;
using System.Runtime.InteropServices;

namespace Bourse.Silo.ReadModel;

/// <summary>Something that an account and a book have to bring to an end between them.</summary>
/// <param name="OrderId">An order without its book's answer, or empty. With no symbol either it is the account's dead man's switch.</param>
/// <param name="TradeNumber">A trade whose side here is not on the account yet, or 0.</param>
internal readonly record struct UnresolvedItem(Name Account, Name Symbol, Guid OrderId, long TradeNumber, bool IsMaker)
{
    // Orders and trades tell nearly all items apart; equality looks at the rest.
    public override int GetHashCode() => HashCode.Combine(Symbol, OrderId, TradeNumber, IsMaker);

    /// <summary>Its name in the table, unique for account and symbol.</summary>
    public string Text => TradeNumber == 0
        ? OrderId.ToString("N")
        : string.Create(CultureInfo.InvariantCulture, $"{(IsMaker ? "maker" : "taker")}-{TradeNumber}");
}

/// <summary>
/// What is under way between accounts and books, as far as the journal tells. Nearly everything comes and goes within moments and never
/// reaches the table: that gets what is older than <paramref name="memory"/>. The rest is found again after a start by reading the
/// journal from <see cref="ReadAgainAfter"/>. As large as what is under way at once.
/// </summary>
internal sealed class UnresolvedItems(TimeSpan memory)
{
    private readonly Dictionary<UnresolvedItem, Young> _young = [];
    private readonly HashSet<UnresolvedItem> _stored = [];
    private readonly List<UnresolvedRow> _removed = [];
    private readonly List<UnresolvedRow> _due = [];
    private JournalCursor _before;
    private DateTimeOffset _time;

    /// <summary>What the table is to get, as of <see cref="Prepare"/>.</summary>
    public ReadOnlySpan<UnresolvedRow> Due => CollectionsMarshal.AsSpan(_due);

    /// <summary>What has gone from what the table holds.</summary>
    public ReadOnlySpan<UnresolvedRow> Removed => CollectionsMarshal.AsSpan(_removed);

    /// <summary>The place after which the journal tells of everything that is here and not in the table, as of <see cref="Prepare"/>.</summary>
    public JournalCursor ReadAgainAfter { get; private set; }

    /// <summary>What comes now stands in the row after a place.</summary>
    /// <param name="time">When that row became durable.</param>
    public void Enter(JournalCursor before, DateTimeOffset time) => (_before, _time) = (before, time);

    public void AddOrder(Name account, Name symbol, Guid orderId, long timeMs) =>
        _young[new UnresolvedItem(account, symbol, orderId, 0, false)] = new Young(timeMs, _time, _before);

    public void AddFill(Name account, Name symbol, long tradeNumber, bool isMaker, long timeMs) =>
        _young[new UnresolvedItem(account, symbol, Guid.Empty, tradeNumber, isMaker)] = new Young(timeMs, _time, _before);

    /// <summary>An account's dead man's switch: overdue, its account must be awake. Neither symbol nor order, and in the table at once; 0 = off.</summary>
    public void SetSwitch(Name account, Name noSymbol, long atMs)
    {
        var item = new UnresolvedItem(account, noSymbol, Guid.Empty, 0, false);
        if (atMs == 0)
        {
            Remove(item);
        }
        else
        {
            _young[item] = new Young(atMs, DateTimeOffset.MinValue, _before);
        }
    }

    public void RemoveOrder(Name account, Name symbol, Guid orderId) =>
        Remove(new UnresolvedItem(account, symbol, orderId, 0, false));

    public void RemoveFill(Name account, Name symbol, long tradeNumber, bool isMaker) =>
        Remove(new UnresolvedItem(account, symbol, Guid.Empty, tradeNumber, isMaker));

    /// <summary>The table holds an item by this name, as read at the start.</summary>
    public void Restore(Name account, Name symbol, string text)
    {
        var maker = text.StartsWith("maker-", StringComparison.Ordinal);
        _stored.Add(maker || text.StartsWith("taker-", StringComparison.Ordinal)
            ? new UnresolvedItem(account, symbol, Guid.Empty, long.Parse(text.AsSpan(6), CultureInfo.InvariantCulture), maker)
            : new UnresolvedItem(account, symbol, Guid.ParseExact(text, "N"), 0, false));
    }

    /// <summary>Finds what is old enough for the table by now, and where to read from for the rest.</summary>
    /// <param name="end">The place that the tables get to.</param>
    public void Prepare(DateTimeOffset now, JournalCursor end)
    {
        _due.Clear();
        ReadAgainAfter = end;
        foreach (var (item, young) in _young)
        {
            if (now - young.Time >= memory)
            {
                _due.Add(new UnresolvedRow(item, young.SinceMs));
            }
            else if (young.Before.CompareTo(ReadAgainAfter) < 0)
            {
                ReadAgainAfter = young.Before;
            }
        }
    }

    /// <summary>The table has taken the changes.</summary>
    public void Settle()
    {
        foreach (var row in _removed)
        {
            _stored.Remove(row.Item);
        }

        foreach (var row in _due)
        {
            _young.Remove(row.Item);
            _stored.Add(row.Item);
        }

        _due.Clear();
        _removed.Clear();
    }

    private void Remove(in UnresolvedItem item)
    {
        _young.Remove(item);
        if (_stored.Count != 0 && _stored.Contains(item))
        {
            _removed.Add(new UnresolvedRow(item, 0));
        }
    }

    private readonly record struct Young(long SinceMs, DateTimeOffset Time, JournalCursor Before);
}

/// <summary>A row of the table of unresolved items.</summary>
internal readonly record struct UnresolvedRow(UnresolvedItem Item, long SinceMs);
