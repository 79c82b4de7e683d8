using System.Reflection;
using Bourse.GrainRuntime.Activations;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Storage;

namespace Bourse.GrainRuntime.Storage;

/// <summary>Finds the storage of a grain's state, and has the state read before OnActivateAsync.</summary>
internal static class StateBinding
{
    /// <summary>What the engine gives to a constructor parameter; null where services give it.</summary>
    public static Func<Activation, object>? FacetFor(ParameterInfo parameter)
    {
        if (parameter.ParameterType == typeof(IGrainContext))
        {
            return activation => activation;
        }

        if (parameter.GetCustomAttribute<PersistentStateAttribute>() is not { } attribute)
        {
            return null;
        }

        if (!parameter.ParameterType.IsGenericType || parameter.ParameterType.GetGenericTypeDefinition() != typeof(IPersistentState<>))
        {
            throw new OrleansConfigurationException($"[PersistentState] on {parameter.Member.DeclaringType} needs a parameter of IPersistentState<T>.");
        }

        var bind = typeof(StateBinding).GetMethod(nameof(Bind))!
            .MakeGenericMethod(parameter.ParameterType.GetGenericArguments())
            .CreateDelegate<Func<Activation, string, string, object>>();
        return activation => bind(activation, attribute.StateName, attribute.StorageName ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);
    }

    /// <summary>The state of a <see cref="Orleans.Grain{TGrainState}"/>.</summary>
    public static IStorage<TState> ForGrain<TState>(Activation activation, Type grainType)
    {
        var provider = grainType.GetCustomAttribute<StorageProviderAttribute>()?.ProviderName ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME;
        return (IStorage<TState>)Bind<TState>(activation, grainType.FullName!, provider);
    }

    /// <summary>A state of an activation.</summary>
    public static object Bind<TState>(Activation activation, string stateName, string storageName)
    {
        var storage = activation.ActivationServices.GetKeyedService<IGrainStorage>(storageName)
            ?? throw new OrleansConfigurationException($"No grain storage named \"{storageName}\" is registered, which {activation.GrainId} needs.");
        var state = new PersistentState<TState>(stateName, activation.GrainId, storage);
        activation.ObservableLifecycle.Subscribe(stateName, GrainLifecycleStage.SetupState, state);
        return state;
    }
}
