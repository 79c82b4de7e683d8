using Bourse.GrainRuntime.Activations;
using Bourse.GrainRuntime.Calls;
using Bourse.GrainRuntime.Cluster;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Placement;

/// <summary>The activations of one stateless worker on one silo.</summary>
internal sealed class WorkerPool(GrainClass grainClass, GrainId id, LocalRuntime silo) : IActivationHome
{
    // Taken before an activation's gate, never after.
    private readonly Lock _lock = new();
    private readonly List<Activation> _workers = [];

    /// <summary>An idle worker, a new one while there may be more, or the one with the least to do.</summary>
    public Activation Choose()
    {
        lock (_lock)
        {
            var best = _workers.Where(worker => worker.State != ActivationState.Gone).MinBy(worker => worker.Load);
            if (best is null || (best.Load > 0 && _workers.Count < grainClass.MaxLocalWorkers))
            {
                best = new Activation(grainClass, id, silo, this);
                _workers.Add(best);
            }

            return best;
        }
    }

    public void Retire(Activation activation)
    {
        List<Request> left;
        lock (_lock)
        {
            left = activation.Close();
            _workers.Remove(activation);
        }

        left.ForEach(request => silo.Cluster.Route(request, id, silo));
    }

    public void Remove(Activation activation)
    {
        lock (_lock)
        {
            _workers.Remove(activation);
        }
    }

    public List<Activation> Alive()
    {
        lock (_lock)
        {
            return [.. _workers];
        }
    }
}
