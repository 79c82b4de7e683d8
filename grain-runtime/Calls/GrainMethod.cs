using System.Collections.Concurrent;
using System.Diagnostics;
using System.Linq.Expressions;
using System.Reflection;
using Bourse.GrainRuntime.Activations;
using Bourse.GrainRuntime.Cluster;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Calls;

/// <summary>A method of a grain interface, made ready to be called: one object for the life of the process.</summary>
internal abstract class GrainMethod
{
    // Bounded by the methods of the grain interfaces there are.
    private static readonly ConcurrentDictionary<MethodInfo, GrainMethod> s_methods = new();

    private readonly Func<object, object?[], Task> _invoke;
    private readonly int _tokenIndex;
    private uint? _number;

    protected GrainMethod(MethodInfo info)
    {
        Info = info;
        InterfaceName = info.DeclaringType!.FullName ?? info.DeclaringType.Name;
        ActivityName = $"{info.DeclaringType.Name}/{info.Name}";
        AlwaysInterleaves = info.IsDefined(typeof(AlwaysInterleaveAttribute));
        IsReadOnly = info.IsDefined(typeof(ReadOnlyAttribute));
        IsOneWay = info.ReturnType == typeof(void) || info.IsDefined(typeof(OneWayAttribute));
        ResponseTimeout = info.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        _tokenIndex = Array.FindLastIndex(info.GetParameters(), p => p.ParameterType == typeof(CancellationToken));
        _invoke = Compile(info);
    }

    public MethodInfo Info { get; }

    public string InterfaceName { get; }

    public string ActivityName { get; }

    public bool AlwaysInterleaves { get; }

    public bool IsReadOnly { get; }

    public bool IsOneWay { get; }

    public TimeSpan? ResponseTimeout { get; }

    /// <exception cref="NotSupportedException">The method returns something else than a task, or is generic.</exception>
    public static GrainMethod Of(MethodInfo info) => s_methods.TryGetValue(info, out var method) ? method : s_methods.GetOrAdd(info, Make);

    /// <summary>How its arguments travel.</summary>
    public Wire.Codec[] Codecs => field ??= [.. Info.GetParameters().Select(p => Wire.Codec.Of(p.ParameterType))];

    /// <summary>Makes what it needs when it is called from another process.</summary>
    public virtual void MakeReady() => _ = Codecs;

    /// <summary>Its name between processes.</summary>
    public uint Number => _number ??= Wire.WireTypes.NumberOf(Info);

    /// <summary>Puts a token in its place among the arguments, where the method takes one.</summary>
    public bool TrySetToken(object?[] arguments, Func<CancellationToken> token)
    {
        if (_tokenIndex < 0)
        {
            return false;
        }

        arguments[_tokenIndex] = token();
        return true;
    }

    /// <summary>The call's cancellation token; none where the method takes none.</summary>
    public CancellationToken TokenOf(object?[] arguments) =>
        _tokenIndex >= 0 && arguments[_tokenIndex] is CancellationToken token ? token : default;

    /// <summary>Runs the method of the grain object.</summary>
    public Task Invoke(object instance, object?[] arguments) => _invoke(instance, arguments);

    /// <summary>A call made by the code that runs now.</summary>
    public abstract CallRequest MakeRequest(GrainReference target, object?[] arguments, Activation? source, LocalRuntime sender);

    /// <summary>A call that came from another process.</summary>
    public abstract CallRequest MakeArrived(
        GrainReference target, object?[] arguments, Transport.Arrival arrival, Request? parent, bool mayReenter, ActivityContext trace, int dueTick);

    /// <summary>The answer in the form that the caller's method returns.</summary>
    public abstract object? ToReturnValue(Task answer);

    /// <summary>The result of a finished call; null where the method has none.</summary>
    public abstract object? ResultOf(Task finished);

    /// <summary>Runs the filters, then gives the answer that they let through.</summary>
    public abstract Task Answer(OutgoingCall call);

    private static GrainMethod Make(MethodInfo info)
    {
        var type = info.ReturnType;
        if (info.IsGenericMethod)
        {
            throw new NotSupportedException($"{info.DeclaringType}.{info.Name} is generic, which the embedded engine does not support.");
        }

        if (type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask))
        {
            return new GrainMethod<NoResult>(info, type == typeof(ValueTask));
        }

        if (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)))
        {
            return (GrainMethod)Activator.CreateInstance(
                typeof(GrainMethod<>).MakeGenericType(type.GetGenericArguments()),
                info,
                type.GetGenericTypeDefinition() == typeof(ValueTask<>))!;
        }

        throw new NotSupportedException($"{info.DeclaringType}.{info.Name} returns {type}; a grain method returns a Task or ValueTask.");
    }

    private static Func<object, object?[], Task> Compile(MethodInfo info)
    {
        var instance = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(object?[]));
        var parameters = info.GetParameters();
        Expression call = Expression.Call(
            Expression.Convert(instance, info.DeclaringType!),
            info,
            parameters.Select((p, i) => Expression.Convert(Expression.ArrayIndex(arguments, Expression.Constant(i)), p.ParameterType)));
        if (info.ReturnType == typeof(void))
        {
            call = Expression.Block(call, Expression.Constant(Task.CompletedTask));
        }
        else if (info.ReturnType.IsValueType)
        {
            call = Expression.Call(call, nameof(ValueTask.AsTask), null);
        }

        return Expression.Lambda<Func<object, object?[], Task>>(Expression.Convert(call, typeof(Task)), instance, arguments).Compile();
    }
}

/// <summary>A method whose answer is a <typeparamref name="TResult"/>.</summary>
internal sealed class GrainMethod<TResult>(MethodInfo info, bool isValueTask) : GrainMethod(info)
{
    public override void MakeReady()
    {
        base.MakeReady();
        _ = Wire.Codec<TResult>.Instance;
    }

    public override CallRequest MakeRequest(GrainReference target, object?[] arguments, Activation? source, LocalRuntime sender)
    {
        var context = CallContext.Current;
        var parent = context?.Request;
        return new CallRequest<TResult>(this, target, arguments)
        {
            Source = source,
            Parent = !IsOneWay && parent is { IsRunning: true } ? parent : null,
            MayReenter = context is { AllowsReentrancy: true },
            Values = context?.Values,
            Sender = sender,
            ParentActivity = Activity.Current,
            DueTick = IsOneWay ? int.MaxValue : sender.DueTick(ResponseTimeout),
        };
    }

    public override CallRequest MakeArrived(
        GrainReference target, object?[] arguments, Transport.Arrival arrival, Request? parent, bool mayReenter, ActivityContext trace, int dueTick) =>
        new Transport.ArrivedCall<TResult>(this, target, arguments, arrival)
        {
            Parent = parent,
            MayReenter = mayReenter,
            Sender = target.Runtime,
            RemoteParent = trace,
            DueTick = dueTick,
        };

    public override object? ToReturnValue(Task answer)
    {
        if (Info.ReturnType == typeof(void))
        {
            return null;
        }

        if (typeof(TResult) == typeof(NoResult))
        {
            return isValueTask ? new ValueTask(answer) : answer;
        }

        return isValueTask ? new ValueTask<TResult>((Task<TResult>)answer) : answer;
    }

    public override object? ResultOf(Task finished) => finished switch
    {
        Task<TResult> when typeof(TResult) == typeof(NoResult) => null,
        Task<TResult> typed => typed.Result,
        _ => null,
    };

    public override Task Answer(OutgoingCall call) => Typed(call);

    private static async Task<TResult> Typed(OutgoingCall call)
    {
        await call.Invoke();
        return typeof(TResult) == typeof(NoResult) ? default! : (TResult)call.Result!;
    }
}
