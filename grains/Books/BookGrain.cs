using System.Buffers;
using Bourse.Domain.Books;
using Bourse.Domain.Instruments;
using Bourse.GrainInterfaces.Books;
using Bourse.Grains.Breakers;
using Bourse.Grains.Feeds;
using Bourse.Grains.Instruments;
using Bourse.Grains.Journal;
using Bourse.Grains.Risk;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;

namespace Bourse.Grains.Books;

/// <summary>
/// The order book of a symbol. A command's turn matches and journals; when that is durable the answer carries the account's own
/// reports, and <see cref="ReportPump"/> brings the others theirs, outside any command's turn.
/// </summary>
[Reentrant, HashBasedPlacement]
public sealed partial class BookGrain(
    IJournal journal, InstrumentCatalogue catalogue, KillSwitches switches, IBookDeadlines deadlines, QuoteBoard quotes, BreakerOptions breakers,
    TimeProvider time, ILogger<BookGrain> log)
    : JournaledGrain(journal), IBookGrain
{
    private const int MaxDepthLevels = 1_000;
    private static readonly TimeSpan s_upkeepInterval = TimeSpan.FromSeconds(1);

    private TradingBook _book = null!;
    private ReportPump _pump = null!;
    private TradePublisher _trades = null!;
    private string? _stream;
    private string? _symbol;

    protected override string Stream => _stream ??= $"book/{Symbol}";

    protected override long StateVersion => _book.Version;

    protected override bool GathersCommits => true;

    // The instrument's own, as an account has it too: what looks a symbol up then need not read its letters.
    private string Symbol => _symbol ??= string.Intern(this.GetPrimaryKeyString());

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _book = new TradingBook(Symbol);
        await base.OnActivateAsync(cancellationToken);
        _pump = new ReportPump(Symbol, GrainFactory, time, log);
        _trades = new TradePublisher(Symbol, GrainFactory, log);
        foreach (var account in _book.Accounts)
        {
            _pump.MarkDurable(account, account.LastReport);
        }

        this.RegisterGrainTimer(Upkeep, new GrainTimerCreationOptions(s_upkeepInterval, s_upkeepInterval) { Interleave = true });
    }

    public Task<BookAnswer> Submit(BookOrder order) => catalogue.TryGet(Symbol, out var instrument) && switches.TryGet(out var stops)
        ? Submit(order, instrument, stops)
        : SubmitLater(order);

    public async Task<BookAnswer> Replace(BookReplace replace)
    {
        var (instrument, stops) = (await FindInstrument(), await switches.Get());
        BeginCommand(instrument);
        if (stops.For(replace.Account, Symbol).Refuses(replace.SwitchVersion) is { } code)
        {
            return await Refuse(new RefuseCommand(
                replace.OrderId, replace.Account, replace.CommandNumber, replace.AcknowledgedReport, replace.Revision, code));
        }

        var command = new ReplaceOrder(
            replace.OrderId, replace.Account, replace.CommandNumber, replace.AcknowledgedReport, replace.Revision,
            replace.PriceTicks, replace.QuantityLots, replace.StopPriceTicks);
        var result = Change(static (book, c, nowMs, events) => book.Replace(c, nowMs, events), command);
        return await Answer(result, replace.Account, replace.AcknowledgedReport);
    }

    public Task<BookAnswer> Cancel(BookCancel cancel)
    {
        BeginChange();
        var result = Change(static (book, c, nowMs, events) => book.Cancel(c.OrderId, c.Account, nowMs, events), cancel);
        return Answer(result, cancel.Account, cancel.AcknowledgedReport);
    }

    public async Task<BookAnswer> GetReports(string account, long after)
    {
        ThrowIfFaulted();
        var found = _book.FindAccount(account);
        if (after > (found?.LastReport ?? 0))
        {
            // The account has what this activation never said: another one wrote.
            Fault(new JournalConflictException($"account {account} has report {after} of {Symbol}; the newest here is {found?.LastReport ?? 0}"));
            ThrowIfFaulted();
        }

        return await _pump.GetReports(found, after, Commit);
    }

    public async Task<DepthView> GetDepth(int levels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(levels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(levels, MaxDepthLevels);
        ThrowIfFaulted();
        var view = BookDepth.View(_book, levels);
        await Commit();
        return view;
    }

    public Task Resolve()
    {
        ThrowIfFaulted();
        _pump.DeliverOverdue();
        return Task.CompletedTask;
    }

    protected override void Capture(IBufferWriter<byte> state) => _book.Save(state);

    protected override void Restore(byte[] state) => _book = TradingBook.Load(Symbol, state);

    protected override void Replay(byte[] payload, int count, int known) => _book.Replay(payload, count, known);

    private async Task<BookAnswer> SubmitLater(BookOrder order) => await Submit(order, await FindInstrument(), await switches.Get());

    private Task<BookAnswer> Submit(BookOrder order, Instrument instrument, Switches stops)
    {
        BeginCommand(instrument);
        if (order.CommitRun != 0 && order.CommitRun != Journal.CommitRunOf(Stream))
        {
            return Task.FromResult(new BookAnswer(BookAnswerKind.NotDurable, 0, [], 0, Journal.CommitRunOf(Stream)));
        }

        if (stops.For(order.Account, Symbol).Refuses(order.SwitchVersion) is { } code)
        {
            return Refuse(new RefuseCommand(order.OrderId, order.Account, order.CommandNumber, order.AcknowledgedReport, 0, code), order.CommitRun);
        }

        var command = new SubmitOrder(
            order.OrderId, order.Account, order.CommandNumber, order.AcknowledgedReport, order.Side, order.Type, order.TimeInForce,
            order.PriceTicks, order.QuantityLots, order.StopPriceTicks, order.PostOnly, order.SelfTradePrevention, order.Advanced?.ToDomain());
        var result = Change(static (book, c, nowMs, events) => book.Submit(c, nowMs, events), command);
        return Answer(result, order.Account, order.AcknowledgedReport, order.CommitRun);
    }

    // A change that breaks off leaves a state that nothing can vouch for: it is given up, and the journal has the truth.
    private CommandResult Change<T>(Func<TradingBook, T, long, IBufferWriter<byte>, CommandResult> change, T command)
    {
        try
        {
            return change(_book, command, NowMs, Events);
        }
        catch (Exception broken)
        {
            Fault(broken);
            throw;
        }
    }

    // An order that a kill switch overtook on its way.
    private Task<BookAnswer> Refuse(RefuseCommand refuse, long dependsOn = 0)
    {
        var result = Change(static (book, c, nowMs, events) => book.Refuse(c, nowMs, events), refuse);
        return Answer(result, refuse.Account, refuse.AcknowledgedReport, dependsOn);
    }

    private async Task<BookAnswer> Answer(CommandResult result, string accountId, long acknowledged, long dependsOn = 0)
    {
        var account = _book.FindAccount(accountId);
        var (nextCommand, upTo) = account is null ? (1, 0) : (account.LastCommand + 1, account.LastReport);
        (BookAccount Account, long UpTo)[] touched = [];
        if (result == CommandResult.Taken)
        {
            DependOn(dependsOn);
            touched = TakeTouched();
            _trades.Add(_book.Version, _book.Trades);
            NoteTrades();
        }

        await Commit();
        _trades.Release(CommittedVersion);
        var answer = _pump.Answer(result, account, nextCommand, upTo, acknowledged, Journal.CommitRunOf(Stream));
        foreach (var (other, report) in touched)
        {
            _pump.MarkDurable(other, report);
            _pump.Deliver(other);
        }

        return answer;
    }

    private (BookAccount Account, long UpTo)[] TakeTouched()
    {
        var touched = new (BookAccount, long)[_book.Touched.Count];
        for (var i = 0; i < touched.Length; i++)
        {
            touched[i] = (_book.Touched[i], _book.Touched[i].LastReport);
        }

        return touched;
    }

    // The catalogue's answer is there at once, but for the first order after the silo's start.
    private async ValueTask<Instrument> FindInstrument() =>
        await catalogue.Find(Symbol) ?? throw new JournalUnavailableException($"the catalogue does not know {Symbol} yet");

    private void BeginCommand(Instrument instrument)
    {
        BeginChange();
        var terms = new BookTerms(instrument.TickSize, instrument.LotSize, instrument.MakerFeeRate, instrument.TakerFeeRate);
        if (terms != _book.Terms)
        {
            Change(
                static (book, change, nowMs, events) =>
                {
                    book.SetTerms(change.terms, SessionCalendar.Get(change.instrument.Calendar).NextClose(nowMs), events);
                    return CommandResult.Taken;
                },
                (terms, instrument));
        }

        EndDue();
        if (breakers.OpeningSeconds > 0)
        {
            BeginOpening(instrument);
        }
    }
}
