using System.Buffers;
using Bourse.Domain.Accounts;
using Bourse.GrainInterfaces;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.History;
using Bourse.GrainInterfaces.Risk;
using Bourse.Grains.Feeds;
using Bourse.Grains.Instruments;
using Bourse.Grains.Journal;
using Bourse.Grains.Risk;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;

namespace Bourse.Grains.Accounts;

/// <summary>
/// A trading account. The decisions are <see cref="Account"/>'s; this shell gives them an identity, turns and a journal, takes
/// orders to their books and takes the books' reports back. Reentrant: while a commit is under way further orders are taken.
/// </summary>
[Reentrant, HashBasedPlacement]
public sealed partial class AccountGrain(
    IJournal journal,
    InstrumentCatalogue catalogue,
    QuoteBoard quotes,
    KillSwitches switches,
    IHistoryReader history,
    CommitPacer pacer,
    TimeProvider time,
    ILogger<AccountGrain> log)
    : JournaledGrain(journal), IAccountGrain
{
    private Account _account = null!;
    private OrderChannel _channel = null!;
    private LimitsLease _limits = null!;
    private string? _stream;
    private string? _id;

    protected override string Stream => _stream ??= $"account/{Id}";

    protected override long StateVersion => _account.Version;

    protected override long SnapshotMark => _account.OrderSeq;

    private string Id => _id ??= this.GetPrimaryKeyString();

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _account = new Account(Id);
        await base.OnActivateAsync(cancellationToken);
        _channel = new OrderChannel(Id, Stream, Journal, this.GetStreamProvider(Streams.Provider), time, log);
        _limits = new LimitsLease(GrainFactory.GetGrain<IRiskLimitGrain>(Id), time);
        ArmSwitch();
        if (_account.HasRiskDay)
        {
            NoteStop();
            WatchSoon();
        }

        if (_account.OpenOrderCount > 0)
        {
            // What happened to open orders while nobody was here: asked of their books outside of the activation.
            _catchingUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            ResolveAfter(TimeSpan.Zero);
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await base.OnDeactivateAsync(reason, cancellationToken);
        if (CommittedVersion == StateVersion)
        {
            _channel?.Publish(_channel.Take());
        }
    }

    public async Task Open(OpenAccount command)
    {
        BeginChange();
        foreach (var e in _account.DecideOpen(command.UserId, command.Kind, command.Currency, command.InitialDeposit, NowMs))
        {
            Apply(e);
        }

        await Commit();
    }

    public async Task<PortfolioView> Deposit(string asset, decimal amount, string reference)
    {
        BeginChange();
        var decision = _account.DecideDeposit(asset, amount, reference, NowMs);
        if (decision.Refusal is { } refusal)
        {
            throw new ArgumentException($"{refusal.Code}: {refusal.Detail}");
        }

        if (decision.Event is { } deposited)
        {
            Apply(deposited);
            await Commit();
            _channel.PublishBalances();
        }

        return await GetPortfolio();
    }

    public async Task<OrderView?> GetOrder(Guid orderId)
    {
        ThrowIfFaulted();
        await CatchUp();
        var view = _account.FindOrder(orderId) is { } order ? AccountViews.View(_account, order) : null;
        await Commit();
        return view;
    }

    public async Task<OrderView?> GetOrderByClientOrderId(string clientOrderId)
    {
        ThrowIfFaulted();
        await CatchUp();
        _account.FindByClientOrderId(clientOrderId, out var order);
        var view = order is null ? null : AccountViews.View(_account, order);
        await Commit();
        return view;
    }

    public async Task<IReadOnlyList<OrderView>> GetOpenOrders()
    {
        ThrowIfFaulted();
        await CatchUp();
        OrderView[] views = [.. _account.GetOpenOrders().Select(order => AccountViews.View(order))];
        await Commit();
        return views;
    }

    public async Task<OrderUpdates> ReadOrderUpdates(long afterSeq, int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterSeq);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, 1_000);
        ThrowIfFaulted();
        await CatchUp();
        var lastSeq = _account.OrderSeq;
        await CommitAndTell();
        return await _channel.Read(afterSeq, max, lastSeq);
    }

    public async Task<OrderUpdates> Watch()
    {
        ThrowIfFaulted();
        await CatchUp();
        _channel.Watch();
        var lastSeq = _account.OrderSeq;
        await CommitAndTell();
        return new OrderUpdates([], lastSeq, false, Journal.Epoch);
    }

    protected override void Capture(IBufferWriter<byte> state) => _account.Save(state);

    protected override void Restore(byte[] state) => _account = Account.Load(Id, state);

    protected override void Replay(byte[] payload, int count, int known)
    {
        ReadOnlySpan<byte> rest = payload;
        for (var i = 0; i < count; i++)
        {
            var e = AccountEventCodec.Read(ref rest);
            if (i >= known)
            {
                _account.Apply(e);
            }
        }
    }

    // An event that does not fit leaves a state that nothing can vouch for: it is given up, and the journal has the truth.
    private void Apply(AccountEvent e)
    {
        try
        {
            _account.Apply(e);
            AccountEventCodec.Write(Events, e);
        }
        catch (Exception broken)
        {
            Fault(broken);
            throw;
        }
    }
}
