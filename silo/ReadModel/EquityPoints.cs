using Npgsql;
using NpgsqlTypes;

namespace Bourse.Silo.ReadModel;

/// <summary>
/// Which accounts moved since their equity was noted last. It is noted once a minute that an account moved in: when the journal's time
/// enters the next minute, and while nothing else is to do. What is noted early is noted again when a trade has moved a price since, so that
/// the point is the minute's end. As large as the number of accounts that trade within a minute.
/// </summary>
internal sealed class EquityPoints
{
    private readonly HashSet<string> _moved = new(StringComparer.Ordinal);

    // Noted in this minute: as it is, and before a later trade.
    private readonly HashSet<string> _noted = new(StringComparer.Ordinal);
    private readonly HashSet<string> _outdated = new(StringComparer.Ordinal);
    private DateTimeOffset _minute;

    /// <summary>True when an account moved that is not noted yet.</summary>
    public bool HasMoved => _moved.Count != 0;

    /// <summary>True when there is anything to note, if only at newer prices.</summary>
    public bool HasAny => _moved.Count + _outdated.Count != 0;

    /// <summary>False when a row is of a later minute than what is still to be noted: then that comes first.</summary>
    public bool TakesIn(DateTimeOffset rowTime) => !HasAny || MinuteOf(rowTime) <= _minute;

    /// <summary>Whether two moments lie in one minute.</summary>
    public static bool IsSameMinute(DateTimeOffset a, DateTimeOffset b) => MinuteOf(a) == MinuteOf(b);

    /// <summary>A batch is in the tables.</summary>
    public void Add(ReadModelBatch batch)
    {
        var minute = MinuteOf(batch.NewestTime);
        if (minute > _minute)
        {
            _minute = minute;
            _noted.Clear();
        }

        if (!batch.LastTrades.All.IsEmpty)
        {
            _outdated.UnionWith(_noted);
            _noted.Clear();
        }

        foreach (ref readonly var balance in batch.Balances.All)
        {
            _moved.Add(balance.Account.Text);
            _outdated.Remove(balance.Account.Text);
        }
    }

    /// <summary>After a start: an earlier projector may have left these un-noted.</summary>
    public void Restore(string account, DateTimeOffset movedAt)
    {
        _moved.Add(account);
        var minute = MinuteOf(movedAt);
        _minute = minute > _minute ? minute : _minute;
    }

    /// <summary>The minute and at most <paramref name="max"/> accounts to note.</summary>
    public (DateTimeOffset Minute, string[] Accounts) Peek(int max) => (_minute, [.. _moved.Concat(_outdated).Take(max)]);

    /// <summary>These are noted.</summary>
    public void Settle(string[] accounts)
    {
        foreach (var account in accounts)
        {
            _moved.Remove(account);
            _outdated.Remove(account);
            _noted.Add(account);
        }
    }

    /// <summary>Values the accounts by the tables as they are.</summary>
    public static NpgsqlBatchCommand Statement(string partition, DateTimeOffset minute, string[] accounts) => new(
        $"""
        INSERT INTO {partition} (account, time, equity, contributed)
        SELECT b.account, $2, b.cash + coalesce((
            SELECT sum(p.quantity * coalesce(t.price, p.average_entry_price))
            FROM positions p LEFT JOIN last_trades t ON t.symbol = p.symbol
            WHERE p.account = b.account AND p.currency = b.asset AND p.quantity <> 0), 0), b.contributed
        FROM unnest($1) AS n (account)
        JOIN accounts a ON a.account = n.account COLLATE "C"
        JOIN balances b ON b.account = a.account AND b.asset = a.currency
        ON CONFLICT (account, time) DO UPDATE SET equity = excluded.equity, contributed = excluded.contributed
        """)
    {
        Parameters =
        {
            new() { Value = accounts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            new() { Value = minute.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz },
        },
    };

    private static DateTimeOffset MinuteOf(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
}
