using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans
{
    /// <summary>A call on its way through filters.</summary>
    public interface IGrainCallContext
    {
        /// <summary>The method and its arguments.</summary>
        IInvokable Request { get; }

        /// <summary>The grain object on an incoming call, the reference on an outgoing one.</summary>
        object Grain { get; }

        /// <summary>The calling grain; null for a client.</summary>
        GrainId? SourceId { get; }

        /// <summary>The called grain.</summary>
        GrainId TargetId { get; }

        /// <summary>The interface called.</summary>
        GrainInterfaceType InterfaceType { get; }

        /// <summary>The interface called.</summary>
        string InterfaceName { get; }

        /// <summary>The method called.</summary>
        string MethodName { get; }

        /// <summary>The method called, of the interface.</summary>
        MethodInfo InterfaceMethod { get; }

        /// <summary>The result, after <see cref="Invoke"/>; a filter may set it.</summary>
        object? Result { get; set; }

        /// <summary>Runs the next filter, or the call.</summary>
        Task Invoke();
    }

    /// <summary>A call that arrives at a grain.</summary>
    public interface IIncomingGrainCallContext : IGrainCallContext
    {
        /// <summary>The activation called.</summary>
        IGrainContext TargetContext { get; }

        /// <summary>The method called, of the class.</summary>
        MethodInfo ImplementationMethod { get; }
    }

    /// <summary>A call that leaves a grain or client.</summary>
    public interface IOutgoingGrainCallContext : IGrainCallContext
    {
        /// <summary>The calling activation; null for a client.</summary>
        IGrainContext? SourceContext { get; }
    }

    /// <summary>Runs around every call to a grain of this silo. A grain class may implement it for its own calls.</summary>
    public interface IIncomingGrainCallFilter
    {
        /// <summary>Runs around the call; goes on with <see cref="IGrainCallContext.Invoke"/>.</summary>
        Task Invoke(IIncomingGrainCallContext context);
    }

    /// <summary>Runs around every call that this silo's grains, or this client, make.</summary>
    public interface IOutgoingGrainCallFilter
    {
        /// <summary>Runs around the call; goes on with <see cref="IGrainCallContext.Invoke"/>.</summary>
        Task Invoke(IOutgoingGrainCallContext context);
    }

    /// <summary>An incoming filter as a function.</summary>
    public delegate Task IncomingGrainCallFilterDelegate(IIncomingGrainCallContext context);

    /// <summary>An outgoing filter as a function.</summary>
    public delegate Task OutgoingGrainCallFilterDelegate(IOutgoingGrainCallContext context);
}

namespace Orleans.Serialization.Invocation
{
    /// <summary>A method call as an object.</summary>
    /// <remarks>Narrower than in Orleans: it can be looked at and its arguments changed, not run by hand.</remarks>
    public interface IInvokable
    {
        /// <summary>The number of arguments.</summary>
        int GetArgumentCount();

        /// <summary>An argument, counted from 0.</summary>
        object? GetArgument(int index);

        /// <summary>Puts another argument in its place.</summary>
        void SetArgument(int index, object value);

        /// <summary>The method's name.</summary>
        string GetMethodName();

        /// <summary>The interface's name.</summary>
        string GetInterfaceName();

        /// <summary>The name that traces show: <c>interface/method</c>.</summary>
        string GetActivityName();

        /// <summary>The method, of the interface.</summary>
        MethodInfo GetMethod();

        /// <summary>The interface.</summary>
        Type GetInterfaceType();
    }
}
