using System.Diagnostics;
using System.Reflection;
using Bourse.GrainRuntime.Activations;
using Bourse.GrainRuntime.Cluster;
using Bourse.GrainRuntime.Diagnostics;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Bourse.GrainRuntime.Calls;

/// <summary>A call of a method of a grain or observer.</summary>
internal abstract class CallRequest(GrainMethod method, GrainReference target, object?[] arguments) : Request, IInvokable
{
    private CancellationTokenRegistration _cancellation;
    private long _started;

    public GrainMethod Method { get; } = method;

    public GrainReference Target { get; } = target;

    public object?[] Arguments { get; } = arguments;

    /// <summary>The silo or client that the call was made in.</summary>
    public required LocalRuntime Sender { get; init; }

    public Activity? ClientActivity { get; set; }

    public Activity? ServerActivity { get; private set; }

    public override bool AlwaysInterleaves => Method.AlwaysInterleaves;

    public override bool IsReadOnly => Method.IsReadOnly;

    public override bool IsCall => true;

    public abstract Task Answer { get; }

    public override bool IsAbandoned
    {
        get
        {
            if (Method.TokenOf(Arguments) is { IsCancellationRequested: true } token)
            {
                Cancel(token);
            }

            return Answer.IsCompleted && !Method.IsOneWay;
        }
    }

    public override void OnWaiting()
    {
        var token = Method.TokenOf(Arguments);
        if (token.CanBeCanceled)
        {
            _cancellation = token.UnsafeRegister(static (request, token) => ((CallRequest)request!).Cancel(token), this);
        }
    }

    public override Task Run(Activation activation)
    {
        _cancellation.Dispose();
        if (Metrics.MeasuresCalls)
        {
            _started = Stopwatch.GetTimestamp();
        }

        if (Tracing.Application.HasListeners())
        {
            ServerActivity = Tracing.StartServer(this);
        }
        else if (ParentActivity is not null)
        {
            Activity.Current = ParentActivity;
        }

        return activation.FiltersIncoming
            ? new IncomingCall(this, activation).Start()
            : Method.Invoke(activation.GrainInstance!, Arguments);
    }

    public override void Complete(Task finished)
    {
        if (ServerActivity is not null)
        {
            Tracing.Stop(ServerActivity, finished.Exception?.InnerException);
        }

        if (_started != 0)
        {
            Metrics.CallFinished(_started);
        }
    }

    public override string ToString() => $"{Method.ActivityName} of {Target.GrainId}";

    protected abstract void Cancel(CancellationToken token);

    int IInvokable.GetArgumentCount() => Arguments.Length;

    object? IInvokable.GetArgument(int index) => Arguments[index];

    void IInvokable.SetArgument(int index, object value) => Arguments[index] = value;

    string IInvokable.GetMethodName() => Method.Info.Name;

    string IInvokable.GetInterfaceName() => Method.InterfaceName;

    string IInvokable.GetActivityName() => Method.ActivityName;

    MethodInfo IInvokable.GetMethod() => Method.Info;

    Type IInvokable.GetInterfaceType() => Method.Info.DeclaringType!;
}

/// <summary>A call whose answer is a <typeparamref name="TResult"/>.</summary>
internal sealed class CallRequest<TResult>(GrainMethod method, GrainReference target, object?[] arguments) : CallRequest(method, target, arguments)
{
    // Continuations never run inside the called grain's turn.
    private readonly TaskCompletionSource<TResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Task Answer => _answer.Task;

    public Task<TResult> TypedAnswer => _answer.Task;

    public override void Complete(Task finished)
    {
        base.Complete(finished);
        if (!finished.IsCompletedSuccessfully)
        {
            if (finished.IsCanceled)
            {
                Cancel(new TaskCanceledException(finished).CancellationToken);
            }
            else
            {
                Fail(finished.Exception!.InnerException!);
            }
        }
        else if (typeof(TResult) == typeof(NoResult))
        {
            _answer.TrySetResult(default!);
        }
        else
        {
            _answer.TrySetResult(finished is Task<TResult> typed ? typed.Result : (TResult)((Task<object?>)finished).Result!);
        }
    }

    public override void Fail(Exception exception)
    {
        if (_answer.TrySetException(exception) && Method.IsOneWay)
        {
            // Nobody looks at the answer.
            Sender.Logger.LogWarning(EngineEvents.OneWayFailed, _answer.Task.Exception!.InnerException, "{Request} failed, and nobody waited for it", this);
        }
    }

    protected override void Cancel(CancellationToken token) => _answer.TrySetCanceled(token);
}

/// <summary>The result of a method that has none.</summary>
internal readonly struct NoResult;
