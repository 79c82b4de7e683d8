using Bourse.Domain.Accounts;
using Bourse.Domain.Serialization;

namespace Bourse.Silo.ReadModel.Verification;

/// <summary>
/// Folds one account's journal by the domain's own rules, which is another way than the projector's. Orders that have ended are
/// kept as a fingerprint only, so that memory holds what the account itself holds.
/// </summary>
internal sealed class AccountFold(string id, VerifyReport report, Dictionary<(string Account, string Symbol), Pair> pairs)
{
    private const int EventsBetweenChecks = 1_000;

    private long _checkedAt;

    public Account Account { get; } = new(id);

    /// <summary>True once an event could not be applied: nothing after it means anything.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Orders that have ended.</summary>
    public RowSet Ended { get; private set; }

    public RowSet CashMovements { get; private set; }

    /// <summary>Hears each order that ends.</summary>
    public Action<Order>? OnEnded { get; init; }

    public void Apply(in TailRow row)
    {
        if (IsBroken)
        {
            return;
        }

        var (stream, version, count) = (row.Stream, row.Version, row.Count);
        try
        {
            ReadOnlySpan<byte> rest = row.Payload;
            for (var i = 0; i < count; i++)
            {
                var e = AccountEventCodec.Read(ref rest);
                Account.Apply(e);
                Note(e);
            }

            report.Check(Checks.Readable, rest.IsEmpty, () => $"{stream} {version}: bytes follow its {count} events");
        }
        catch (Exception e) when (e is WireFormatException or InvalidOperationException or Domain.Ledger.LedgerException)
        {
            IsBroken = true;
            report.Check(Checks.Readable, false, () => $"{stream} {version}: {e.Message}");
        }

        if (Account.Version - _checkedAt >= EventsBetweenChecks)
        {
            CheckInvariants();
        }
    }

    public void CheckInvariants()
    {
        _checkedAt = Account.Version;
        var problems = Account.CheckInvariants();
        report.Check(Checks.Invariants, problems.Count == 0, () => problems[0]);
    }

    /// <summary>The account's side of its dealings with each book is complete.</summary>
    public void Finish()
    {
        foreach (var (symbol, currency, _) in Account.GetPositions())
        {
            var pair = PairOf(symbol, currency);
            pair.LastReport = Account.LastReport(symbol);
            pair.Resolved(FirstUnresolved(symbol), atEnd: true);
        }
    }

    private void Note(AccountEvent e)
    {
        switch (e)
        {
            case OrderPlaced { Request.Advanced.Leg: null } or OrderPlaced { Request.Advanced: null }:
                var placed = (OrderPlaced)e;
                PairOf(placed.Symbol, placed.Currency).AccountCommanded(placed.CommandNumber, placed.OrderId, 0);
                break;
            case ReplaceRequested requested:
                pairs[(id, requested.Symbol)].AccountCommanded(requested.CommandNumber, requested.OrderId, requested.Revision);
                break;
            case Deposited deposited:
                CashMovements = CashMovements.With(CashFingerprint(Account.Version, deposited.Asset, deposited.Amount));
                break;
            case Withdrawn withdrawn:
                CashMovements = CashMovements.With(CashFingerprint(Account.Version, withdrawn.Asset, -withdrawn.Amount));
                break;
            case ReportedEvent reported:
                NoteReported(reported);
                break;
        }
    }

    public static ulong CashFingerprint(long version, string asset, decimal amount)
    {
        var hash = default(RowHash);
        hash.Add(version);
        hash.Add(asset);
        hash.Add(amount);
        return hash.Value;
    }

    private void NoteReported(ReportedEvent e)
    {
        var pair = pairs[(id, e.Symbol)];
        if (e is OrderFilled fill)
        {
            pair.AccountFilled(fill.TradeNumber, fill.IsMaker, fill.OrderId, fill.Side, fill.Price, fill.Quantity, fill.Fee);
        }

        pair.Resolved(FirstUnresolved(e.Symbol), atEnd: false);
        if (e is OrderFilled { Completes: true } or OrderCanceled or OrderRejected or OrderExpired && Account.FindOrder(e.OrderId) is { } ended)
        {
            Ended = Ended.With(OrderState.From(ended).Fingerprint());
            OnEnded?.Invoke(ended);
        }
    }

    private long FirstUnresolved(string symbol)
    {
        var unresolved = Account.UnresolvedCommands(symbol);
        return unresolved.Count == 0 ? Account.NextCommand(symbol) : unresolved[0].CommandNumber;
    }

    private Pair PairOf(string symbol, string currency)
    {
        if (!pairs.TryGetValue((id, symbol), out var pair))
        {
            pair = new Pair(currency);
            pairs.Add((id, symbol), pair);
        }

        return pair;
    }
}
