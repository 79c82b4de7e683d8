using Bourse.Domain.Books;
using Bourse.Domain.Matching;
using Bourse.Domain.Venues;
using Bourse.GrainInterfaces.Venues;
using Bourse.Grains.Journal;

namespace Bourse.Grains.Venues;

/// <summary>
/// What goes between the grain and the broker. A request whose outcome is unknown is never repeated blindly: the broker is asked for the order by its client id, and
/// only when it does not have it after the time in which it could still arrive is it sent again.
/// </summary>
public sealed partial class VenueGrain
{
    private const int MaxSends = 5;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_askAgain = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_askIdle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_stay = TimeSpan.FromMinutes(5);

    // What this activation knows of its dealings with the broker, of each open order.
    private readonly Dictionary<Guid, Work> _work = [];

    private IBroker? Broker => brokers.FirstOrDefault(b => b.Venue == _orders.Venue);

    public async Task Tell(IReadOnlyList<BrokerState> news)
    {
        BeginChange();
        var told = new List<VenueOrder>();
        foreach (var state in news)
        {
            if (VenueOrder.TryReadClientId(state.ClientId, out var id, out _) && _orders.Find(id) is { } order)
            {
                Take(order, state);
                told.Add(order);
            }
        }

        await Deliver(told);
        foreach (var order in told.Where(o => o.IsToBeTakenBack || !o.IsAccepted || WorkOf(o).LacksFills))
        {
            _ = AdvanceApart(order);
        }
    }

    public async Task<int> Reconcile()
    {
        ThrowIfFaulted();
        var open = _orders.Open.ToArray();
        foreach (var order in open)
        {
            WorkOf(order).AskAt = time.GetTimestamp();
            await Advance(order, isApart: true);
        }

        return open.Length;
    }

    private async Task Upkeep(CancellationToken cancellation)
    {
        _pump.DeliverOverdue();
        if (_orders.Open.Count == 0)
        {
            return;
        }

        DelayDeactivation(s_stay);
        foreach (var order in _orders.Open.ToArray())
        {
            await AdvanceApart(order);
        }
    }

    /// <summary>As <see cref="Advance"/>, for who is not waited for.</summary>
    private async Task AdvanceApart(VenueOrder order)
    {
        try
        {
            await Advance(order, isApart: true);
        }
        catch (JournalUnavailableException away)
        {
            // The next upkeep goes on, by this activation or the next.
            VenueLog.Interrupted(log, Symbol, away);
        }
    }

    /// <summary>As <see cref="Advance"/>, then waits a little for what the broker says by itself.</summary>
    private async Task AdvanceUntil(VenueOrder order, Func<bool> isReached)
    {
        var work = WorkOf(order);
        await Advance(order, isApart: false);
        var since = time.GetTimestamp();
        while (_orders.Find(order.Id) == order && !isReached() && s_patience - time.GetElapsedTime(since) is { Ticks: > 0 } left)
        {
            try
            {
                await work.Changed.Task.WaitAsync(left, time);
            }
            catch (TimeoutException)
            {
                return; // the account hears of it by a report
            }
        }
    }

    /// <summary>Does with an order what can be done now: sends it, asks about it, takes it back. One at a time for each order.</summary>
    /// <param name="isApart">No answer to a command tells the account what comes of it.</param>
    private async Task Advance(VenueOrder order, bool isApart)
    {
        var work = WorkOf(order);
        if (work.IsBusy || Broker is not { } broker)
        {
            return;
        }

        work.IsBusy = true;
        try
        {
            while (_orders.Find(order.Id) == order && await Step(order, work, broker))
            {
                if (isApart)
                {
                    await Deliver([order]);
                }
                else
                {
                    await Commit();
                }
            }
        }
        finally
        {
            work.IsBusy = false;
        }
    }

    /// <returns>Whether something has changed, so that a further step may follow.</returns>
    private async Task<bool> Step(VenueOrder order, Work work, IBroker broker)
    {
        if (!order.IsAccepted && work.SentClientId != order.ClientId)
        {
            return await Send(order, work, broker);
        }

        if (time.GetTimestamp() < work.AskAt)
        {
            return false;
        }

        if (order is { IsAccepted: true, IsToBeTakenBack: true } && work.CancelSentClientId != order.ClientId)
        {
            return await TakeBack(order, work, broker);
        }

        if (order is { IsAccepted: true, IsToBeTakenBack: false } && !work.LacksFills && time.GetElapsedTime(work.HeardAt) < s_askIdle && work.AskAt == 0)
        {
            return false;
        }

        return await Ask(order, work, broker);
    }

    private async Task<bool> Send(VenueOrder order, Work work, IBroker broker)
    {
        work.Sends = work.SentClientId is null ? work.Sends + 1 : 1;
        (work.SentClientId, work.SentAt, work.AskAt) = (order.ClientId, time.GetTimestamp(), 0);
        var answer = await broker.Place(ToBroker(order));
        if (!IsCurrent(order, work))
        {
            return true;
        }

        switch (answer.Kind)
        {
            case BrokerAnswerKind.Told:
                Take(order, answer.State!);
                return true;
            case BrokerAnswerKind.Refused or BrokerAnswerKind.NotFound when !order.IsAccepted:
                return End(order, BookReportKind.Rejected, answer.Code ?? VenueCode.Rejected);
            case BrokerAnswerKind.NotDone when !order.IsAccepted:
                return End(order, BookReportKind.Rejected, VenueCode.Unavailable);
            default:
                VenueLog.Unknown(log, Symbol, order.Id);
                work.AskAt = In(TimeSpan.FromMilliseconds(500));
                return false;
        }
    }

    private async Task<bool> TakeBack(VenueOrder order, Work work, IBroker broker)
    {
        (work.CancelSentClientId, work.AskAt) = (order.ClientId, In(s_askAgain));
        var answer = await broker.Cancel(ToBroker(order));
        if (!IsCurrent(order, work))
        {
            return true;
        }

        switch (answer.Kind)
        {
            case BrokerAnswerKind.Told:
                Take(order, answer.State!);
                return true;
            case BrokerAnswerKind.NotDone or BrokerAnswerKind.Unknown:
                work.CancelSentClientId = null; // harmless when repeated
                return false;
            default:
                work.AskAt = time.GetTimestamp(); // it has ended: how is to be asked
                return true;
        }
    }

    private async Task<bool> Ask(VenueOrder order, Work work, IBroker broker)
    {
        work.AskAt = In(s_askAgain);
        var answer = await broker.Find(ToBroker(order));
        if (!IsCurrent(order, work))
        {
            return true;
        }

        switch (answer.Kind)
        {
            case BrokerAnswerKind.Told:
                work.CancelSentClientId = null;
                Take(order, answer.State!);
                work.AskAt = order.IsToBeTakenBack || !order.IsAccepted || work.LacksFills ? work.AskAt : 0;
                return true;
            case BrokerAnswerKind.NotFound when order.IsAccepted:
                // It said that it has the order: nothing but a person can tell what this means.
                VenueLog.Lost(log, Symbol, order.Id);
                work.AskAt = In(s_askIdle);
                return false;
            case BrokerAnswerKind.NotFound when time.GetElapsedTime(work.SentAt) >= broker.SettleTime:
                if (order.CancelIsWanted)
                {
                    return End(order, BookReportKind.Canceled, null);
                }

                if (work.Sends >= MaxSends)
                {
                    return End(order, BookReportKind.Rejected, VenueCode.Unavailable);
                }

                (work.SentClientId, work.AskAt) = (null, 0);
                return true;
            default:
                return false;
        }
    }

    // Applies what follows from what the broker says.
    private void Take(VenueOrder order, BrokerState state)
    {
        var work = WorkOf(order);
        _decided.Clear();
        work.LacksFills = !_orders.Decide(state.ToDomain(), NowMs, _decided);
        work.HeardAt = time.GetTimestamp();
        foreach (var e in _decided)
        {
            Apply(e);
        }

        Changed(order, work);
    }

    private bool End(VenueOrder order, BookReportKind kind, string? code)
    {
        Apply(new VenueOrderEnded(order.Id, kind, code, NowMs));
        Changed(order, WorkOf(order));
        return true;
    }

    private void Changed(VenueOrder order, Work work)
    {
        var changed = work.Changed;
        work.Changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_orders.Find(order.Id) != order)
        {
            _work.Remove(order.Id);
        }

        changed.SetResult();
    }

    // What happened meanwhile may have ended the order, or put another in its place at the broker.
    private bool IsCurrent(VenueOrder order, Work work)
    {
        BeginChange();
        return _orders.Find(order.Id) == order && work.SentClientId == order.ClientId;
    }

    private async Task Deliver(IReadOnlyList<VenueOrder> orders)
    {
        var accounts = orders.Select(_orders.AccountOf).Distinct().Select(a => (Account: a, UpTo: a.LastReport)).ToArray();
        await Commit();
        foreach (var (account, upTo) in accounts)
        {
            _pump.MarkDurable(account, upTo);
            _pump.Deliver(account);
        }
    }

    private Work WorkOf(VenueOrder order)
    {
        if (!_work.TryGetValue(order.Id, out var work))
        {
            work = new Work { SentClientId = order.ClientId, SentAt = time.GetTimestamp() };
            if (_orders.Find(order.Id) == order)
            {
                _work.Add(order.Id, work);
            }
        }

        return work;
    }

    /// <summary>A market order goes as a limit at its protection price that fills at once or not, so that it costs no more than was reserved.</summary>
    private BrokerOrder ToBroker(VenueOrder order)
    {
        var submitted = order.Submitted;
        var isProtected = submitted.Type == OrderType.Market && order.PriceTicks > 0;
        var hasLimit = isProtected || submitted.Type is OrderType.Limit or OrderType.StopLimit;
        return new BrokerOrder(
            Symbol, order.ClientId, order.VenueId, submitted.Side, isProtected ? OrderType.Limit : submitted.Type,
            isProtected ? TimeInForce.Ioc : submitted.TimeInForce, _orders.Quantity(order.QuantityLots) - order.FilledBefore,
            hasLimit ? _orders.Price(order.PriceTicks) : 0, _orders.Price(order.StopPriceTicks), submitted.PostOnly, order.FilledNow);
    }

    private long In(TimeSpan wait) => time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);

    private sealed class Work
    {
        /// <summary>The client id under which the order may have reached the broker; null = it certainly has not.</summary>
        public string? SentClientId { get; set; }

        public long SentAt { get; set; }

        public int Sends { get; set; }

        public string? CancelSentClientId { get; set; }

        /// <summary>Not to be asked about before; 0 = there is no need.</summary>
        public long AskAt { get; set; }

        public long HeardAt { get; set; }

        public bool LacksFills { get; set; }

        public bool IsBusy { get; set; }

        public TaskCompletionSource Changed { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
