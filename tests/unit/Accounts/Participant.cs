using System.Buffers;
using System.Runtime.InteropServices;
using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;

namespace Bourse.Tests.Unit.Accounts;

/// <summary>An account on the trading floor with its journal, and every report that books ever made for it.</summary>
internal sealed class Participant(string id, RiskLimits limits)
{
    private readonly Dictionary<string, List<BookReport>> _reports = [];
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public Account Account { get; private set; } = new(id);

    public RiskLimits Limits { get; } = limits;

    public List<AccountEvent> Journal { get; } = [];

    public List<BookReport> Reports(string symbol) => _reports.TryGetValue(symbol, out var reports) ? reports : _reports[symbol] = [];

    public void Keep(TradingBook book)
    {
        if (book.FindAccount(Account.Id) is { } account)
        {
            var reports = Reports(book.Symbol);
            reports.AddRange(account.ReportsBetween(reports.Count, long.MaxValue));
        }
    }

    public void Apply(AccountEvent e)
    {
        Account.Apply(e);
        Write(e);
    }

    public ReportOutcome Take(string symbol, List<BookReport> reports)
    {
        var events = new List<AccountEvent>();
        var updates = new List<ChannelUpdate>();
        var seq = Account.OrderSeq;
        var outcome = Account.TakeReports(symbol, CollectionsMarshal.AsSpan(reports), events, update => updates.Add(update with { Order = update.Order.Copy() }));
        events.ForEach(Write);
        updates.Select(u => u.Seq).ShouldBe(Enumerable.Range(1, updates.Count).Select(i => seq + i));
        Account.OrderSeq.ShouldBe(seq + updates.Count);
        return outcome;
    }

    public byte[] Saved() => Desk.Saved(Account);

    public void Reload() => Account = Account.Load(id, Saved());

    public void Check()
    {
        Account.CheckInvariants().ShouldBeEmpty();
        foreach (var orders in Account.GetOpenOrders().Where(o => o.ReduceOnly).GroupBy(o => (o.Symbol, o.Side)))
        {
            var position = Account.GetPosition(orders.Key.Symbol).Quantity * (orders.Key.Side == Side.Sell ? 1 : -1);
            orders.Sum(o => o.LeavesQuantity).ShouldBeLessThanOrEqualTo(position, $"reduce-only orders of {id} in {orders.Key}");
        }

        foreach (var balance in Account.Balances)
        {
            var isCash = balance.Asset is "USD" or "EUR";
            if (isCash ? !Limits.Unlimited : !Limits.AllowShort)
            {
                balance.Free.ShouldBeGreaterThanOrEqualTo(0m, $"{id} has {balance.Free} {balance.Asset} free");
            }
        }
    }

    public void CheckReplay()
    {
        var again = new Account(id);
        for (var bytes = _bytes.WrittenSpan; !bytes.IsEmpty;)
        {
            again.Apply(AccountEventCodec.Read(ref bytes));
        }

        Desk.Saved(again).ShouldBe(Saved(), $"{id} from its journal");
        Desk.Saved(Account.Load(id, Saved())).ShouldBe(Saved(), $"{id} from its snapshot");
        again.Version.ShouldBe(Journal.Count);
    }

    private void Write(AccountEvent e)
    {
        Journal.Add(e);
        AccountEventCodec.Write(_bytes, e);
    }
}
