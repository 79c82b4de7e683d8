using Npgsql;
using NpgsqlTypes;

namespace Bourse.Silo.ReadModel;

/// <summary>The statements that bring accounts, balances, positions and what is unresolved to a batch's end.</summary>
internal sealed class AccountRows
{
    private readonly RowStatement<AccountRow> _accounts = new(
        "INSERT INTO accounts (account, user_id, kind, currency, opened_at) SELECT * FROM unnest($1, $2, $3, $4, $5)",
        new Column<AccountRow, string>(NpgsqlDbType.Text, (in r) => r.Account.Text),
        new Column<AccountRow, string>(NpgsqlDbType.Text, (in r) => r.UserId.Text),
        new Column<AccountRow, string>(NpgsqlDbType.Text, (in r) => r.Kind.Text),
        new Column<AccountRow, string>(NpgsqlDbType.Text, (in r) => r.Currency.Text),
        new Column<AccountRow, DateTime?>(NpgsqlDbType.TimestampTz, (in r) => Rows.Time(r.TimeMs)));

    private readonly RowStatement<BalanceRow> _balances = new(
        """
        INSERT INTO balances AS b (account, asset, cash, contributed, updated_at) SELECT * FROM unnest($1, $2, $3, $4, $5)
        ON CONFLICT (account, asset) DO UPDATE
        SET cash = excluded.cash, contributed = b.contributed + excluded.contributed, updated_at = excluded.updated_at
        """,
        new Column<BalanceRow, string>(NpgsqlDbType.Text, (in r) => r.Account.Text),
        new Column<BalanceRow, string>(NpgsqlDbType.Text, (in r) => r.Asset.Text),
        new Column<BalanceRow, decimal>(NpgsqlDbType.Numeric, (in r) => r.Cash),
        new Column<BalanceRow, decimal>(NpgsqlDbType.Numeric, (in r) => r.Contributed),
        new Column<BalanceRow, DateTime?>(NpgsqlDbType.TimestampTz, (in r) => Rows.Time(r.TimeMs)));

    private readonly RowStatement<PositionRow> _positions = new(
        """
        INSERT INTO positions (account, symbol, currency, quantity, average_entry_price, realized_profit, updated_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (account, symbol) DO UPDATE
        SET quantity = excluded.quantity, average_entry_price = excluded.average_entry_price,
            realized_profit = excluded.realized_profit, updated_at = excluded.updated_at
        """,
        new Column<PositionRow, string>(NpgsqlDbType.Text, (in r) => r.Account.Text),
        new Column<PositionRow, string>(NpgsqlDbType.Text, (in r) => r.Symbol.Text),
        new Column<PositionRow, string>(NpgsqlDbType.Text, (in r) => r.Currency.Text),
        new Column<PositionRow, decimal>(NpgsqlDbType.Numeric, (in r) => r.Quantity),
        new Column<PositionRow, decimal>(NpgsqlDbType.Numeric, (in r) => r.AverageEntryPrice),
        new Column<PositionRow, decimal>(NpgsqlDbType.Numeric, (in r) => r.RealizedProfit),
        new Column<PositionRow, DateTime?>(NpgsqlDbType.TimestampTz, (in r) => Rows.Time(r.TimeMs)));

    private readonly RowStatement<CashRow> _cashMovements = new(
        "INSERT INTO cash_movements (account, time, version, asset, amount) SELECT * FROM unnest($1, $2, $3, $4, $5)",
        new Column<CashRow, string>(NpgsqlDbType.Text, (in r) => r.Account.Text),
        new Column<CashRow, DateTime?>(NpgsqlDbType.TimestampTz, (in r) => Rows.Time(r.TimeMs)),
        new Column<CashRow, long>(NpgsqlDbType.Bigint, (in r) => r.Version),
        new Column<CashRow, string>(NpgsqlDbType.Text, (in r) => r.Asset.Text),
        new Column<CashRow, decimal>(NpgsqlDbType.Numeric, (in r) => r.Amount));

    private readonly RowStatement<LastTradeRow> _lastTrades = new(
        """
        INSERT INTO last_trades (symbol, number, price) SELECT * FROM unnest($1, $2, $3)
        ON CONFLICT (symbol) DO UPDATE SET number = excluded.number, price = excluded.price
        """,
        new Column<LastTradeRow, string>(NpgsqlDbType.Text, (in r) => r.Symbol.Text),
        new Column<LastTradeRow, long>(NpgsqlDbType.Bigint, (in r) => r.Number),
        new Column<LastTradeRow, decimal>(NpgsqlDbType.Numeric, (in r) => r.Price));

    private readonly RowStatement<UnresolvedRow> _removeUnresolved = new(
        """
        DELETE FROM unresolved u USING unnest($1, $2, $3) AS n (account, symbol, item)
        WHERE u.account = n.account COLLATE "C" AND u.symbol = n.symbol COLLATE "C" AND u.item = n.item COLLATE "C"
        """,
        new Column<UnresolvedRow, string>(NpgsqlDbType.Text, (in r) => r.Item.Account.Text),
        new Column<UnresolvedRow, string>(NpgsqlDbType.Text, (in r) => r.Item.Symbol.Text),
        new Column<UnresolvedRow, string>(NpgsqlDbType.Text, (in r) => r.Item.Text));

    private readonly RowStatement<UnresolvedRow> _addUnresolved = new(
        "INSERT INTO unresolved (account, symbol, item, since) SELECT * FROM unnest($1, $2, $3, $4) ON CONFLICT (account, symbol, item) DO UPDATE SET since = excluded.since",
        new Column<UnresolvedRow, string>(NpgsqlDbType.Text, (in r) => r.Item.Account.Text),
        new Column<UnresolvedRow, string>(NpgsqlDbType.Text, (in r) => r.Item.Symbol.Text),
        new Column<UnresolvedRow, string>(NpgsqlDbType.Text, (in r) => r.Item.Text),
        new Column<UnresolvedRow, DateTime?>(NpgsqlDbType.TimestampTz, (in r) => Rows.Time(r.SinceMs)));

    /// <summary>Adds those that the batch calls for.</summary>
    public void AddTo(NpgsqlBatch statements, ReadModelBatch batch)
    {
        _accounts.AddTo(statements, batch.Accounts);
        _balances.AddTo(statements, batch.Balances.All);
        _positions.AddTo(statements, batch.Positions.All);
        _cashMovements.AddTo(statements, batch.CashMovements);
        _lastTrades.AddTo(statements, batch.LastTrades.All);
        _removeUnresolved.AddTo(statements, batch.Unresolved.Removed);
        _addUnresolved.AddTo(statements, batch.Unresolved.Due);
    }
}
