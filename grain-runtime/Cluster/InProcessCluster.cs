using System.Collections.Concurrent;
using Bourse.GrainRuntime.Activations;
using Bourse.GrainRuntime.Calls;
using Bourse.GrainRuntime.Diagnostics;
using Bourse.GrainRuntime.Placement;
using Bourse.GrainRuntime.Storage;
using Bourse.GrainRuntime.Streams;
using Orleans;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Cluster;

/// <summary>The silos and clients of one cluster in this process: who owns which partition, and the way from a call to an activation.</summary>
internal sealed class InProcessCluster : IDisposable
{
    /// <summary>Tries to hand a request over while activations come and go under it.</summary>
    private const int MaxRoutes = 1_000;

    /// <summary>Partitions that are handed over at the same time.</summary>
    private const int HandOvers = 64;

    private readonly PartitionMap _map = new();
    private readonly SemaphoreSlim _membership = new(1);
    private readonly ConcurrentDictionary<string, MemoryStreamHub> _streams = new();
    private readonly ConcurrentDictionary<string, MemoryStore> _stores = new();
    private int _sweepTicks = ClusterClock.Ticks(TimeSpan.FromSeconds(1));
    private int _collectTicks = ClusterClock.Ticks(TimeSpan.FromMinutes(1));
    private int _isSweeping;

    public InProcessCluster(TimeProvider time) => Clock = new ClusterClock(time, OnTick);

    public ClusterClock Clock { get; }

    public ObserverTable Observers { get; } = new();

    /// <summary>This process among others; null where it is alone.</summary>
    public ClusterNode? Node { get; set; }

    public IEnumerable<MemoryStreamHub> AllStreams => _streams.Values;

    public IReadOnlyList<Partition> Partitions => _map.All;

    /// <summary>The silos that serve. Replaced as a whole.</summary>
    public IReadOnlyList<LocalRuntime> Silos { get; private set; } = [];

    public MemoryStreamHub Streams(string provider) => _streams.GetOrAdd(provider, name => new MemoryStreamHub(name, this));

    public MemoryStore Store(string name) => _stores.GetOrAdd(name, _ => new MemoryStore());

    /// <summary>Takes a silo in; it gets its share of the partitions, and of the grains in them once they have finished what they do.</summary>
    public async Task Join(LocalRuntime silo)
    {
        Tune(silo);
        await _membership.WaitAsync();
        try
        {
            Silos = [.. Silos, silo];
            await Rebalance(new DeactivationReason(DeactivationReasonCode.Migrating, "Another silo has joined"));
        }
        finally
        {
            _membership.Release();
        }
    }

    /// <summary>Lets a silo go: its grains finish what they do, then live on the others.</summary>
    public async Task Leave(LocalRuntime silo)
    {
        await _membership.WaitAsync();
        try
        {
            Silos = [.. Silos.Where(other => other != silo)];
            var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The silo stops");
            await Rebalance(reason);
            var workers = silo.LocalWorkers().ToList();
            workers.ForEach(worker => worker.Deactivate(reason));
            await Task.WhenAll(workers.Select(worker => worker.Deactivated));
        }
        finally
        {
            _membership.Release();
        }
    }

    /// <summary>Ends a silo as a crash does: calls to it fail, its grains come to life elsewhere at the next call.</summary>
    public async Task Kill(LocalRuntime silo)
    {
        await _membership.WaitAsync();
        try
        {
            Silos = [.. Silos.Where(other => other != silo)];
            var reason = new SiloUnavailableException($"The silo {silo.Name} is gone. Whether the request was carried out is unknown.");
            foreach (var partition in _map.All)
            {
                partition.Seize(silo, _map.Choose(Silos), reason);
            }

            silo.LocalWorkers().ToList().ForEach(worker => worker.Kill(reason));
            await Rebalance(new DeactivationReason(DeactivationReasonCode.Migrating, "A silo is gone"));
        }
        finally
        {
            _membership.Release();
        }
    }

    /// <summary>Ends what the code outside of grains, of a silo or client that has gone, observed and subscribed to.</summary>
    public void Forget(LocalRuntime gone)
    {
        foreach (var hub in _streams.Values)
        {
            hub.Forget(gone);
        }

        var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "Its owner has gone");
        Observers.Alive().Where(observer => observer.Runtime == gone).ToList().ForEach(observer => observer.Deactivate(reason));
    }

    /// <summary>Applies the settings of a silo or client that decide how often the clock's work is done.</summary>
    public void Tune(LocalRuntime member)
    {
        _sweepTicks = Math.Max(1, Math.Min(_sweepTicks, ClusterClock.Ticks(member.ResponseTimeout) / 10));
        _collectTicks = Math.Max(1, Math.Min(_collectTicks, ClusterClock.Ticks(member.CollectionQuantum)));
    }

    /// <summary>Hands a request to its grain or observer, wherever that is; fails it where there is none. Gives the activation back as a hint
    /// for the next request to the same identity; null where another may be better then.</summary>
    public Activation? Route(Request request, GrainId id, LocalRuntime sender)
    {
        for (var i = 0; i < MaxRoutes; i++)
        {
            var grainClass = GrainClasses.Find(id.Type);
            var isWorker = grainClass is { MaxLocalWorkers: > 0 };
            var target = grainClass is null
                ? Observers.Find(id)
                : isWorker ? Worker(id, grainClass, sender) : _map.Of(id).FindOrMake(id, grainClass);
            if (target is null)
            {
                Forward(request, id, grainClass is null
                    ? new ClientNotAvailableException(id)
                    : new SiloUnavailableException($"No silo serves {id}."));
                return null;
            }

            if (target.TryEnqueue(request))
            {
                return isWorker ? null : target;
            }
        }

        request.Fail(new OrleansMessageRejectionException($"{id} came and went {MaxRoutes} times while a request was on its way to it."));
        return null;
    }

    /// <summary>Sends a request to another process, or fails it where there is none.</summary>
    public void Forward(Request request, GrainId id, Exception nobody)
    {
        if (Node is { } node)
        {
            node.Forward(request, id);
        }
        else
        {
            request.Fail(nobody);
        }
    }

    /// <inheritdoc cref="Partition.TryRevive" />
    public bool TryRevive(CallRequest call, GrainId id) =>
        GrainClasses.Find(id.Type) is { MaxLocalWorkers: 0 } grainClass && _map.Of(id).TryRevive(call, id, grainClass);

    /// <summary>Takes the one silo of this process in: its partitions are those that it holds leases for.</summary>
    public void JoinAlone(LocalRuntime silo)
    {
        Tune(silo);
        Silos = [silo];
    }

    /// <summary>The grain's activation; null where it is not alive. Workers are not found.</summary>
    public Activation? Find(GrainId id) => _map.Of(id).Find(id);

    public IEnumerable<Activation> Alive() =>
        _map.All.SelectMany(partition => partition.Alive()).Concat(Silos.SelectMany(silo => silo.LocalWorkers())).Concat(Observers.Alive());

    public void Dispose()
    {
        Clock.Dispose();
        _membership.Dispose();
    }

    private Activation? Worker(GrainId id, GrainClass grainClass, LocalRuntime sender)
    {
        var silo = sender.IsSilo && Silos.Contains(sender) ? sender : _map.Of(id).Owner;
        return silo?.Workers(id, grainClass).Choose();
    }

    private async Task Rebalance(DeactivationReason reason)
    {
        // Some at a time: their grains write what they have at the end.
        foreach (var some in _map.Moves(Silos).Chunk(HandOvers))
        {
            await Task.WhenAll(some.SelectMany(move => move.Partition.HandOver(move.Owner, reason)));
        }
    }

    private void OnTick(int tick)
    {
        var sweep = tick % _sweepTicks == 0;
        var collect = tick % _collectTicks == 0;
        Node?.OnTick();
        if ((!sweep && !collect) || Interlocked.Exchange(ref _isSweeping, 1) == 1)
        {
            return;
        }

        try
        {
            var overdue = new List<Request>();
            Node?.Calls.Sweep(tick, overdue);
            foreach (var activation in Alive())
            {
                activation.Sweep(tick, overdue);
                if (collect)
                {
                    activation.DeactivateIfIdle(tick);
                }
            }

            foreach (var request in overdue)
            {
                Metrics.CallTimedOut();
                request.Fail(new TimeoutException(
                    $"No answer came in time for {request}. Whether the request was or will be carried out is unknown."));
            }
        }
        finally
        {
            Volatile.Write(ref _isSweeping, 0);
        }
    }
}
