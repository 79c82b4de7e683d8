using Bourse.Domain.Books;
using Bourse.Domain.Ledger;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Silo.ReadModel.Verification;

/// <summary>Folds the journal of where a symbol trades, its own book or an outside venue, and holds it against what the accounts say.</summary>
internal abstract class SymbolFold(
    string symbol, VerifyReport report, Dictionary<(string Account, string Symbol), Pair> pairs, Dictionary<string, decimal> missingClearing)
{
    private long _lastTrade;

    public string Symbol { get; } = symbol;

    public bool IsBroken { get; private set; }

    /// <summary>Every trade so far.</summary>
    public RowSet Trades { get; private set; }

    /// <summary>Both accounts' sides of them.</summary>
    public RowSet Sides { get; private set; }

    protected abstract IReadOnlyList<BookAccount> Accounts { get; }

    /// <summary>The accounts that the newest row may have made reports for.</summary>
    protected abstract IReadOnlyList<BookAccount> Touched { get; }

    public void Apply(in TailRow row)
    {
        if (IsBroken)
        {
            return;
        }

        var (stream, version) = (row.Stream, row.Version);
        try
        {
            Fold(row);
            report.Check(Checks.Replays, true, () => "");
            ForgetArrived();
        }
        catch (Exception e) when (e is WireFormatException or InvalidDataException or InvalidOperationException)
        {
            IsBroken = true;
            report.Check(Checks.Replays, false, () => $"{stream} {version}: {e.Message}");
        }
    }

    public void Finish()
    {
        foreach (var account in Accounts)
        {
            if (!pairs.TryGetValue((account.Id, Symbol), out var pair))
            {
                continue; // told when its first command was compared
            }

            var arrived = report.Check(
                Checks.Reports,
                pair.LastReport <= account.LastReport,
                () => $"account {account.Id} applied report {pair.LastReport} of {Symbol}, which made {account.LastReport}");
            if (arrived)
            {
                CheckWaiting(account, pair);
            }
        }
    }

    /// <summary>Holds a kept snapshot of the present state against it.</summary>
    public abstract Task CompareSnapshot(KeptSnapshots snapshots, string stream, CancellationToken cancellation);

    public static ulong Fingerprint(in BookTrade t)
    {
        var hash = default(RowHash);
        hash.Add(t.Number);
        hash.Add((long)t.Side);
        hash.Add(t.TakerOrderId);
        hash.Add(t.MakerOrderId);
        hash.Add(t.TakerAccount);
        hash.Add(t.MakerAccount);
        hash.Add(t.Price);
        hash.Add(t.Quantity);
        hash.Add(t.TakerFee);
        hash.Add(t.MakerFee);
        hash.Add(t.TimeMs);
        return hash.Value;
    }

    /// <summary>A trade as one of its accounts finds it.</summary>
    /// <param name="key">The account's fingerprint.</param>
    /// <param name="spanMs">The span of time that the trade is filed under.</param>
    public static ulong SideFingerprint(string account, long key, long spanMs, string symbol, long number, long timeMs, short role)
    {
        var hash = default(RowHash);
        hash.Add(account);
        hash.Add(key);
        hash.Add(spanMs);
        hash.Add(symbol);
        hash.Add(number);
        hash.Add(timeMs);
        hash.Add((long)role);
        return hash.Value;
    }

    /// <summary>Applies the row's events and compares what they say.</summary>
    protected abstract void Fold(in TailRow row);

    protected void CompareCommand(string account, long number, Guid order, int revision) => report.Check(
        Checks.Commands,
        pairs.TryGetValue((account, Symbol), out var pair) && pair.BookCommanded(number, order, revision),
        () => $"{Symbol} took command {number} (order {order}) of account {account}, which did not send it so");

    /// <summary>A trade has a number and is in the table.</summary>
    protected void NoteTrade(in BookTrade trade)
    {
        var number = trade.Number;
        Trades = Trades.With(Fingerprint(trade));
        Sides = Sides.With(SideOf(trade, trade.TakerAccount, isMaker: false)).With(SideOf(trade, trade.MakerAccount, isMaker: true));
        report.Check(Checks.Trades, number == _lastTrade + 1, () => $"{Symbol}: trade {number} follows {_lastTrade}");
        _lastTrade = number;
    }

    protected void CompareFill(string account, in BookTrade trade, bool isMaker, Guid order, Side side, decimal fee)
    {
        var number = trade.Number;
        if (!pairs.TryGetValue((account, Symbol), out var pair))
        {
            report.Check(Checks.Trades, false, () => $"{Symbol}-{number}: account {account} never traded {Symbol}");
            return;
        }

        var result = pair.BookFilled(number, isMaker, order, side, trade.Price, trade.Quantity, fee);
        report.Check(Checks.Trades, result is not false, () => $"{Symbol}: fills of account {account} up to {Symbol}-{number} are not those of the book");
        if (result is null)
        {
            Miss(side, pair.Currency, trade);
        }
    }

    /// <summary>A side of a trade has not moved through clearing.</summary>
    protected void Miss(Side side, string currency, in BookTrade trade)
    {
        var sign = side == Side.Buy ? 1 : -1;
        missingClearing[currency] = missingClearing.GetValueOrDefault(currency) + (sign * Money.Value(trade.Price, trade.Quantity));
        missingClearing[Symbol] = missingClearing.GetValueOrDefault(Symbol) - (sign * trade.Quantity);
    }

    /// <summary>What an account's symbol is priced in; null for who never traded it.</summary>
    protected string? CurrencyOf(string account) => pairs.GetValueOrDefault((account, Symbol))?.Currency;

    private ulong SideOf(in BookTrade trade, string account, bool isMaker) => SideFingerprint(
        account, Postgres.Fingerprint.Of(account), AccountTradeRows.SpanOf(trade.TimeMs), Symbol, trade.Number, trade.TimeMs, AccountTradeRows.Role(isMaker));

    private void CheckWaiting(BookAccount account, Pair pair)
    {
        var waiting = account.ReportsBetween(pair.LastReport, long.MaxValue);
        var fills = 0;
        foreach (var one in waiting)
        {
            fills += one.Kind == BookReportKind.Fill ? 1 : 0;
        }

        report.UnderWay += waiting.Length;
        report.Check(
            Checks.Reports,
            fills == Math.Max(0, pair.BookFills - pair.AccountFills),
            () => $"{pair.BookFills - pair.AccountFills} fills of {Symbol} are not on account {account.Id}, and {fills} wait for it");
    }

    // What accounts have applied need not wait in memory.
    private void ForgetArrived()
    {
        foreach (var account in Touched)
        {
            if (pairs.TryGetValue((account.Id, Symbol), out var pair))
            {
                account.Acknowledge(Math.Min(account.LastReport, pair.LastReport));
            }
        }
    }
}
