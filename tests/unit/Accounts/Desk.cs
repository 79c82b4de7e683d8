using System.Buffers;
using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;

namespace Bourse.Tests.Unit.Accounts;

/// <summary>One account with 10,000 USD, an instrument, and a book's pen: the reports that it is told.</summary>
internal sealed class Desk
{
    public const string Symbol = "AAPL";
    private readonly Dictionary<string, long> _reports = [];
    private int _orders;

    public Desk(RiskLimits? limits = null, decimal cash = 10_000m)
    {
        Limits = limits ?? RiskLimits.Default;
        foreach (var e in Account.DecideOpen("user-1", "trader", "USD", cash, NowMs))
        {
            Apply(e);
        }
    }

    public Account Account { get; private set; } = new("acc-1");

    public RiskLimits Limits { get; set; }

    public Instrument Instrument { get; set; } = new(
        Symbol, "Apple Inc.", AssetClass.Stock, "USD", 0.01m, 1m, 0.10m, "always", InstrumentStatus.Open, 0.001m, 0.002m);

    public decimal? Reference { get; set; } = 100m;

    /// <summary>2026-06-15 12:00 UTC, a Monday.</summary>
    public long NowMs { get; set; } = 1_781_524_800_000;

    public List<AccountEvent> Journal { get; } = [];

    public List<ChannelUpdate> Updates { get; } = [];

    public decimal Cash => Account.FindBalance("USD")!.Total;

    public decimal Free => Account.FindBalance("USD")!.Free;

    public decimal Held => Account.FindBalance("USD")!.Held;

    public OrderRequest Request(
        Side side = Side.Buy, decimal quantity = 10m, decimal? limit = 100m, OrderType type = OrderType.Limit, decimal? stop = null,
        TimeInForce timeInForce = TimeInForce.Gtc, bool postOnly = false, bool reduceOnly = false, string? id = null) =>
        new(Symbol, side, type, timeInForce, quantity, limit, stop, postOnly, reduceOnly, SelfTradePrevention.CancelNewest, id ?? $"c-{++_orders}");

    public PlaceDecision Decide(OrderRequest request) =>
        Account.DecidePlace(request, request.Symbol == Symbol ? Instrument : null, Reference, Limits, Guid.CreateVersion7(), NowMs);

    public string? RefusalOf(OrderRequest request)
    {
        var before = Saved();
        var decision = Decide(request);
        Saved().ShouldBe(before);
        return decision.Refusal?.Code;
    }

    public Order Place(OrderRequest request)
    {
        var decision = Decide(request);
        decision.Refusal.ShouldBeNull();
        Apply(decision.Event!);
        return Account.FindOrder(decision.Event!.OrderId)!;
    }

    /// <summary>An order that its book has accepted.</summary>
    public Order Rest(OrderRequest request)
    {
        var order = Place(request);
        Tell(order, order.StopPrice is null ? BookReportKind.Accepted : BookReportKind.Held);
        return order;
    }

    /// <summary>Buys and has it filled, so that there is a position.</summary>
    public void Own(decimal quantity, decimal price = 100m) => Fill(Place(Request(quantity: quantity, limit: price)), price, quantity);

    public ReplaceDecision DecideReplace(Guid id, decimal? quantity = null, decimal? limit = null, decimal? stop = null) =>
        Account.DecideReplace(id, quantity, limit, stop, Instrument, Reference, Limits, NowMs);

    public ReplaceRequested Replace(Order order, decimal? quantity = null, decimal? limit = null, decimal? stop = null)
    {
        var decision = DecideReplace(order.Id, quantity, limit, stop);
        decision.Refusal.ShouldBeNull();
        Apply(decision.Event!);
        return decision.Event!;
    }

    public BookReport Fill(Order order, decimal price, decimal quantity, bool maker = false)
    {
        var fee = Instrument is var i ? new BookTerms(i.TickSize, i.LotSize, i.MakerFeeRate, i.TakerFeeRate).Fee(price, quantity, maker) : 0;
        return Tell(order, BookReportKind.Fill, price: price, quantity: quantity, fee: fee, maker: maker);
    }

    public BookReport Tell(
        Order order, BookReportKind kind, string? code = null, decimal price = 0, decimal quantity = 0, decimal fee = 0, bool maker = false, int revision = 0)
    {
        var report = Report(order, kind, code, price, quantity, fee, maker, revision);
        Take(report).ShouldBe(ReportOutcome.Applied);
        return report;
    }

    public BookReport Report(
        Order order, BookReportKind kind, string? code = null, decimal price = 0, decimal quantity = 0, decimal fee = 0, bool maker = false, int revision = 0)
    {
        var number = _reports[order.Symbol] = _reports.GetValueOrDefault(order.Symbol) + 1;
        return new BookReport(number, order.Id, kind, code, kind == BookReportKind.Fill ? number : 0, price, quantity, fee, maker, NowMs, revision);
    }

    public ReportOutcome Take(params BookReport[] reports)
    {
        var outcome = Account.TakeReports(Symbol, reports, Journal, update => Updates.Add(update with { Order = update.Order.Copy() }));
        Account.CheckInvariants().ShouldBeEmpty();
        return outcome;
    }

    public void Apply(AccountEvent e)
    {
        Account.Apply(e);
        Journal.Add(e);
        Account.CheckInvariants().ShouldBeEmpty();
    }

    public byte[] Saved() => Saved(Account);

    public static byte[] Saved(Account account)
    {
        var output = new ArrayBufferWriter<byte>();
        account.Save(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The account that the journal's bytes make.</summary>
    public Account Replayed()
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var e in Journal)
        {
            AccountEventCodec.Write(output, e);
        }

        var account = new Account(Account.Id);
        for (var bytes = output.WrittenSpan; !bytes.IsEmpty;)
        {
            account.Apply(AccountEventCodec.Read(ref bytes));
        }

        return account;
    }
}
