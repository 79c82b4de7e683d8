using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>Anything that can be called by reference: a grain or an observer.</summary>
    public interface IAddressable;

    /// <summary>What a running grain activation is to the code around it.</summary>
    /// <remarks>Narrower than in Orleans: no migration, no addressing of messages by hand.</remarks>
    public interface IGrainContext : IEquatable<IGrainContext>
    {
        /// <summary>A reference to this grain.</summary>
        GrainReference GrainReference { get; }

        /// <summary>The grain's identity.</summary>
        GrainId GrainId { get; }

        /// <summary>The grain object; null before it is made.</summary>
        object? GrainInstance { get; }

        /// <summary>Services scoped to this activation.</summary>
        IServiceProvider ActivationServices { get; }

        /// <summary>Hooks into activation and deactivation.</summary>
        IGrainLifecycle ObservableLifecycle { get; }

        /// <summary>Completes when this activation has gone.</summary>
        Task Deactivated { get; }

        /// <summary>A component put here with <see cref="SetComponent"/>, or null.</summary>
        TComponent? GetComponent<TComponent>() where TComponent : class;

        /// <summary>Keeps a component for the life of the activation; null removes it.</summary>
        void SetComponent<TComponent>(TComponent? value) where TComponent : class;

        /// <summary>Starts deactivation: running requests finish, later ones go to a fresh activation.</summary>
        void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
    }

    /// <summary>Hooks into activation (<see cref="GrainLifecycleStage"/>) and deactivation of one grain.</summary>
    public interface IGrainLifecycle : ILifecycleObservable;

    /// <summary>Stages of a grain's life.</summary>
    public static class GrainLifecycleStage
    {
        /// <summary>The first stage.</summary>
        public const int First = int.MinValue;

        /// <summary>Persistent state is read here.</summary>
        public const int SetupState = 1_000;

        /// <summary>OnActivateAsync runs here.</summary>
        public const int Activate = 2_000;

        /// <summary>The last stage.</summary>
        public const int Last = int.MaxValue;
    }
}

namespace Orleans
{
    /// <summary>Marks a grain interface.</summary>
    public interface IGrain : IAddressable;

    /// <summary>A grain whose key is a text.</summary>
    public interface IGrainWithStringKey : IGrain;

    /// <summary>A grain whose key is a GUID.</summary>
    public interface IGrainWithGuidKey : IGrain;

    /// <summary>A grain whose key is a number.</summary>
    public interface IGrainWithIntegerKey : IGrain;

    /// <summary>A grain whose key is a GUID and a text.</summary>
    public interface IGrainWithGuidCompoundKey : IGrain;

    /// <summary>A grain whose key is a number and a text.</summary>
    public interface IGrainWithIntegerCompoundKey : IGrain;

    /// <summary>An interface that grains call back: an object of the caller's, see <see cref="IGrainFactory.CreateObjectReference"/>.</summary>
    public interface IGrainObserver : IAddressable;

    /// <summary>What every grain class implements; <see cref="Grain"/> does it.</summary>
    public interface IGrainBase
    {
        /// <summary>The activation that holds this object.</summary>
        IGrainContext GrainContext { get; }

        /// <summary>Runs before the first request. A failure fails the waiting calls; the next call tries again.</summary>
        Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

        /// <summary>Runs after the last request.</summary>
        Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
    }
}
