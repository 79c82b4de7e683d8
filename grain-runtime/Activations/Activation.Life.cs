using Bourse.GrainRuntime.Calls;
using Bourse.GrainRuntime.Cluster;
using Bourse.GrainRuntime.Diagnostics;
using Bourse.GrainRuntime.Timers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Activations;

/// <summary>How an activation comes and goes.</summary>
internal sealed partial class Activation
{
    /// <summary>A grain that goes each time before it has done anything does not go on for ever.</summary>
    private const int MaxForwards = 20;

    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IActivationHome _home;
    private AsyncServiceScope? _scope;
    private GrainLifecycle? _lifecycle;
    private List<GrainTimer>? _timers;
    private DeactivationReason _reason;
    private bool _isAskedToGo;
    private bool _hasWorked;

    // Written by its turns, read by the sweep.
    private volatile int _usedTick;
    private volatile int _keepUntilTick;
    private volatile int _goingSinceTick;

    /// <param name="grainClass">What it is an activation of.</param>
    /// <param name="id">The grain's identity.</param>
    /// <param name="runtime">The silo or client that it lives in.</param>
    /// <param name="home">Where it is found.</param>
    /// <param name="instance">The object, where it is there already (an observer).</param>
    public Activation(GrainClass grainClass, GrainId id, LocalRuntime runtime, IActivationHome home, object? instance = null)
    {
        Class = grainClass;
        GrainId = id;
        Runtime = runtime;
        GrainInstance = instance;
        _home = home;
        Hint = new ActivationHint(this);
        _state = instance is null ? ActivationState.New : ActivationState.Valid;
        _usedTick = runtime.Cluster.Clock.Tick;
        Metrics.ActivationCreated(Class.Name);
    }

    public IServiceProvider ActivationServices => _scope?.ServiceProvider ?? Runtime.Services;

    public IGrainLifecycle ObservableLifecycle => _lifecycle ??= new GrainLifecycle();

    public Task Deactivated => _deactivated.Task;

    /// <summary>Whether it goes as soon as it has done what it came to life for.</summary>
    public bool GoesWhenDone { get; init; }

    /// <summary>Any thread.</summary>
    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        if (Current == this)
        {
            // Its own code asks: requests that wait already are the next activation's.
            AskToGo(deactivationReason);
            return;
        }

        var wake = false;
        lock (Gate)
        {
            if (_state != ActivationState.Gone)
            {
                wake = Push_NeedsGate(new GoAway(deactivationReason));
            }
        }

        Wake(wake);
    }

    /// <summary>Lets it go if nobody has used it for its class's age limit. Any thread.</summary>
    public void DeactivateIfIdle(int nowTick)
    {
        if (_state == ActivationState.Valid && !Class.IsObserver && _outstanding.Count == 0 && nowTick >= _keepUntilTick
            && nowTick - _usedTick >= Runtime.CollectionAgeTicks(Class))
        {
            Metrics.IdleCollected();
            Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "Nobody called for the collection age"));
        }
    }

    public void DelayDeactivation(TimeSpan time) => _keepUntilTick = Runtime.Cluster.Clock.TickAfter(time);

    public IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(this, callback, options);
        (_timers ??= []).Add(timer);
        timer.Start();
        return timer;
    }

    public void Forget(GrainTimer timer) => _timers?.Remove(timer);

    /// <summary>Finds what is overdue, and drops an activation that will not go. Any thread.</summary>
    public void Sweep(int nowTick, List<Request> overdue)
    {
        if (_outstanding.Count > 0)
        {
            lock (Gate)
            {
                _outstanding.CollectOverdue(nowTick, overdue);
            }
        }

        var goingSince = _goingSinceTick;
        if (goingSince != 0 && nowTick - goingSince > Runtime.DeactivationTicks && _state != ActivationState.Gone)
        {
            Logger.LogWarning(EngineEvents.DeactivationForced, "{Grain} did not go in time: it is dropped", GrainId);
            Kill(new TimeoutException($"{GrainId} was dropped: what it was doing took too long after it was asked to go. The outcome is unknown."));
        }
    }

    /// <summary>Ends it as a crash does: nothing of it runs any more, and those who wait are told so. Any thread.</summary>
    public void Kill(Exception reason)
    {
        List<Request> orphans;
        lock (Gate)
        {
            if (_state == ActivationState.Gone)
            {
                return;
            }

            _state = ActivationState.Gone;
            IsKilled = true;
            orphans = _outstanding.TakeAll();
        }

        _home.Remove(this);
        orphans.ForEach(orphan => orphan.Fail(reason));
        Farewell();
    }

    /// <summary>Closes the mailbox and gives back what was not begun, in order. What was left over too often by
    /// activations that did nothing fails. Called in a turn, by its home.</summary>
    public List<Request> Close()
    {
        List<Request> left;
        lock (Gate)
        {
            _state = ActivationState.Gone;
            left = [.. _waiting ?? [], .. TakeAll_NeedsGate<Request>()];
            _waiting = null;
            left.ForEach(request => _outstanding.Remove(request, this));
        }

        foreach (var request in left.Where(request => !_hasWorked && ++request.Forwards > MaxForwards))
        {
            request.Fail(new OrleansMessageRejectionException($"{GrainId} went {MaxForwards} times without carrying out a request."));
        }

        left.RemoveAll(request => request.Forwards > MaxForwards);
        return left;
    }

    private void AskToGo(DeactivationReason reason)
    {
        if (!_isAskedToGo)
        {
            _isAskedToGo = true;
            _reason = reason;
            _goingSinceTick = Math.Max(1, Runtime.Cluster.Clock.Tick);
        }
    }

    private async Task ComeAsync(Dictionary<string, object>? values)
    {
        SetState(ActivationState.Coming);
        var life = LifeRequest.Begin(this, values);
        try
        {
            using var timeout = new CancellationTokenSource(Runtime.ActivationTimeout, Runtime.Time);
            _scope = Runtime.Services.CreateAsyncScope();
            GrainInstance = Class.NewInstance(this);
            if (_lifecycle is not null)
            {
                await _lifecycle.OnStart(timeout.Token).WaitAsync(timeout.Token);
            }

            if (GrainInstance is IGrainBase grain)
            {
                await grain.OnActivateAsync(timeout.Token).WaitAsync(timeout.Token);
            }

            SetState(ActivationState.Valid);
        }
        catch (Exception exception)
        {
            Logger.LogWarning(EngineEvents.ActivationFailed, exception, "{Grain} failed to activate", GrainId);
            Metrics.ActivationFailed();
            await Release();
            Kill(exception is OperationCanceledException ? new TimeoutException($"{GrainId} did not activate in time.", exception) : exception);
        }
        finally
        {
            life.End();
        }
    }

    private async Task GoAsync()
    {
        var hasCome = _state == ActivationState.Valid;
        SetState(ActivationState.Going);
        var life = LifeRequest.Begin(this, null);
        try
        {
            if (hasCome && GrainInstance is IGrainBase grain)
            {
                using var timeout = new CancellationTokenSource(Runtime.DeactivationTimeout, Runtime.Time);
                await grain.OnDeactivateAsync(_reason, timeout.Token);
                await (_lifecycle?.OnStop(timeout.Token) ?? Task.CompletedTask);
            }
        }
        catch (Exception exception)
        {
            // It goes all the same: nobody waits for what it wanted to do at the end.
            Logger.LogWarning(EngineEvents.DeactivationFailed, exception, "OnDeactivateAsync of {Grain} failed", GrainId);
        }

        life.End();
        await Release();
        if (_state != ActivationState.Gone)
        {
            _home.Retire(this);
            Farewell();
        }
    }

    private async Task Release()
    {
        _timers?.ForEach(timer => timer.Stop());
        if (_scope is { } scope)
        {
            _scope = null;
            try
            {
                await scope.DisposeAsync();
            }
            catch (Exception exception)
            {
                // A service of the grain failed on its way out; the grain goes all the same.
                Logger.LogWarning(EngineEvents.DeactivationFailed, exception, "Services of {Grain} failed to be disposed", GrainId);
            }
        }
    }

    private void Farewell()
    {
        Metrics.ActivationDestroyed(Class.Name);

        // References to the grain live on, as do timers that are on their way: they must not keep its state.
        Hint.Activation = null;
        GrainInstance = null;
        _deactivated.TrySetResult();
    }

    private void SetState(ActivationState state)
    {
        lock (Gate)
        {
            if (_state != ActivationState.Gone)
            {
                _state = state;
            }
        }
    }

    private sealed record GoAway(DeactivationReason Reason);

    /// <summary>Stands for OnActivateAsync or OnDeactivateAsync in a chain of calls.</summary>
    private sealed class LifeRequest : Request
    {
        public static LifeRequest Begin(Activation activation, Dictionary<string, object>? values)
        {
            var life = new LifeRequest { Holder = activation, Values = values };
            life.Begin();
            CallContext.Current = new CallContext(life, values, allowsReentrancy: false);
            return life;
        }

        public override Task Run(Activation activation) => Task.CompletedTask;

        public override void Complete(Task finished)
        {
        }

        public override void Fail(Exception exception)
        {
        }
    }
}
