using System.Collections.Concurrent;
using Bourse.GrainRuntime.Activations;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Cluster;

/// <summary>The observers of this process. Bounded by what their owners create and do not delete.</summary>
internal sealed class ObserverTable : IActivationHome
{
    private readonly ConcurrentDictionary<GrainId, Activation> _observers = new();

    public Activation Add(Type observerInterface, object instance, LocalRuntime owner)
    {
        var grainClass = GrainClass.OfObserver(observerInterface);
        var id = GrainId.Create(grainClass.GrainType, GrainIdKeyExtensions.CreateGuidKey(Guid.NewGuid()));
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
