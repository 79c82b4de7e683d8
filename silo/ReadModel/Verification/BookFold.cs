using Bourse.Domain.Books;
using Bourse.Domain.Ledger;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Silo.ReadModel.Verification;

/// <summary>Replays one book's journal through the matching engine and holds it against what the accounts say.</summary>
internal sealed class BookFold(
    string symbol, VerifyReport report, Dictionary<(string Account, string Symbol), Pair> pairs, Dictionary<string, decimal> missingClearing)
{
    private long _lastTrade;

    public TradingBook Book { get; } = new(symbol);

    public bool IsBroken { get; private set; }

    /// <summary>Every trade so far.</summary>
    public RowSet Trades { get; private set; }

    public void Apply(in TailRow row)
    {
        if (IsBroken)
        {
            return;
        }

        var (stream, version) = (row.Stream, row.Version);
        try
        {
            var reader = new WireReader(row.Payload);
            for (var i = 0; i < row.Count; i++)
            {
                Compare(BookJournal.Read(ref reader));
            }

            Book.Replay(row.Payload, row.Count);
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
        foreach (var account in Book.Accounts)
        {
            if (!pairs.TryGetValue((account.Id, symbol), out var pair))
            {
                continue; // told when its first command was compared
            }

            var arrived = report.Check(
                Checks.Reports,
                pair.LastReport <= account.LastReport,
                () => $"account {account.Id} applied report {pair.LastReport} of {symbol}, which made {account.LastReport}");
            if (arrived)
            {
                CheckWaiting(account, pair);
            }
        }
    }

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
            () => $"{pair.BookFills - pair.AccountFills} fills of {symbol} are not on account {account.Id}, and {fills} wait for it");
    }

    private void Compare(BookEntry entry)
    {
        switch (entry.Kind)
        {
            case BookEntryKind.Submit:
                CompareCommand(entry.Submit.Account, entry.Submit.CommandNumber, entry.Submit.OrderId, 0);
                break;
            case BookEntryKind.Replace:
                CompareCommand(entry.Replace.Account, entry.Replace.CommandNumber, entry.Replace.OrderId, entry.Replace.Revision);
                break;
            case BookEntryKind.Refuse:
                CompareCommand(entry.Refuse.Account, entry.Refuse.CommandNumber, entry.Refuse.OrderId, entry.Refuse.Revision);
                break;
        }

        foreach (var trade in entry.Trades ?? [])
        {
            Trades = Trades.With(Fingerprint(trade));
            report.Check(Checks.Trades, trade.Number == _lastTrade + 1, () => $"{symbol}: trade {trade.Number} follows {_lastTrade}");
            _lastTrade = trade.Number;
            CompareFill(trade.TakerAccount, trade, isMaker: false, trade.TakerOrderId, trade.Side, trade.TakerFee);
            CompareFill(trade.MakerAccount, trade, isMaker: true, trade.MakerOrderId, trade.Side == Side.Buy ? Side.Sell : Side.Buy, trade.MakerFee);
        }
    }

    private void CompareCommand(string account, long number, Guid order, int revision) => report.Check(
        Checks.Commands,
        pairs.TryGetValue((account, symbol), out var pair) && pair.BookCommanded(number, order, revision),
        () => $"{symbol} took command {number} (order {order}) of account {account}, which did not send it so");

    private void CompareFill(string account, in BookTrade trade, bool isMaker, Guid order, Side side, decimal fee)
    {
        var number = trade.Number;
        if (!pairs.TryGetValue((account, symbol), out var pair))
        {
            report.Check(Checks.Trades, false, () => $"{symbol}-{number}: account {account} never traded {symbol}");
            return;
        }

        var result = pair.BookFilled(number, isMaker, order, side, trade.Price, trade.Quantity, fee);
        report.Check(Checks.Trades, result is not false, () => $"{symbol}: fills of account {account} up to {symbol}-{number} are not those of the book");
        if (result is null)
        {
            var sign = side == Side.Buy ? 1 : -1;
            var value = Money.Value(trade.Price, trade.Quantity);
            missingClearing[pair.Currency] = missingClearing.GetValueOrDefault(pair.Currency) + (sign * value);
            missingClearing[symbol] = missingClearing.GetValueOrDefault(symbol) - (sign * trade.Quantity);
        }
    }

    // What accounts have applied need not wait in memory.
    private void ForgetArrived()
    {
        foreach (var account in Book.Touched)
        {
            if (pairs.TryGetValue((account.Id, symbol), out var pair))
            {
                account.Acknowledge(Math.Min(account.LastReport, pair.LastReport));
            }
        }
    }
}
