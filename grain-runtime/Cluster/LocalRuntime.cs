using System.Collections.Concurrent;
using Bourse.GrainRuntime.Activations;
using Bourse.GrainRuntime.Placement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Cluster;

/// <summary>One silo or client of this process: its services and settings, and the cluster that it belongs to once it has started.</summary>
internal sealed class LocalRuntime
{
    private readonly GrainCollectionOptions _collection;
    private readonly ConcurrentDictionary<GrainId, WorkerPool> _workers = new();
    private readonly ConcurrentDictionary<GrainClass, int> _ages = new();
    private readonly int _responseTicks;
    private InProcessCluster? _cluster;

    public LocalRuntime(IServiceProvider services, bool isSilo)
    {
        Services = services;
        IsSilo = isSilo;
        Name = isSilo ? services.GetRequiredService<IOptions<SiloOptions>>().Value.SiloName ?? "silo" : "client";
        Logger = services.GetService<ILoggerFactory>()?.CreateLogger("Orleans") ?? Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;
        Time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var silo = services.GetRequiredService<IOptions<SiloMessagingOptions>>().Value;
        MailboxLimit = silo.MaxEnqueuedRequestsHardLimit;
        ResponseTimeout = isSilo ? silo.ResponseTimeout : services.GetRequiredService<IOptions<ClientMessagingOptions>>().Value.ResponseTimeout;
        _responseTicks = ClusterClock.Ticks(ResponseTimeout);
        _collection = services.GetRequiredService<IOptions<GrainCollectionOptions>>().Value;
        DeactivationTicks = ClusterClock.Ticks(_collection.DeactivationTimeout);
        GrainFactory = new GrainFactory(this);
    }

    public string Name { get; }

    public bool IsSilo { get; }

    public IServiceProvider Services { get; }

    public GrainFactory GrainFactory { get; }

    public ILogger Logger { get; }

    public TimeProvider Time { get; }

    /// <summary>Filled at <see cref="Join"/>: filters may need grains themselves.</summary>
    public IIncomingGrainCallFilter[] IncomingFilters { get; private set; } = [];

    /// <inheritdoc cref="IncomingFilters" />
    public IOutgoingGrainCallFilter[] OutgoingFilters { get; private set; } = [];

    /// <summary>How long the grains here may act; null where this process is alone.</summary>
    public Membership.Lease? Lease { get; set; }

    /// <summary>Requests that an activation may have; 0 for no limit.</summary>
    public int MailboxLimit { get; }

    public TimeSpan ResponseTimeout { get; }

    public TimeSpan ActivationTimeout => _collection.ActivationTimeout;

    public TimeSpan DeactivationTimeout => _collection.DeactivationTimeout;

    public TimeSpan CollectionQuantum => _collection.CollectionQuantum;

    public int DeactivationTicks { get; }

    /// <exception cref="SiloUnavailableException">The host has not started.</exception>
    public InProcessCluster Cluster =>
        _cluster ?? throw new SiloUnavailableException($"{Name} has not joined a cluster yet: its host has not started.");

    public void Join(InProcessCluster cluster)
    {
        IncomingFilters = IsSilo ? [.. Services.GetServices<IIncomingGrainCallFilter>()] : [];
        OutgoingFilters = [.. Services.GetServices<IOutgoingGrainCallFilter>()];
        _cluster = cluster;
    }

    /// <summary>When the caller of a call that is made now gives up.</summary>
    public int DueTick(TimeSpan? responseTimeout) =>
        Cluster.Clock.Tick + 1 + (responseTimeout is { } own ? ClusterClock.Ticks(own) : _responseTicks);

    /// <summary>How long a grain of this class may go uncalled.</summary>
    public int CollectionAgeTicks(GrainClass grainClass) => _ages.TryGetValue(grainClass, out var ticks)
        ? ticks
        : _ages.GetOrAdd(grainClass, ClusterClock.Ticks(
            _collection.ClassSpecificCollectionAge.TryGetValue(grainClass.Type.FullName!, out var age)
                ? age
                : grainClass.AgeLimit ?? _collection.CollectionAge));

    /// <summary>The activations of a stateless worker here.</summary>
    public WorkerPool Workers(GrainId id, GrainClass grainClass) =>
        _workers.TryGetValue(id, out var pool) ? pool : _workers.GetOrAdd(id, static (id, made) => new WorkerPool(made.grainClass, id, made.silo), (grainClass, silo: this));

    public IEnumerable<Activation> LocalWorkers() => _workers.Values.SelectMany(pool => pool.Alive());
}
