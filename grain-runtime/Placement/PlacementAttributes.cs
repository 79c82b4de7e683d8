using Orleans.Runtime;

namespace Orleans.Placement
{
    /// <summary>Says which silo a grain comes to life on.</summary>
    /// <remarks>The embedded engine knows two kinds: a stateless worker runs on the caller's silo, every other grain on the owner of its
    /// partition, whatever the attribute says.</remarks>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public abstract class PlacementAttribute : Attribute
    {
        /// <summary>Holds a strategy.</summary>
        protected PlacementAttribute(PlacementStrategy placement) => PlacementStrategy = placement;

        /// <summary>The strategy.</summary>
        public PlacementStrategy PlacementStrategy { get; }
    }

    /// <summary>By a hash of the grain's identity: what the embedded engine always does.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class HashBasedPlacementAttribute() : PlacementAttribute(new HashBasedPlacement());

    /// <summary>On the silo of the first caller. In the embedded engine: by hash.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class PreferLocalPlacementAttribute() : PlacementAttribute(new PreferLocalPlacement());

    /// <summary>On any silo. In the embedded engine: by hash.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class RandomPlacementAttribute() : PlacementAttribute(new RandomPlacement());

    /// <summary>On the silo with the fewest activations. In the embedded engine: by hash.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class ActivationCountBasedPlacementAttribute() : PlacementAttribute(new ActivationCountBasedPlacement());

    /// <summary>On the silo with the most to spare. In the embedded engine: by hash.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class ResourceOptimizedPlacementAttribute() : PlacementAttribute(new ResourceOptimizedPlacement());
}

namespace Orleans.Runtime
{
    /// <summary>A way of choosing a silo for a grain.</summary>
    public abstract class PlacementStrategy;

    /// <summary>See <see cref="Orleans.Placement.HashBasedPlacementAttribute"/>.</summary>
    public sealed class HashBasedPlacement : PlacementStrategy;

    /// <summary>See <see cref="Orleans.Placement.PreferLocalPlacementAttribute"/>.</summary>
    public sealed class PreferLocalPlacement : PlacementStrategy;

    /// <summary>See <see cref="Orleans.Placement.RandomPlacementAttribute"/>.</summary>
    public sealed class RandomPlacement : PlacementStrategy;

    /// <summary>See <see cref="Orleans.Placement.ActivationCountBasedPlacementAttribute"/>.</summary>
    public sealed class ActivationCountBasedPlacement : PlacementStrategy;

    /// <summary>See <see cref="Orleans.Placement.ResourceOptimizedPlacementAttribute"/>.</summary>
    public sealed class ResourceOptimizedPlacement : PlacementStrategy;

    /// <summary>See <see cref="Orleans.Concurrency.StatelessWorkerAttribute"/>.</summary>
    internal sealed class StatelessWorkerPlacement : PlacementStrategy
    {
        public StatelessWorkerPlacement(int maxLocalWorkers) =>
            MaxLocalWorkers = maxLocalWorkers > 0 ? maxLocalWorkers : Environment.ProcessorCount;

        public int MaxLocalWorkers { get; }
    }
}
