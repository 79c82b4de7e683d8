using Bourse.Domain.Accounts;
using Bourse.Domain.Instruments;
using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Books;
using Bourse.Grains.Journal;

namespace Bourse.Grains.Accounts;

/// <summary>Commands on orders: decided and made durable here, then taken to the book.</summary>
public sealed partial class AccountGrain
{
    private const ConfigureAwaitOptions WithoutThrowing = ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing;
    private static readonly TimeSpan s_oldestHistory = TimeSpan.FromMilliseconds(Account.ClosedOrdersKeptMs / 2);

    // Of orders with a command on its way to the book: who waits for its end.
    private readonly Dictionary<Guid, TaskCompletionSource> _waiters = [];

    public async Task<OrderAnswer> Place(PlaceOrder command)
    {
        Order? underWay = null;
        try
        {
            BeginChange();
            var symbol = command.Terms.Symbol;
            var instrument = catalogue.TryGet(symbol, out var known) ? known : await catalogue.Find(symbol);
            var request = command.Terms.ToRequest(instrument?.Symbol);
            if (_account.FindByClientOrderId(request.ClientOrderId, out _) == ClientIdLookup.MaybeOlder && await FindOlder(request) is { } older)
            {
                return older;
            }

            var reference = instrument is null ? null : await quotes.GetReference(request.Symbol);
            var limits = await _limits.Get();
            var marks = limits.NeedsMarks ? await Marks(request.Symbol) : null;
            limits = marks is null ? limits : await _limits.Get(); // that may have taken a while
            var stops = await switches.Get();
            BeginChange();
            var now = time.GetUtcNow();
            if (marks is not null)
            {
                LookAt(limits, marks, now.ToUnixTimeMilliseconds());
            }

            var decision = _account.DecidePlace(
                request, instrument, reference, limits, OrderIds.Next(now), now.ToUnixTimeMilliseconds(),
                stops.For(Id, request.Symbol).State, stops.IsRestricted(limits.Rules?.UserClass, request.Symbol), marks);
            switch (decision.Outcome)
            {
                case PlaceOutcome.Placed:
                    Apply(decision.Event!);
                    if (decision.Legs is { } legs)
                    {
                        ApplyLegs(legs);
                    }

                    var order = _account.FindOrder(decision.Event!.OrderId)!;
                    underWay = order;
                    order.IsUnderWay = true;
                    return await Send(order, instrument!, stops.Version);
                case PlaceOutcome.Repeated:
                    return await AnswerRepeated(decision.Order!);
                case PlaceOutcome.Conflict:
                    var first = AccountViews.View(_account, decision.Order!);
                    await Commit();
                    return new OrderAnswer(AnswerKind.Conflict, first, "client_order_id_conflict", "The client order id was used with other content.");
                default:
                    if (marks is not null)
                    {
                        await Commit(); // a day that began, or was stopped, in this turn
                    }

                    return Refused(decision.Refusal!);
            }
        }
        catch (Exception away) when (Outage.Is(away))
        {
            return Unavailable(away.Message);
        }
        finally
        {
            EndWait(underWay);
        }
    }

    public async Task<OrderAnswer> Replace(Guid orderId, OrderChanges changes)
    {
        Order? underWay = null;
        try
        {
            BeginChange();
            if (_account.FindOrder(orderId) is not { } order)
            {
                return new OrderAnswer(AnswerKind.NotFound, null);
            }

            await WaitUntilSettled(order);
            var instrument = await catalogue.Find(order.Symbol);
            var reference = await quotes.GetReference(order.Symbol);
            var limits = await _limits.Get();
            var marks = limits.NeedsMarks ? await Marks(order.Symbol) : null;
            limits = marks is null ? limits : await _limits.Get();
            var stops = await switches.Get();
            BeginChange();
            var decision = _account.DecideReplace(
                orderId, changes.Quantity, changes.LimitPrice, changes.StopPrice, instrument, reference, limits, NowMs,
                stops.For(Id, order.Symbol).State, stops.IsRestricted(limits.Rules?.UserClass, order.Symbol), marks);
            if (decision.Refusal is { } refusal)
            {
                return Refused(refusal);
            }

            Apply(decision.Event!);
            underWay = order;
            order.IsUnderWay = true;
            var line = Line(order.Symbol);
            await CommitBefore(line);
            var sent = VenueOf(line, instrument!).Replace(BookCommands.Replace(Id, decision.Event!, instrument!, line.Durable(CommittedVersion), stops.Version));
            await ((Task)sent).ConfigureAwait(WithoutThrowing);
            return await Conclude(order, sent);
        }
        catch (Exception away) when (Outage.Is(away))
        {
            return Unavailable(away.Message);
        }
        finally
        {
            EndWait(underWay);
        }
    }

    public async Task<OrderAnswer> Cancel(Guid orderId)
    {
        try
        {
            ThrowIfFaulted();
            if (_account.FindOrder(orderId) is not { } order)
            {
                return new OrderAnswer(AnswerKind.NotFound, null);
            }

            await WaitUntilSettled(order);
            if (!order.IsOpen)
            {
                return await AnswerEnded(order);
            }

            var line = Line(order.Symbol);
            var answer = await (await VenueOf(line)).Cancel(new BookCancel(orderId, Id, line.Durable(CommittedVersion)));
            await TakeAnswer(order.Symbol, answer);
            return order.IsOpen ? Unavailable("The book has not said yet how the order ended.")
                : answer.Kind == BookAnswerKind.Done ? AnswerOf(order, CommittedMark)
                : await AnswerEnded(order);
        }
        catch (Exception away) when (Outage.Is(away))
        {
            return Unavailable(away.Message);
        }
    }

    public async Task<IReadOnlyList<OrderAnswer>> CancelAll(string? symbol)
    {
        ThrowIfFaulted();
        var open = _account.GetOpenOrders().Where(o => symbol is null || o.Symbol == symbol).Select(o => o.Id).ToArray();
        var answers = await Task.WhenAll(open.Select(Cancel));
        // An order that another of its group took along is cancelled too.
        return [.. answers.Select(a => a is { Code: RefusalCode.NotOpen, Order.Status: OrderStatus.Canceled } ? new OrderAnswer(AnswerKind.Done, a.Order) : a)];
    }

    /// <summary>
    /// Commits a new order and takes it to its book, whose answer comes back. Where the book's commit can depend on this one, as within a silo, the order does not wait for it:
    /// both go with one batch.
    /// </summary>
    private async Task<OrderAnswer> Send(Order order, Instrument instrument, long switchVersion)
    {
        var line = Line(order.Symbol);
        var venue = VenueOf(line, instrument);
        var run = Journal.CommitRunOf(Stream);
        if (run != 0 && run == (line.CommitRun ?? run) && line.Waiting == 0)
        {
            var commit = Commit();
            ThrowIfFaulted(); // by an append that was refused
            var early = venue.Submit(BookCommands.Order(_account, order, instrument, line.Durable(CommittedVersion), switchVersion, run));
            await ((Task)early).ConfigureAwait(WithoutThrowing);
            if (!early.IsCompletedSuccessfully || early.Result.Kind != BookAnswerKind.NotDurable)
            {
                await commit;
                return await Conclude(order, early);
            }

            line.CommitRun = early.Result.CommitRun;
        }

        await CommitBefore(line);
        var sent = venue.Submit(BookCommands.Order(_account, order, instrument, line.Durable(CommittedVersion), switchVersion));
        await ((Task)sent).ConfigureAwait(WithoutThrowing);
        if (sent.IsCompletedSuccessfully)
        {
            line.CommitRun = sent.Result.CommitRun;
        }

        return await Conclude(order, sent);
    }

    private async Task CommitBefore(BookLine line)
    {
        line.Waiting++;
        try
        {
            await Commit();
        }
        finally
        {
            line.Waiting--;
        }
    }

    // What the answer tells is looked at before the commit that makes it durable: later turns may apply more meanwhile.
    private async Task<OrderAnswer> Conclude(Order order, Task<BookAnswer> sent)
    {
        if (!sent.IsCompletedSuccessfully || sent.Result.Kind == BookAnswerKind.OutOfOrder)
        {
            // The command is durable here and has its number: it is sent again until the book answers.
            AccountLog.BookUnavailable(log, order.Symbol, sent.Exception?.InnerException);
            ResolveSoon();
            return AnswerOf(order);
        }

        var updates = await TakeReports(order.Symbol, sent.Result);

        // A number of the channel that is not durable may be another event's after a crash: the newest one that is tells where a client may go on.
        var mayWait = Journal.IsBusy;
        var told = AnswerOf(order, mayWait ? CommittedMark : long.MaxValue);
        await Settle(order.Symbol, updates, mayWait);
        return told;
    }

    private OrderAnswer AnswerOf(Order order, long newest = long.MaxValue) => order.Status == OrderStatus.PendingNew || order.Replace is not null
        ? Unavailable("The order is durable; its book has not answered yet.")
        : new OrderAnswer(AnswerKind.Done, AccountViews.View(_account, order, newest));

    private async Task<OrderAnswer> AnswerRepeated(Order order)
    {
        await WaitUntilSettled(order);
        var view = AccountViews.View(_account, order);
        await Commit();
        return view.Status == OrderStatus.PendingNew
            ? Unavailable("The order is durable; its book has not answered yet.")
            : new OrderAnswer(AnswerKind.Repeated, view);
    }

    private async Task<OrderAnswer> AnswerEnded(Order order)
    {
        var view = AccountViews.View(_account, order);
        await Commit();
        return new OrderAnswer(AnswerKind.Refused, view, RefusalCode.NotOpen, "The order has ended.");
    }

    // A client order id that memory may have dropped is asked of the read model, which must have come far enough to know.
    private async Task<OrderAnswer?> FindOlder(OrderRequest request)
    {
        var state = await history.GetState(CancellationToken.None);
        if (state.Lag > s_oldestHistory)
        {
            throw new JournalUnavailableException($"the read model is {state.Lag.TotalSeconds:F0} s behind");
        }

        if (await history.GetOrderByClientOrderId(Id, request.ClientOrderId, CancellationToken.None) is not { } older)
        {
            return null;
        }

        return AccountViews.IsSameRequest(older, request)
            ? new OrderAnswer(AnswerKind.Repeated, older)
            : new OrderAnswer(AnswerKind.Conflict, older, "client_order_id_conflict", "The client order id was used with other content.");
    }

    // A command on an order that has another one on its way waits for that one's end.
    private async ValueTask WaitUntilSettled(Order order)
    {
        if (order.IsUnderWay)
        {
            if (!_waiters.TryGetValue(order.Id, out var waiters))
            {
                _waiters.Add(order.Id, waiters = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            await waiters.Task;
            ThrowIfFaulted();
        }
    }

    private void EndWait(Order? underWay)
    {
        if (underWay is not null)
        {
            underWay.IsUnderWay = false;
            if (_waiters.Count != 0 && _waiters.Remove(underWay.Id, out var waiters))
            {
                waiters.SetResult();
            }
        }
    }

    private void ApplyLegs(IReadOnlyList<OrderPlaced> legs)
    {
        foreach (var leg in legs)
        {
            Apply(leg);
        }
    }

    private static OrderAnswer Refused(Refusal refusal) => new(AnswerKind.Refused, null, refusal.Code, refusal.Detail);

    private static OrderAnswer Unavailable(string detail) => new(AnswerKind.Unavailable, null, "unavailable", detail);
}
