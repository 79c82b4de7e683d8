using System.Reflection;
using Bourse.GrainRuntime.Activations;
using Bourse.GrainRuntime.Calls;
using Bourse.GrainRuntime.Cluster;
using Bourse.GrainRuntime.Diagnostics;

namespace Orleans.Runtime;

/// <summary>A reference to a grain or observer. Two references are equal when they mean the same one.</summary>
/// <remarks>The embedded engine makes references with <see cref="DispatchProxy"/>, so that they derive from it.</remarks>
public class GrainReference : DispatchProxy, IAddressable, IEquatable<GrainReference>
{
    /// <summary>Where the last call went. A hint: read and written by any thread.</summary>
    private ActivationHint? _lastTarget;

    /// <summary>The identity referred to.</summary>
    public GrainId GrainId { get; private set; }

    /// <summary>The name of the interface that this reference has.</summary>
    public virtual string InterfaceName => Interface.Type.FullName ?? Interface.Type.Name;

    /// <summary>The interface that this reference has.</summary>
    public GrainInterfaceType InterfaceType => Interface.InterfaceType;

    internal LocalRuntime Runtime { get; private set; } = null!;

    internal GrainInterface Interface { get; private set; } = null!;

    /// <summary>A reference with another interface to the same grain or observer.</summary>
    public virtual TGrainInterface Cast<TGrainInterface>()
        where TGrainInterface : IAddressable => (TGrainInterface)As(typeof(TGrainInterface));

    /// <summary>The same in every process.</summary>
    public uint GetUniformHashCode() => GrainId.GetUniformHashCode();

    /// <inheritdoc />
    public bool Equals(GrainReference? other) => other is not null && GrainId.Equals(other.GrainId);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    /// <inheritdoc />
    public override int GetHashCode() => GrainId.GetHashCode();

    /// <summary>Same identity.</summary>
    public static bool operator ==(GrainReference? reference1, GrainReference? reference2) =>
        reference1 is null ? reference2 is null : reference1.Equals(reference2);

    /// <summary>Another identity.</summary>
    public static bool operator !=(GrainReference? reference1, GrainReference? reference2) => !(reference1 == reference2);

    /// <inheritdoc />
    public override string ToString() => $"GrainReference:{GrainId}:{Interface.Type.Name}";

    internal static GrainReference Make(GrainInterface type, GrainId id, LocalRuntime runtime) => type.NewReference(id, runtime);

    internal GrainReference Copy(GrainInterface type, GrainId id, LocalRuntime runtime)
    {
        var reference = (GrainReference)MemberwiseClone();
        reference.GrainId = id;
        reference.Runtime = runtime;
        reference.Interface = type;
        return reference;
    }

    internal object As(Type interfaceType) =>
        interfaceType.IsInstanceOfType(this) ? this : Make(GrainInterface.Of(interfaceType), GrainId, Runtime);

    /// <inheritdoc />
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var method = GrainMethod.Of(targetMethod!);
        var source = Activation.Current;
        var sender = source?.Runtime ?? Runtime;
        var request = method.MakeRequest(this, args ?? [], source, sender);
        if (Tracing.Application.HasListeners())
        {
            Tracing.StartClient(request);
        }

        if (sender.OutgoingFilters.Length == 0)
        {
            Send(request);
            return method.ToReturnValue(method.IsOneWay ? Task.CompletedTask : request.Answer);
        }

        var filtered = method.Answer(new OutgoingCall(request));
        return method.ToReturnValue(method.IsOneWay ? Task.CompletedTask : filtered);
    }

    internal void Send(CallRequest request)
    {
        request.WatchCancellation();
        if (_lastTarget?.Activation?.TryEnqueue(request) != true)
        {
            _lastTarget = Runtime.Cluster.Route(request, GrainId, request.Sender)?.Hint;
        }
    }
}
