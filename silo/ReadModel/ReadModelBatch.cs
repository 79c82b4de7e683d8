using System.Runtime.InteropServices;
using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Serialization;
using Bourse.Domain.Venues;

namespace Bourse.Silo.ReadModel;

/// <summary>A position after its newest fill.</summary>
internal struct PositionRow
{
    public Name Account;
    public Name Symbol;
    public Name Currency;
    public decimal Quantity;
    public decimal AverageEntryPrice;
    public decimal RealizedProfit;
    public long TimeMs;
}

/// <summary>Cash after its newest movement, and by how much deposits and withdrawals changed it in this batch.</summary>
internal struct BalanceRow
{
    public Name Account;
    public Name Asset;
    public decimal Cash;
    public decimal Contributed;
    public long TimeMs;
}

/// <summary>The newest trade of a symbol.</summary>
internal record struct LastTradeRow(Name Symbol, long Number, decimal Price);

/// <summary>A deposit, or a withdrawal when below zero.</summary>
internal readonly record struct CashRow(Name Account, long Version, Name Asset, decimal Amount, long TimeMs);

/// <summary>An account that was opened.</summary>
internal readonly record struct AccountRow(Name Account, Name UserId, Name Kind, Name Currency, long TimeMs);

/// <summary>
/// Folds a run of the journal into what the tables hold after it: all changes to one order, position or balance become one row. One is used
/// for all batches, one after the other, and keeps its memory.
/// </summary>
internal sealed class ReadModelBatch(UnresolvedItems unresolved, NamePool names)
{
    private readonly List<CashRow> _cashMovements = [];
    private readonly List<AccountRow> _accounts = [];
    private byte[] _texts = new byte[64 << 10];
    private int _textsLength;

    /// <summary>Where the batch ends.</summary>
    public JournalCursor Cursor { get; private set; }

    /// <summary>Rows of the journal taken in.</summary>
    public int Rows { get; private set; }

    /// <summary>When the newest row became durable.</summary>
    public DateTimeOffset NewestTime { get; private set; }

    /// <summary>When the oldest row became durable.</summary>
    public DateTimeOffset OldestTime { get; private set; }

    public FoldedRows<Guid, OrderChange> Orders { get; } = new();

    public TradeRows Trades { get; } = new();

    /// <summary>By the numbers of account and symbol.</summary>
    public FoldedRows<(int, int), PositionRow> Positions { get; } = new();

    /// <summary>By the numbers of account and asset.</summary>
    public FoldedRows<(int, int), BalanceRow> Balances { get; } = new();

    /// <summary>By the number of the symbol.</summary>
    public FoldedRows<int, LastTradeRow> LastTrades { get; } = new();

    public ReadOnlySpan<CashRow> CashMovements => CollectionsMarshal.AsSpan(_cashMovements);

    public ReadOnlySpan<AccountRow> Accounts => CollectionsMarshal.AsSpan(_accounts);

    public UnresolvedItems Unresolved { get; } = unresolved;

    /// <summary>An order's client order id, in UTF-8.</summary>
    public ReadOnlySpan<byte> ClientOrderId(in OrderChange order) => _texts.AsSpan(order.ClientOrderId);

    /// <summary>Empty, at a place in the journal.</summary>
    public void Begin(JournalCursor after)
    {
        Cursor = after;
        Rows = 0;
        Orders.Clear();
        Trades.Clear();
        Positions.Clear();
        Balances.Clear();
        LastTrades.Clear();
        _cashMovements.Clear();
        _accounts.Clear();
        _textsLength = 0;
        names.Trim();
    }

    /// <summary>Takes the next row.</summary>
    /// <exception cref="InvalidDataException">The row is not what a grain writes.</exception>
    public void Apply(in RawRow row)
    {
        Unresolved.Enter(Cursor, row.Time);
        try
        {
            if (row.Stream.StartsWith("account/"u8))
            {
                ApplyAccount(names.Of(row.Stream["account/"u8.Length..]), row);
            }
            else if (row.Stream.StartsWith("book/"u8))
            {
                ApplyBook(names.Of(row.Stream["book/"u8.Length..]), row);
            }
            else if (row.Stream.StartsWith("venue/"u8))
            {
                ApplyVenue(names.Of(row.Stream["venue/"u8.Length..]), row);
            }
        }
        catch (WireFormatException e)
        {
            throw new InvalidDataException($"version {row.Version} of {System.Text.Encoding.UTF8.GetString(row.Stream)} cannot be read", e);
        }

        OldestTime = Rows == 0 ? row.Time : OldestTime;
        NewestTime = row.Time;
        Cursor = row.Cursor;
        Rows++;
    }

    private void ApplyAccount(Name account, in RawRow row)
    {
        var rest = row.Payload;
        for (var i = 0; i < row.Count; i++)
        {
            var e = AccountEventCodec.ReadView(ref rest);
            switch (e.Kind)
            {
                case AccountEventKind.Noted or AccountEventKind.RiskDayBegan or AccountEventKind.RiskStopChanged or AccountEventKind.SymbolCalendarNoted: break;
                case AccountEventKind.Deposited: MoveCash(account, row.Version + i, e, e.Amount); break;
                case AccountEventKind.Withdrawn: MoveCash(account, row.Version + i, e, -e.Amount); break;
                case AccountEventKind.CancelAllAfterSet: Unresolved.SetSwitch(account, names.Of(""), e.AtMs); break;
                case AccountEventKind.Opened: Open(account, e); break;
                default: ApplyOrder(account, e); break;
            }
        }
    }

    private void ApplyOrder(Name account, in AccountEventView e)
    {
        ref var order = ref Orders.Of(e.OrderId, out var isNew);
        if (isNew)
        {
            (order.Id, order.Account) = (e.OrderId, account);
        }

        order.Apply(e, Keep(e.ClientOrderId), names);
        switch (e.Kind)
        {
            case AccountEventKind.Placed when e.Advanced?.Leg is null:
                Unresolved.AddOrder(account, names.Of(e.Symbol), e.OrderId, e.TimeMs);
                break;
            case AccountEventKind.Filled:
                ApplyFill(account, names.Of(e.Symbol), names.Of(e.Currency), e);
                break;
            case AccountEventKind.Accepted or AccountEventKind.Held or AccountEventKind.Rejected or AccountEventKind.Canceled or AccountEventKind.Expired:
                Unresolved.RemoveOrder(account, names.Of(e.Symbol), e.OrderId);
                break;
        }
    }

    private void ApplyFill(Name account, Name symbol, Name currency, in AccountEventView e)
    {
        Unresolved.RemoveFill(account, symbol, e.TradeNumber, e.IsMaker);
        ref var position = ref Positions.Of((account.Number, symbol.Number), out _);
        (position.Account, position.Symbol, position.Currency) = (account, symbol, currency);
        position.Quantity = e.PositionQuantity;
        position.AverageEntryPrice = e.PositionAverageEntryPrice;
        position.RealizedProfit = e.PositionRealizedProfit;
        position.TimeMs = e.TimeMs;
        SetCash(account, currency, e);
    }

    private void MoveCash(Name account, long version, in AccountEventView e, decimal amount)
    {
        var asset = names.Of(e.Currency);
        _cashMovements.Add(new CashRow(account, version, asset, amount, e.TimeMs));
        SetCash(account, asset, e).Contributed += amount;
    }

    private void Open(Name account, in AccountEventView e)
    {
        var currency = names.Of(e.Currency);
        _accounts.Add(new AccountRow(account, names.Of(e.UserId), names.Of(e.AccountKind), currency, e.TimeMs));
        SetCash(account, currency, e);
    }

    private ref BalanceRow SetCash(Name account, Name asset, in AccountEventView e)
    {
        ref var balance = ref Balances.Of((account.Number, asset.Number), out _);
        (balance.Account, balance.Asset, balance.Cash, balance.TimeMs) = (account, asset, e.Cash, e.TimeMs);
        return ref balance;
    }

    private void ApplyBook(Name symbol, in RawRow row)
    {
        var book = new BookEntryView(row.Payload);
        for (var i = 0; i < row.Count; i++)
        {
            book.Next();
            while (book.NextTrade(out var trade))
            {
                var (taker, maker) = (names.Of(trade.TakerAccount), names.Of(trade.MakerAccount));
                Trades.Add(symbol, trade, taker, maker, book.TimeMs);
                LastTrades.Of(symbol.Number, out _) = new LastTradeRow(symbol, trade.Number, trade.Price);
                Unresolved.AddFill(taker, symbol, trade.Number, isMaker: false, book.TimeMs);
                Unresolved.AddFill(maker, symbol, trade.Number, isMaker: true, book.TimeMs);
            }
        }
    }

    // The other side is the venue's, and nobody waits for it.
    private void ApplyVenue(Name symbol, in RawRow row)
    {
        var reader = new WireReader(row.Payload);
        for (var i = 0; i < row.Count; i++)
        {
            if (VenueEventCodec.Read(ref reader) is not VenueOrderFilled fill)
            {
                continue;
            }

            var trade = fill.ToTrade();
            var view = new BookTradeView
            {
                Number = trade.Number, Price = trade.Price, Quantity = trade.Quantity, Side = trade.Side, TakerFee = trade.TakerFee,
                MakerFee = trade.MakerFee, TakerOrderId = trade.TakerOrderId, MakerOrderId = trade.MakerOrderId,
            };
            Trades.Add(symbol, view, names.Of(trade.TakerAccount), names.Of(trade.MakerAccount), trade.TimeMs);
            LastTrades.Of(symbol.Number, out _) = new LastTradeRow(symbol, trade.Number, trade.Price);
            Unresolved.AddFill(names.Of(fill.Account), symbol, trade.Number, fill.IsMaker, trade.TimeMs);
        }
    }

    private Range Keep(ReadOnlySpan<byte> text)
    {
        if (_texts.Length - _textsLength < text.Length)
        {
            Array.Resize(ref _texts, Math.Max(_texts.Length * 2, _textsLength + text.Length));
        }

        var start = _textsLength;
        text.CopyTo(_texts.AsSpan(start));
        _textsLength += text.Length;
        return start.._textsLength;
    }
}
