using Bourse.Domain.Books;
using Bourse.Domain.Matching;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Silo.ReadModel.Verification;

/// <summary>Holds the read model's tables against accounts and books as they were where the projector's cursor stands.</summary>
internal sealed class TableComparison(NpgsqlConnection connection, VerifyReport report)
{
    private readonly Dictionary<string, long> _expected = new(StringComparer.Ordinal)
    {
        ["orders"] = 0, ["trades"] = 0, ["positions"] = 0, ["cash_movements"] = 0, ["accounts"] = 0, ["last_trades"] = 0,
    };

    private RowSet _sides;

    /// <summary>Accounts whose orders differ, for a closer look.</summary>
    public List<string> Differing { get; } = [];

    public async Task Compare(AccountFold fold, CancellationToken cancellation)
    {
        var account = fold.Account;
        var journal = account.GetOpenOrders().Aggregate(fold.Ended, (set, order) => set.With(OrderState.From(order).Fingerprint()));
        _expected["orders"] += journal.Count;
        _expected["cash_movements"] += fold.CashMovements.Count;
        _expected["accounts"] += account.IsOpen ? 1 : 0;
        var table = default(RowSet);
        await ReadOrders(account.Id, r => table = table.With(OrderState.From(r).Fingerprint()), cancellation);
        if (!report.Check(
            Checks.Orders, table == journal, () => $"account {account.Id}: {journal.Count} in the journal, {table.Count} in the table, or their content differs"))
        {
            Differing.Add(account.Id);
        }

        await CompareBalances(fold, cancellation);
        await ComparePositions(fold, cancellation);
    }

    public async Task Compare(SymbolFold fold, CancellationToken cancellation)
    {
        _expected["trades"] += fold.Trades.Count;
        _sides = _sides.With(fold.Sides);
        _expected["last_trades"] += fold.Trades.Count == 0 ? 0 : 1;
        var table = default(RowSet);
        await Read(
            """
            SELECT number, price, quantity, side, taker_order_id, taker_account, taker_fee, maker_order_id, maker_account, maker_fee, time
            FROM trades WHERE symbol = $1
            """,
            fold.Symbol,
            r => table = table.With(SymbolFold.Fingerprint(new BookTrade(
                r.GetInt64(0), r.GetDecimal(1), r.GetDecimal(2), (Side)r.GetInt16(3), r.GetGuid(4), r.GetString(5), r.GetDecimal(6),
                r.GetGuid(7), r.GetString(8), r.GetDecimal(9), r.GetFieldValue<DateTimeOffset>(10).ToUnixTimeMilliseconds()))),
            cancellation);
        report.Check(
            Checks.TradeTable,
            table == fold.Trades,
            () => $"{fold.Symbol}: {fold.Trades.Count} in the journal, {table.Count} in the table, or their content differs");
    }

    /// <summary>At the very end: the tables hold nothing beyond what was compared.</summary>
    public async Task Finish(CancellationToken cancellation)
    {
        await CompareSides(cancellation);
        foreach (var (table, expected) in _expected)
        {
            await using var command = new NpgsqlCommand($"SELECT count(*) FROM {table}", connection) { CommandTimeout = 0 };
            var count = (long)(await command.ExecuteScalarAsync(cancellation))!;
            report.Check(Checks.Counts, count == expected, () => $"{table} holds {count} rows, the journal says {expected}");
        }
    }

    private async Task CompareSides(CancellationToken cancellation)
    {
        var table = default(RowSet);
        const string sql = "SELECT account, account_key, start, u.symbol, u.number, u.time, u.role FROM account_trades, unnest(symbols, numbers, times, roles) AS u (symbol, number, time, role)";
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            table = table.With(SymbolFold.SideFingerprint(
                reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2).ToUnixTimeMilliseconds(), reader.GetString(3), reader.GetInt64(4),
                reader.GetFieldValue<DateTimeOffset>(5).ToUnixTimeMilliseconds(), reader.GetInt16(6)));
        }

        report.Check(
            Checks.TradeTable, table == _sides, () => $"trades have {_sides.Count} sides in the journal, {table.Count} in the table by account, or their content differs");
    }

    private async Task CompareBalances(AccountFold fold, CancellationToken cancellation)
    {
        var account = fold.Account;
        var told = new HashSet<string>(StringComparer.Ordinal);
        await Read(
            "SELECT asset, cash, contributed FROM balances WHERE account = $1",
            account.Id,
            r =>
            {
                var (asset, cash, contributed) = (r.GetString(0), r.GetDecimal(1), r.GetDecimal(2));
                told.Add(asset);
                var balance = account.FindBalance(asset);
                report.Check(
                    Checks.Positions,
                    balance is not null && balance.Total == cash && -balance.Outside == contributed,
                    () => $"account {account.Id}: the table has {cash} {asset} of {contributed} contributed, the journal {balance?.Total} of {-balance?.Outside}");
            },
            cancellation);
        var symbols = account.GetPositions().Select(p => p.Symbol).ToHashSet(StringComparer.Ordinal);
        foreach (var balance in account.Balances.Where(b => !told.Contains(b.Asset) && !symbols.Contains(b.Asset)))
        {
            report.Check(Checks.Positions, balance is { Total: 0, Outside: 0 }, () => $"account {account.Id}: {balance.Total} {balance.Asset} is not in the table");
        }

        var cash = default(RowSet);
        await Read(
            "SELECT version, asset, amount FROM cash_movements WHERE account = $1",
            account.Id,
            r => cash = cash.With(AccountFold.CashFingerprint(r.GetInt64(0), r.GetString(1), r.GetDecimal(2))),
            cancellation);
        report.Check(
            Checks.Positions, cash == fold.CashMovements, () => $"account {account.Id}: {fold.CashMovements.Count} cash movements in the journal, {cash.Count} in the table, or they differ");
    }

    private async Task ComparePositions(AccountFold fold, CancellationToken cancellation)
    {
        var account = fold.Account;
        var told = new HashSet<string>(StringComparer.Ordinal);
        await Read(
            "SELECT symbol, quantity, average_entry_price, realized_profit FROM positions WHERE account = $1",
            account.Id,
            r =>
            {
                var (symbol, quantity, average, realized) = (r.GetString(0), r.GetDecimal(1), r.GetDecimal(2), r.GetDecimal(3));
                told.Add(symbol);
                var position = account.GetPosition(symbol);
                report.Check(
                    Checks.Positions,
                    position.Quantity == quantity && position.AverageEntryPrice == average && position.RealizedProfit == realized,
                    () => $"account {account.Id}: the table has {quantity} {symbol} at {average}, realized {realized}; the journal {position}");
            },
            cancellation);
        _expected["positions"] += told.Count;
        foreach (var (symbol, _, position) in account.GetPositions().Where(p => !told.Contains(p.Symbol)))
        {
            report.Check(Checks.Positions, position == default, () => $"account {account.Id}: the position {position} in {symbol} is not in the table");
        }
    }

    private Task ReadOrders(string account, Action<NpgsqlDataReader> row, CancellationToken cancellation) =>
        Read(OrderState.Select, account, row, cancellation, Fingerprint.Of(account));

    private async Task Read(string sql, string key, Action<NpgsqlDataReader> row, CancellationToken cancellation, long? accountKey = null)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0, Parameters = { new() { Value = key } } };
        if (accountKey is { } second)
        {
            command.Parameters.Add(new() { Value = second });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            row(reader);
        }
    }
}
