using System.Buffers;
using Bourse.Domain.Books;
using Bourse.Domain.Instruments;
using Bourse.Domain.Serialization;
using Bourse.Domain.Venues;
using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.Venues;
using Bourse.Grains.Books;
using Bourse.Grains.Instruments;
using Bourse.Grains.Journal;
using Bourse.Grains.Risk;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;

namespace Bourse.Grains.Venues;

/// <summary>
/// The orders of one symbol at an outside broker. It takes a book's place in the order protocol: a command is durable here before the broker hears of it, and what the
/// broker says becomes numbered reports to the account. What the broker did is never assumed: see <see cref="Advance"/>.
/// </summary>
[Reentrant, HashBasedPlacement]
public sealed partial class VenueGrain(
    IJournal journal, InstrumentCatalogue catalogue, KillSwitches switches, IEnumerable<IBroker> brokers, TimeProvider time, ILogger<VenueGrain> log)
    : JournaledGrain(journal), IVenueGrain
{
    private static readonly TimeSpan s_upkeepInterval = TimeSpan.FromSeconds(1);

    private readonly List<VenueEvent> _decided = [];
    private VenueOrders _orders = null!;
    private ReportPump _pump = null!;
    private string? _stream;
    private string? _symbol;

    protected override string Stream => _stream ??= $"venue/{Symbol}";

    protected override long StateVersion => _orders.Version;

    private string Symbol => _symbol ??= this.GetPrimaryKeyString();

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _orders = new VenueOrders(Symbol);
        await base.OnActivateAsync(cancellationToken);
        _pump = new ReportPump(Symbol, GrainFactory, time, log);
        foreach (var account in _orders.Accounts)
        {
            _pump.MarkDurable(account, account.LastReport);
        }

        foreach (var order in _orders.Open)
        {
            // It may have been sent just before the activation before this one ended.
            _work[order.Id] = new Work { SentClientId = order.ClientId, SentAt = time.GetTimestamp() };
        }

        this.RegisterGrainTimer(Upkeep, new GrainTimerCreationOptions(s_upkeepInterval, s_upkeepInterval) { Interleave = true });
    }

    public async Task<BookAnswer> Submit(BookOrder order)
    {
        if (order.CommitRun != 0)
        {
            // What a broker is told cannot be taken back, so it has to be durable.
            return new BookAnswer(BookAnswerKind.NotDurable, 0, [], 0);
        }

        var (instrument, stops) = (await FindInstrument(), await switches.Get());
        BeginChange();
        if (_orders.Check(order.Account, order.CommandNumber) is { } early)
        {
            return await Answer(early, order.Account, order.AcknowledgedReport);
        }

        SetTerms(instrument);
        var submit = new SubmitOrder(
            order.OrderId, order.Account, order.CommandNumber, order.AcknowledgedReport, order.Side, order.Type, order.TimeInForce,
            order.PriceTicks, order.QuantityLots, order.StopPriceTicks, order.PostOnly, order.SelfTradePrevention);
        var code = stops.For(order.Account, Symbol).Refuses(order.SwitchVersion) ?? FindFault(submit, isAdvanced: order.Advanced is not null);
        Apply(code is null
            ? new VenueOrderTaken(submit, NowMs)
            : new VenueCommandRefused(new RefuseCommand(order.OrderId, order.Account, order.CommandNumber, order.AcknowledgedReport, 0, code), NowMs));
        await Commit();
        if (_orders.Find(order.OrderId) is { } taken)
        {
            _work[taken.Id] = new Work();
            await Advance(taken, isApart: false);
        }

        return await Answer(CommandResult.Taken, order.Account, order.AcknowledgedReport);
    }

    public async Task<BookAnswer> Replace(BookReplace replace)
    {
        var (instrument, stops) = (await FindInstrument(), await switches.Get());
        BeginChange();
        if (_orders.Check(replace.Account, replace.CommandNumber) is { } early)
        {
            return await Answer(early, replace.Account, replace.AcknowledgedReport);
        }

        SetTerms(instrument);
        var code = stops.For(replace.Account, Symbol).Refuses(replace.SwitchVersion);
        Apply(code is null
            ? new VenueReplaceTaken(
                new ReplaceOrder(
                    replace.OrderId, replace.Account, replace.CommandNumber, replace.AcknowledgedReport, replace.Revision, replace.PriceTicks,
                    replace.QuantityLots, replace.StopPriceTicks),
                NowMs)
            : new VenueCommandRefused(
                new RefuseCommand(replace.OrderId, replace.Account, replace.CommandNumber, replace.AcknowledgedReport, replace.Revision, code), NowMs));
        await Commit();
        if (_orders.Find(replace.OrderId) is { Replacement: not null } order)
        {
            await AdvanceUntil(order, () => order is { IsAccepted: true, IsToBeTakenBack: false });
        }

        return await Answer(CommandResult.Taken, replace.Account, replace.AcknowledgedReport);
    }

    public async Task<BookAnswer> Cancel(BookCancel cancel)
    {
        BeginChange();
        if (_orders.Find(cancel.OrderId) is not { } order || _orders.AccountOf(order).Id != cancel.Account)
        {
            return await Answer(CommandResult.NotOpen, cancel.Account, cancel.AcknowledgedReport);
        }

        if (!order.CancelIsWanted)
        {
            Apply(new VenueCancelWanted(order.Id, NowMs));
            await Commit();
        }

        await AdvanceUntil(order, () => false);
        return await Answer(CommandResult.Taken, cancel.Account, cancel.AcknowledgedReport);
    }

    public async Task<BookAnswer> GetReports(string account, long after)
    {
        ThrowIfFaulted();
        var found = _orders.FindAccount(account);
        if (after > (found?.LastReport ?? 0))
        {
            // The account has what this activation never said: another one wrote.
            Fault(new JournalConflictException($"account {account} has report {after} of {Symbol}; the newest here is {found?.LastReport ?? 0}"));
            ThrowIfFaulted();
        }

        return await _pump.GetReports(found, after, Commit);
    }

    public Task Resolve()
    {
        ThrowIfFaulted();
        _pump.DeliverOverdue();
        return Task.CompletedTask;
    }

    protected override void Capture(IBufferWriter<byte> state) => _orders.Save(state);

    protected override void Restore(byte[] state) => _orders = VenueOrders.Load(Symbol, state);

    protected override void Replay(byte[] payload, int count, int known)
    {
        var reader = new WireReader(payload);
        for (var i = 0; i < count; i++)
        {
            var e = VenueEventCodec.Read(ref reader);
            if (i >= known)
            {
                _orders.Apply(e);
            }
        }
    }

    // An event that does not fit leaves a state that nothing can vouch for: it is given up, and the journal has the truth.
    private void Apply(VenueEvent e)
    {
        try
        {
            _orders.Apply(e);
            VenueEventCodec.Write(Events, e);
        }
        catch (Exception broken)
        {
            Fault(broken);
            throw;
        }
    }

    private void SetTerms(Instrument instrument)
    {
        var terms = new BookTerms(instrument.TickSize, instrument.LotSize, instrument.MakerFeeRate, instrument.TakerFeeRate);
        var venue = instrument.Venue ?? throw new InvalidOperationException($"{Symbol} does not trade at an outside venue");
        if (terms != _orders.Terms || venue != _orders.Venue)
        {
            Apply(new VenueTermsSet(terms, venue, NowMs));
        }
    }

    private string? FindFault(in SubmitOrder submit, bool isAdvanced) =>
        isAdvanced ? VenueCode.Unsupported
        : Broker is not { } broker ? VenueCode.Unavailable
        : broker.FindFault(ToBroker(new VenueOrder(submit, 0)));

    // The catalogue's answer is there at once, but for the first order after the silo's start.
    private async ValueTask<Instrument> FindInstrument() =>
        await catalogue.Find(Symbol) ?? throw new JournalUnavailableException($"the catalogue does not know {Symbol} yet");

    // Durable first, then told: in the answer to who asks, by the pump to everybody else.
    private async Task<BookAnswer> Answer(CommandResult result, string accountId, long acknowledged)
    {
        ThrowIfFaulted();
        var account = _orders.FindAccount(accountId);
        var (nextCommand, upTo) = account is null ? (1, 0) : (account.LastCommand + 1, account.LastReport);
        await Commit();
        return _pump.Answer(result, account, nextCommand, upTo, acknowledged);
    }
}
