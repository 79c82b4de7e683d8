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

    public override bool IsAbandoned => Answer.IsCompleted;

    /// <summary>The caller's span, where the caller is in another process.</summary>
    public ActivityContext RemoteParent { get; init; }

    /// <summary>From here on the caller is answered at once when it cancels, whatever the grain makes of the token.</summary>
    public void WatchCancellation()
    {
        var token = Method.TokenOf(Arguments);
        if (token.CanBeCanceled)
        {
            _cancellation = token.UnsafeRegister(static (request, token) => ((CallRequest)request!).Cancel(token), this);
        }
    }

    public override Task Run(Activation activation)
    {
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
        ForgetCancellation();
        if (ServerActivity is not null)
        {
            Tracing.Stop(ServerActivity, finished.Exception?.InnerException);
        }

        if (_started != 0)
        {
            Metrics.CallFinished(_started);
        }
    }

    /// <summary>Takes the result that another process has sent.</summary>
    /// <exception cref="Wire.WireException">There is none in the frame.</exception>
    public abstract void Arrive(Wire.FrameReader reader);

    /// <summary>The answer is that it was cancelled.</summary>
    public void Cancelled() => Cancel(Method.TokenOf(Arguments));

    public override string ToString() => $"{Method.ActivityName} of {Target.GrainId}";

    protected void ForgetCancellation() => _cancellation.Unregister();

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
        else if (Results.TryTake<TResult>(finished, out var result))
        {
            _answer.TrySetResult(result);
        }
        else
        {
            Fail(new InvalidCastException($"A filter gave {this} a result that is no {typeof(TResult)}."));
        }
    }

    public override void Fail(Exception exception)
    {
        ForgetCancellation();
        if (_answer.TrySetException(exception) && Method.IsOneWay)
        {
            // Nobody looks at the answer.
            Sender.Logger.LogWarning(EngineEvents.OneWayFailed, _answer.Task.Exception!.InnerException, "{Request} failed, and nobody waited for it", this);
        }
    }

    public override void Arrive(Wire.FrameReader reader)
    {
        var result = Wire.Codec<TResult>.Instance.Read(reader);
        ForgetCancellation();
        _answer.TrySetResult(result);
    }

    protected override void Cancel(CancellationToken token) => _answer.TrySetCanceled(token);
}

/// <summary>The result of a method that has none.</summary>
internal readonly struct NoResult;

/// <summary>What finished calls gave.</summary>
internal static class Results
{
    /// <summary>False where a filter put something of another type in its place.</summary>
    public static bool TryTake<TResult>(Task finished, out TResult result)
    {
        result = default!;
        if (typeof(TResult) == typeof(NoResult))
        {
            return true;
        }

        if (finished is Task<TResult> typed)
        {
            result = typed.Result;
            return true;
        }

        var filtered = ((Task<object?>)finished).Result;
        if (filtered is TResult fitting)
        {
            result = fitting;
            return true;
        }

        return filtered is null && default(TResult) is null;
    }
}
