using System.Reflection;
using Bourse.GrainRuntime.Activations;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Bourse.GrainRuntime.Calls;

/// <summary>A call on its way through filters; made only where there are some.</summary>
internal abstract class FilteredCall(CallRequest request) : IGrainCallContext
{
    public IInvokable Request => request;

    public abstract object Grain { get; }

    public GrainId? SourceId => request.Source?.GrainId;

    public GrainId TargetId => request.Target.GrainId;

    public GrainInterfaceType InterfaceType => request.Target.InterfaceType;

    public string InterfaceName => request.Method.InterfaceName;

    public string MethodName => request.Method.Info.Name;

    public MethodInfo InterfaceMethod => request.Method.Info;

    public object? Result { get; set; }

    protected CallRequest Call => request;

    public abstract Task Invoke();

    /// <summary>Waits for a call and takes its result.</summary>
    protected async Task Take(Task work)
    {
        await work;
        Result = request.Method.ResultOf(work);
    }
}

/// <summary>A call that arrives.</summary>
internal sealed class IncomingCall(CallRequest request, Activation activation) : FilteredCall(request), IIncomingGrainCallContext
{
    private int _next;

    public override object Grain => activation.GrainInstance!;

    public IGrainContext TargetContext => activation;

    public MethodInfo ImplementationMethod
    {
        get
        {
            var map = Grain.GetType().GetInterfaceMap(InterfaceMethod.DeclaringType!);
            return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, InterfaceMethod)];
        }
    }

    public async Task<object?> Start()
    {
        await Invoke();
        return Result;
    }

    public override Task Invoke()
    {
        var filters = activation.Runtime.IncomingFilters;
        var index = _next++;
        if (index < filters.Length)
        {
            return filters[index].Invoke(this);
        }

        return index == filters.Length && Grain is IIncomingGrainCallFilter own
            ? own.Invoke(this)
            : Take(Call.Method.Invoke(Grain, Call.Arguments));
    }
}

/// <summary>A call that leaves.</summary>
internal sealed class OutgoingCall(CallRequest request) : FilteredCall(request), IOutgoingGrainCallContext
{
    private int _next;

    public override object Grain => Call.Target;

    public IGrainContext? SourceContext => Call.Source;

    public override Task Invoke()
    {
        var filters = Call.Sender.OutgoingFilters;
        if (_next < filters.Length)
        {
            return filters[_next++].Invoke(this);
        }

        Call.Values = CallContext.Current?.Values;
        Call.Target.Send(Call);
        return Call.Method.IsOneWay ? Task.CompletedTask : Take(Call.Answer);
    }
}
