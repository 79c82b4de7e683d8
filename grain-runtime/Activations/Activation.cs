using Bourse.GrainRuntime.Calls;
using Bourse.GrainRuntime.Cluster;
using Bourse.GrainRuntime.Diagnostics;
using Bourse.GrainRuntime.Timers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Bourse.GrainRuntime.Activations;

/// <summary>One living object of a grain, or an observer of a client: its mailbox and its turns. Its life is in the other part.</summary>
/// <remarks>Fields without another word belong to its turns: only code that runs in the queue touches them.</remarks>
internal sealed partial class Activation : TurnQueue, IGrainContext
{
    // Null where none ever waited.
    private Queue<Request>? _waiting;

    // Under the gate.
    private Outstanding _outstanding;

    // Written under the gate, by its turns or by Kill; read by any thread.
    private volatile ActivationState _state;

    private Dictionary<Type, object>? _components;
    private Action<Task, object?>? _onWorkDone;
    private int _running;
    private int _blocking;
    private int _blockingReadOnly;

    /// <summary>The activation whose turn runs on this thread.</summary>
    public static new Activation? Current => CurrentQueue as Activation;

    public GrainClass Class { get; }

    public GrainId GrainId { get; }

    public LocalRuntime Runtime { get; }

    public ActivationHint Hint { get; }

    public object? GrainInstance { get; private set; }

    public ActivationState State => _state;

    /// <summary>Whether calls go through filters before they reach the grain.</summary>
    public bool FiltersIncoming => Runtime.IncomingFilters.Length > 0 || GrainInstance is IIncomingGrainCallFilter;

    /// <summary>Requests waiting and running. Any thread; a hint.</summary>
    public int Load => _outstanding.Count;

    public GrainReference GrainReference => field ??= GrainReference.Make(GrainInterface.Of(Class.PrimaryInterface), GrainId, Runtime);

    protected override bool MayRun => Runtime.Lease is not { IsValid: false } || Class.IsObserver;

    protected override ILogger Logger => Runtime.Logger;

    public TComponent? GetComponent<TComponent>()
        where TComponent : class =>
        _components is not null && _components.TryGetValue(typeof(TComponent), out var found) ? (TComponent)found : null;

    public void SetComponent<TComponent>(TComponent? value)
        where TComponent : class
    {
        if (value is null)
        {
            _components?.Remove(typeof(TComponent));
        }
        else
        {
            (_components ??= [])[typeof(TComponent)] = value;
        }
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => GrainId.GetHashCode();

    public override string ToString() => $"{GrainId} on {Runtime.Name}";

    /// <summary>Takes a request into the mailbox, or refuses it when that is full. False when this activation has gone: the request is then
    /// somebody else's. Any thread.</summary>
    public bool TryEnqueue(Request request)
    {
        var wake = false;
        bool isFull;
        lock (Gate)
        {
            if (_state == ActivationState.Gone)
            {
                return false;
            }

            isFull = request.IsCall && Runtime.MailboxLimit > 0 && _outstanding.Count >= Runtime.MailboxLimit;
            if (!isFull)
            {
                _outstanding.Add(request, this);
                wake = Push_NeedsGate(request);
            }
        }

        if (isFull)
        {
            Metrics.CallRejected();
            request.Fail(new LimitExceededException("MaxEnqueuedRequestsHardLimit", Load, Runtime.MailboxLimit, $"grain {GrainId}"));
        }

        Wake(wake);
        return true;
    }

    /// <summary>Called in a turn when the work of a request is done.</summary>
    public void OnFinished(Request request)
    {
        request.End();
        _running--;
        if (!request.AlwaysInterleaves)
        {
            _blocking--;
            _blockingReadOnly -= request.IsReadOnly ? 1 : 0;
        }

        if (request.KeepsAlive)
        {
            _usedTick = Runtime.Cluster.Clock.Tick;
        }

        Drop(request);
        var work = request.Work!;
        if (work.Exception?.InnerException is InconsistentStateException { IsSourceActivation: true } stale)
        {
            stale.IsSourceActivation = false;
            AskToGo(new DeactivationReason(DeactivationReasonCode.ApplicationError, stale, "Its state in storage was written by another activation"));
        }

        request.Complete(work);
    }

    protected override void RunWork(object work)
    {
        if (work is Request request)
        {
            Accept(request);
        }
        else if (work is GoAway goAway)
        {
            AskToGo(goAway.Reason);
        }
    }

    protected override void AfterTurn()
    {
        while (_waiting is not null && _waiting.TryPeek(out var next) && MayBegin(next))
        {
            Begin(_waiting.Dequeue());
        }

        if (GoesWhenDone && _running == 0 && _state == ActivationState.Valid)
        {
            AskToGo(new DeactivationReason(DeactivationReasonCode.Migrating, "The partition goes to another silo"));
        }

        if (_isAskedToGo && _running == 0 && _state is ActivationState.Valid or ActivationState.New)
        {
            _ = GoAsync();
        }
    }

    private void Accept(Request request)
    {
        if (_state == ActivationState.New && !_isAskedToGo)
        {
            _ = ComeAsync(request.Values);
        }

        if (MayBegin(request))
        {
            Begin(request);
        }
        else if (request.IsCall && request.IsAwaitedBy(this, onlyBlocking: true))
        {
            Drop(request);
            Metrics.CallRejected();
            request.Fail(new OrleansException(
                $"Deadlock: {request} came back, along its own chain of calls, to {GrainId}, which waits for that chain and is not reentrant."));
        }
        else
        {
            (_waiting ??= new()).Enqueue(request);
        }
    }

    private bool MayBegin(Request request)
    {
        if (_state != ActivationState.Valid)
        {
            return false;
        }

        if (_isAskedToGo)
        {
            // It finishes what it has begun, and what that waits for.
            return Class.IsReentrant && request.IsAwaitedBy(this, onlyBlocking: false);
        }

        return _blocking == 0 || Class.IsReentrant || request.AlwaysInterleaves
            || (request.IsReadOnly && _blocking == _blockingReadOnly)
            || (request.MayReenter && request.IsAwaitedBy(this, onlyBlocking: true));
    }

    private void Begin(Request request)
    {
        if (request.IsAbandoned)
        {
            Drop(request);
            return;
        }

        _running++;
        if (!request.AlwaysInterleaves)
        {
            _blocking++;
            _blockingReadOnly += request.IsReadOnly ? 1 : 0;
        }

        request.Begin();
        _hasWorked = true;
        var work = NeedsNoContext(request) ? Run(request) : RunInContext(request);
        request.Work = work;
        if (work.IsCompleted)
        {
            OnFinished(request);
        }
        else
        {
            work.ContinueWith(_onWorkDone ??= OnWorkDone, request, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, Default);
        }
    }

    // Most work ends in a turn of its own activation; what does not comes back to one.
    private void OnWorkDone(Task work, object? request)
    {
        if (CurrentQueue == this)
        {
            OnFinished((Request)request!);
        }
        else
        {
            Post(request => OnFinished((Request)request!), request);
        }
    }

    // A context costs every await of the request. Without values it only tells what the calls made from here must not come back to,
    // and nothing is blocked behind a request that nobody's turn waits for and that does not block its own grain.
    private bool NeedsNoContext(Request request) =>
        Class.IsReentrant && request.IsCall && request.Parent is null && request.Values is null && !request.MayReenter
        && request.ParentActivity is null && !Tracing.Application.HasListeners();

    private Task RunInContext(Request request)
    {
        var outside = ExecutionContext.Capture()!;
        CallContext.Current = new CallContext(request, request.Values, request.MayReenter);
        var work = Run(request);
        ExecutionContext.Restore(outside);
        return work;
    }

    private Task Run(Request request)
    {
        try
        {
            return request.Run(this);
        }
        catch (Exception exception)
        {
            return Task.FromException(exception);
        }
    }

    private void Drop(Request request)
    {
        lock (Gate)
        {
            _outstanding.Remove(request, this);
        }
    }
}
