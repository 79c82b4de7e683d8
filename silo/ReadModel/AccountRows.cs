using Npgsql;
using NpgsqlTypes;

namespace Bourse.Silo.ReadModel;

/// <summary>The statements that bring accounts, balances, positions and what is unresolved to a batch's end.</summary>
internal static class AccountRows
{
    /// <summary>Those that the batch calls for.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Statements(ReadModelBatch batch)
    {
        if (batch.Accounts.Count != 0)
        {
            yield return Accounts(batch.Accounts);
        }

        if (batch.Balances.Count != 0)
        {
            yield return Balances([.. batch.Balances]);
        }

        if (batch.Positions.Count != 0)
        {
            yield return Positions([.. batch.Positions]);
        }

        if (batch.CashMovements.Count != 0)
        {
            yield return CashMovements(batch.CashMovements);
        }

        if (batch.LastTrades.Count != 0)
        {
            yield return LastTrades([.. batch.LastTrades]);
        }

        if (batch.Unresolved.Removed.Count != 0)
        {
            yield return RemoveUnresolved([.. batch.Unresolved.Removed]);
        }

        if (batch.Unresolved.Added.Count != 0)
        {
            yield return AddUnresolved([.. batch.Unresolved.Added]);
        }
    }

    private static NpgsqlBatchCommand Accounts(List<(string Account, Domain.Accounts.AccountOpened Event)> rows) => new(
        "INSERT INTO accounts (account, user_id, kind, currency, opened_at) SELECT * FROM unnest($1, $2, $3, $4, $5)")
    {
        Parameters =
        {
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Account),
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Event.UserId),
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Event.Kind),
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Event.Currency),
            Rows.Array(NpgsqlDbType.TimestampTz, rows, r => Rows.Time(r.Event.TimeMs)),
        },
    };

    private static NpgsqlBatchCommand Balances(IReadOnlyList<KeyValuePair<(string Account, string Asset), BalanceRow>> rows) => new(
        """
        INSERT INTO balances AS b (account, asset, cash, contributed, updated_at) SELECT * FROM unnest($1, $2, $3, $4, $5)
        ON CONFLICT (account, asset) DO UPDATE
        SET cash = excluded.cash, contributed = b.contributed + excluded.contributed, updated_at = excluded.updated_at
        """)
    {
        Parameters =
        {
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Key.Account),
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Key.Asset),
            Rows.Array(NpgsqlDbType.Numeric, rows, r => r.Value.Cash),
            Rows.Array(NpgsqlDbType.Numeric, rows, r => r.Value.Contributed),
            Rows.Array(NpgsqlDbType.TimestampTz, rows, r => Rows.Time(r.Value.TimeMs)),
        },
    };

    private static NpgsqlBatchCommand Positions(IReadOnlyList<KeyValuePair<(string Account, string Symbol), PositionRow>> rows) => new(
        """
        INSERT INTO positions (account, symbol, currency, quantity, average_entry_price, realized_profit, updated_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (account, symbol) DO UPDATE
        SET quantity = excluded.quantity, average_entry_price = excluded.average_entry_price,
            realized_profit = excluded.realized_profit, updated_at = excluded.updated_at
        """)
    {
        Parameters =
        {
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Key.Account),
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Key.Symbol),
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Value.Currency),
            Rows.Array(NpgsqlDbType.Numeric, rows, r => r.Value.Quantity),
            Rows.Array(NpgsqlDbType.Numeric, rows, r => r.Value.AverageEntryPrice),
            Rows.Array(NpgsqlDbType.Numeric, rows, r => r.Value.RealizedProfit),
            Rows.Array(NpgsqlDbType.TimestampTz, rows, r => Rows.Time(r.Value.TimeMs)),
        },
    };

    private static NpgsqlBatchCommand CashMovements(List<CashRow> rows) => new(
        "INSERT INTO cash_movements (account, time, version, asset, amount) SELECT * FROM unnest($1, $2, $3, $4, $5)")
    {
        Parameters =
        {
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Account),
            Rows.Array(NpgsqlDbType.TimestampTz, rows, r => Rows.Time(r.TimeMs)),
            Rows.Array(NpgsqlDbType.Bigint, rows, r => r.Version),
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Asset),
            Rows.Array(NpgsqlDbType.Numeric, rows, r => r.Amount),
        },
    };

    private static NpgsqlBatchCommand LastTrades(IReadOnlyList<KeyValuePair<string, Domain.Books.BookTrade>> rows) => new(
        """
        INSERT INTO last_trades (symbol, number, price) SELECT * FROM unnest($1, $2, $3)
        ON CONFLICT (symbol) DO UPDATE SET number = excluded.number, price = excluded.price
        """)
    {
        Parameters =
        {
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Key),
            Rows.Array(NpgsqlDbType.Bigint, rows, r => r.Value.Number),
            Rows.Array(NpgsqlDbType.Numeric, rows, r => r.Value.Price),
        },
    };

    private static NpgsqlBatchCommand AddUnresolved(IReadOnlyList<KeyValuePair<UnresolvedItem, long>> rows) => new(
        "INSERT INTO unresolved (account, symbol, item, since) SELECT * FROM unnest($1, $2, $3, $4) ON CONFLICT (account, symbol, item) DO UPDATE SET since = excluded.since")
    {
        Parameters =
        {
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Key.Account),
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Key.Symbol),
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Key.Name),
            Rows.Array(NpgsqlDbType.TimestampTz, rows, r => Rows.Time(r.Value)),
        },
    };

    private static NpgsqlBatchCommand RemoveUnresolved(IReadOnlyList<UnresolvedItem> rows) => new(
        """
        DELETE FROM unresolved u USING unnest($1, $2, $3) AS n (account, symbol, item)
        WHERE u.account = n.account COLLATE "C" AND u.symbol = n.symbol COLLATE "C" AND u.item = n.item COLLATE "C"
        """)
    {
        Parameters =
        {
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Account),
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Symbol),
            Rows.Array(NpgsqlDbType.Text, rows, r => r.Name),
        },
    };
}
