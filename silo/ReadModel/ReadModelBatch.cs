using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Serialization;

namespace Bourse.Silo.ReadModel;

/// <summary>A trade as the table holds it.</summary>
internal readonly record struct TradeRow(string Symbol, BookTrade Trade);

/// <summary>A position after its newest fill.</summary>
internal readonly record struct PositionRow(string Currency, decimal Quantity, decimal AverageEntryPrice, decimal RealizedProfit, long TimeMs);

/// <summary>Cash after its newest movement, and by how much deposits and withdrawals changed it in this batch.</summary>
internal readonly record struct BalanceRow(decimal Cash, decimal Contributed, long TimeMs);

/// <summary>A deposit, or a withdrawal when below zero.</summary>
internal readonly record struct CashRow(string Account, long Version, string Asset, decimal Amount, long TimeMs);

/// <summary>
/// Folds a run of the journal into what the tables hold after it: all changes to one order, position or balance become one row.
/// </summary>
internal sealed class ReadModelBatch(UnresolvedItems unresolved)
{
    private const string AccountPrefix = "account/";
    private const string BookPrefix = "book/";

    /// <summary>Where the batch ends.</summary>
    public JournalCursor Cursor { get; private set; }

    /// <summary>Rows of the journal taken in.</summary>
    public int Rows { get; private set; }

    /// <summary>When the newest row became durable.</summary>
    public DateTimeOffset NewestTime { get; private set; }

    /// <summary>When the oldest row became durable.</summary>
    public DateTimeOffset OldestTime { get; private set; }

    public Dictionary<Guid, OrderChange> Orders { get; } = [];

    public List<TradeRow> Trades { get; } = [];

    public Dictionary<(string Account, string Symbol), PositionRow> Positions { get; } = [];

    public Dictionary<(string Account, string Asset), BalanceRow> Balances { get; } = [];

    public List<CashRow> CashMovements { get; } = [];

    public List<(string Account, AccountOpened Event)> Accounts { get; } = [];

    public Dictionary<string, BookTrade> LastTrades { get; } = new(StringComparer.Ordinal);

    public UnresolvedItems Unresolved { get; } = unresolved;

    /// <summary>Takes the next row.</summary>
    /// <exception cref="InvalidDataException">The row is not what a grain writes.</exception>
    public void Apply(in TailRow row)
    {
        try
        {
            if (row.Stream.StartsWith(AccountPrefix, StringComparison.Ordinal))
            {
                ApplyAccount(row.Stream[AccountPrefix.Length..], row);
            }
            else if (row.Stream.StartsWith(BookPrefix, StringComparison.Ordinal))
            {
                ApplyBook(row.Stream[BookPrefix.Length..], row);
            }
        }
        catch (WireFormatException e)
        {
            throw new InvalidDataException($"journal row {row.Stream} {row.Version} cannot be read", e);
        }

        OldestTime = Rows == 0 ? row.Time : OldestTime;
        NewestTime = row.Time;
        Cursor = row.Cursor;
        Rows++;
    }

    private void ApplyAccount(string account, in TailRow row)
    {
        ReadOnlySpan<byte> rest = row.Payload;
        for (var i = 0; i < row.Count; i++)
        {
            switch (AccountEventCodec.Read(ref rest))
            {
                case OrderEvent e: ApplyOrder(account, e); break;
                case Deposited e: MoveCash(account, row.Version + i, e.Asset, e.Amount, e.Cash, e.TimeMs); break;
                case Withdrawn e: MoveCash(account, row.Version + i, e.Asset, -e.Amount, e.Cash, e.TimeMs); break;
                case CancelAllAfterSet e: Unresolved.SetSwitch(account, e.AtMs); break;
                case AccountOpened e:
                    Accounts.Add((account, e));
                    Balances.TryAdd((account, e.Currency), new BalanceRow(0, 0, e.TimeMs));
                    break;
            }
        }
    }

    private void ApplyOrder(string account, OrderEvent e)
    {
        if (e is ReportNoted)
        {
            return;
        }

        if (!Orders.TryGetValue(e.OrderId, out var order))
        {
            order = new OrderChange(e.OrderId, account);
            Orders.Add(e.OrderId, order);
        }

        order.Apply(e);
        switch (e)
        {
            case OrderPlaced placed:
                Unresolved.AddOrder(account, placed.Symbol, placed.OrderId, placed.TimeMs);
                break;
            case OrderFilled filled:
                Unresolved.RemoveFill(account, filled.Symbol, filled.TradeNumber, filled.IsMaker);
                Positions[(account, filled.Symbol)] = new PositionRow(
                    filled.Currency, filled.PositionQuantity, filled.PositionAverageEntryPrice, filled.PositionRealizedProfit, filled.TimeMs);
                var before = Balances.GetValueOrDefault((account, filled.Currency));
                Balances[(account, filled.Currency)] = before with { Cash = filled.Cash, TimeMs = filled.TimeMs };
                break;
            case OrderAccepted or OrderHeld or OrderRejected or OrderCanceled or OrderExpired:
                Unresolved.RemoveOrder(account, e.Symbol, e.OrderId);
                break;
        }
    }

    private void MoveCash(string account, long version, string asset, decimal amount, decimal cash, long timeMs)
    {
        CashMovements.Add(new CashRow(account, version, asset, amount, timeMs));
        var before = Balances.GetValueOrDefault((account, asset));
        Balances[(account, asset)] = new BalanceRow(cash, before.Contributed + amount, timeMs);
    }

    private void ApplyBook(string symbol, in TailRow row)
    {
        var reader = new WireReader(row.Payload);
        for (var i = 0; i < row.Count; i++)
        {
            foreach (var trade in BookJournal.Read(ref reader).Trades ?? [])
            {
                Trades.Add(new TradeRow(symbol, trade));
                LastTrades[symbol] = trade;
                Unresolved.AddFill(trade.TakerAccount, symbol, trade.Number, isMaker: false, trade.TimeMs);
                Unresolved.AddFill(trade.MakerAccount, symbol, trade.Number, isMaker: true, trade.TimeMs);
            }
        }
    }
}
