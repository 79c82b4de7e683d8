using Bourse.GrainRuntime.Activations;
using Bourse.GrainRuntime.Calls;
using Bourse.GrainRuntime.Cluster;
using Orleans;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Placement;

/// <summary>One of the parts that the grains of a cluster fall into: which silo owns it, and which of its grains are alive.</summary>
/// <remarks>When the owner changes, grains that are not alive come to life at the new owner at once; those that are go first, see
/// <see cref="HandOver"/>. So each grain has one activation at any time.</remarks>
internal sealed class Partition : IActivationHome
{
    /// <summary>How many grains come back to life while the partition leaves: what wakes more is no chain of calls that comes to an end.</summary>
    private const int MaxRevivals = 100;

    // Taken before an activation's gate, never after.
    private readonly Lock _lock = new();
    private readonly Dictionary<GrainId, Activation> _alive = [];
    private LocalRuntime? _owner;

    // Whose grains it still has, while it goes to another process.
    private LocalRuntime? _leaver;
    private int _revivals;

    /// <summary>Null where no silo serves. A hint outside of the lock.</summary>
    public LocalRuntime? Owner => Volatile.Read(ref _owner);

    /// <summary>Whether none of its grains is alive. A hint: one may come to life.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _alive.Count == 0;
            }
        }
    }

    /// <summary>The grain's activation, made if it has none; null where no silo serves.</summary>
    public Activation? FindOrMake(GrainId id, GrainClass grainClass)
    {
        lock (_lock)
        {
            return _alive.TryGetValue(id, out var found) && found.State != ActivationState.Gone ? found : Make_NeedsLock(id, grainClass);
        }
    }

    /// <summary>Null where the grain is not alive.</summary>
    public Activation? Find(GrainId id)
    {
        lock (_lock)
        {
            return _alive.GetValueOrDefault(id);
        }
    }

    public void Retire(Activation activation)
    {
        Exception? nobody = null;
        List<Request> left;
        lock (_lock)
        {
            left = activation.Close();
            Remove(activation);
            if (left.Count > 0)
            {
                // Under the lock, so that no later request overtakes these.
                var next = Make_NeedsLock(activation.GrainId, activation.Class);
                left.ForEach(request => next?.TryEnqueue(request));
                nobody = next is null ? new SiloUnavailableException($"No silo serves {activation.GrainId} any more.") : null;
            }
        }

        if (nobody is not null)
        {
            left.ForEach(request => activation.Runtime.Cluster.Forward(request, activation.GrainId, nobody));
        }
    }

    /// <summary>
    /// Brings a grain back to life for one call that a turn waits for, while the partition leaves: that turn may be what the partition waits for, and then
    /// neither would end. False where the call is to wait for the next owner.
    /// </summary>
    public bool TryRevive(CallRequest call, GrainId id, GrainClass grainClass)
    {
        lock (_lock)
        {
            if (_leaver is null || _revivals == MaxRevivals || _alive.ContainsKey(id))
            {
                return false;
            }

            _revivals++;
            _alive[id] = new Activation(grainClass, id, _leaver, this) { GoesWhenDone = true };
            return _alive[id].TryEnqueue(call);
        }
    }

    /// <summary>Ends the partition's leave, if no grain of it is left here: none comes to life any more.</summary>
    public bool TryEndLeave()
    {
        lock (_lock)
        {
            if (_alive.Count == 0)
            {
                _leaver = null;
            }

            return _leaver is null;
        }
    }

    public void Remove(Activation activation)
    {
        lock (_lock)
        {
            if (_alive.TryGetValue(activation.GrainId, out var found) && found == activation)
            {
                _alive.Remove(activation.GrainId);
                if (_alive.Count == 0)
                {
                    _alive.TrimExcess();
                }
            }
        }
    }

    /// <summary>Gives the partition to another silo. The activations on other silos are asked to go; what comes for them meanwhile waits for
    /// the next one. Gives back what completes when each has gone.</summary>
    public List<Task> HandOver(LocalRuntime? owner, DeactivationReason reason)
    {
        List<Activation> leaving;
        lock (_lock)
        {
            (_leaver, _revivals) = (owner is null ? _owner : null, 0);
            Volatile.Write(ref _owner, owner);
            leaving = [.. _alive.Values.Where(activation => activation.Runtime != owner)];
        }

        leaving.ForEach(activation => activation.Deactivate(reason));
        return [.. leaving.Select(activation => activation.Deactivated)];
    }

    /// <summary>Takes the partition from a silo that has crashed, and ends the activations that it had.</summary>
    public void Seize(LocalRuntime crashed, LocalRuntime? heir, Exception reason)
    {
        List<Activation> lost;
        lock (_lock)
        {
            if (_owner == crashed)
            {
                Volatile.Write(ref _owner, heir);
            }

            _leaver = null;

            lost = [.. _alive.Values.Where(activation => activation.Runtime == crashed)];
        }

        lost.ForEach(activation => activation.Kill(reason));
    }

    public List<Activation> Alive()
    {
        lock (_lock)
        {
            return _alive.Count == 0 ? [] : [.. _alive.Values];
        }
    }

    private Activation? Make_NeedsLock(GrainId id, GrainClass grainClass)
    {
        if (_owner is null)
        {
            return null;
        }

        var made = new Activation(grainClass, id, _owner, this);
        _alive[id] = made;
        return made;
    }
}
