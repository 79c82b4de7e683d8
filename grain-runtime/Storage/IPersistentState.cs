using Orleans.Core;

namespace Orleans.Core
{
    /// <summary>A stored record of a grain.</summary>
    public interface IStorage
    {
        /// <summary>The version read or written last.</summary>
        string? Etag { get; }

        /// <summary>Whether something is stored.</summary>
        bool RecordExists { get; }

        /// <summary>Reads it again.</summary>
        Task ReadStateAsync();

        /// <summary>Stores it.</summary>
        /// <exception cref="Orleans.Storage.InconsistentStateException">Another activation wrote since it was read.</exception>
        Task WriteStateAsync();

        /// <summary>Removes it from storage.</summary>
        /// <exception cref="Orleans.Storage.InconsistentStateException">Another activation wrote since it was read.</exception>
        Task ClearStateAsync();

        /// <inheritdoc cref="ReadStateAsync()" />
        Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();

        /// <inheritdoc cref="WriteStateAsync()" />
        Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

        /// <inheritdoc cref="ClearStateAsync()" />
        Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();
    }

    /// <summary>A stored record of a grain, with its content.</summary>
    public interface IStorage<TState> : IStorage
    {
        /// <summary>The content.</summary>
        TState State { get; set; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>A state given to a grain's constructor; it is read before OnActivateAsync.</summary>
    public interface IPersistentState<TState> : IStorage<TState>;

    /// <summary>Names of a persistent state.</summary>
    public interface IPersistentStateConfiguration
    {
        /// <summary>The state's name among those of its grain.</summary>
        string StateName { get; }

        /// <summary>The storage's name; null for the default one.</summary>
        string? StorageName { get; }
    }

    /// <summary>On a constructor parameter of type <see cref="IPersistentState{TState}"/>.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public class PersistentStateAttribute(string stateName, string? storageName = null) : Attribute, IFacetMetadata, IPersistentStateConfiguration
    {
        /// <inheritdoc />
        public string StateName { get; } = stateName;

        /// <inheritdoc />
        public string? StorageName { get; } = storageName;
    }
}

namespace Orleans
{
    /// <summary>Marks attributes of constructor parameters that the engine fills.</summary>
    public interface IFacetMetadata;
}
