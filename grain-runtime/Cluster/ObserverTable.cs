using System.Collections.Concurrent;
using Bourse.GrainRuntime.Activations;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Cluster;

/// <summary>The observers of this process. Bounded by what their owners create and do not delete.</summary>
internal sealed class ObserverTable : IActivationHome
{
    private static readonly GrainType s_type = GrainType.Create("sys.client");

    private readonly ConcurrentDictionary<GrainId, Activation> _observers = new();

    public static bool IsObserver(GrainId id) => id.Type == s_type;

    /// <summary>The process that the observer lives in; null where it was made outside of a cluster of processes.</summary>
    public static Guid? ProcessOf(GrainId id) =>
        id.TryGetGuidKey(out _, out var process) && Guid.TryParseExact(process, "N", out var found) ? found : null;

    public Activation Add(Type observerInterface, object instance, LocalRuntime owner)
    {
        var grainClass = GrainClass.OfObserver(observerInterface);
        var id = GrainId.Create(grainClass.GrainType, GrainIdKeyExtensions.CreateGuidKey(Guid.NewGuid(), owner.Cluster.Node?.Process.ToString("N")));
        return _observers[id] = new Activation(grainClass, id, owner, this, instance);
    }

    /// <summary>Null where it was deleted.</summary>
    public Activation? Find(GrainId id) =>
        _observers.TryGetValue(id, out var found) && found.State != ActivationState.Gone ? found : null;

    public IEnumerable<Activation> Alive() => _observers.Values;

    public void Retire(Activation activation)
    {
        var left = activation.Close();
        Remove(activation);
        left.ForEach(request => request.Fail(new ClientNotAvailableException(activation.GrainId)));
    }

    public void Remove(Activation activation) => _observers.TryRemove(activation.GrainId, out _);
}
