using Bourse.GrainRuntime.Activations;
using Bourse.GrainRuntime.Calls;
using Orleans;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Cluster;

/// <summary>Makes references whose calls go out from one silo or client.</summary>
internal sealed class GrainFactory(LocalRuntime runtime) : IClusterClient
{
    public IServiceProvider ServiceProvider => runtime.Services;

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(primaryKey);
        return Get<TGrainInterface>(IdSpan.Create(primaryKey), grainClassNamePrefix);
    }

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix)
        where TGrainInterface : IGrainWithGuidKey =>
        Get<TGrainInterface>(GrainIdKeyExtensions.CreateGuidKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix)
        where TGrainInterface : IGrainWithIntegerKey =>
        Get<TGrainInterface>(GrainIdKeyExtensions.CreateIntegerKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix)
        where TGrainInterface : IGrainWithGuidCompoundKey =>
        Get<TGrainInterface>(GrainIdKeyExtensions.CreateGuidKey(primaryKey, keyExtension), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix)
        where TGrainInterface : IGrainWithIntegerCompoundKey =>
        Get<TGrainInterface>(GrainIdKeyExtensions.CreateIntegerKey(primaryKey, keyExtension), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable =>
        (TGrainInterface)(object)GrainReference.Make(GrainInterface<TGrainInterface>.Instance, grainId, runtime);

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => (IGrain)GetGrain(grainInterfaceType, IdSpan.Create(grainPrimaryKey));

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) =>
        (IGrain)GetGrain(grainInterfaceType, GrainIdKeyExtensions.CreateGuidKey(grainPrimaryKey));

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) =>
        (IGrain)GetGrain(grainInterfaceType, GrainIdKeyExtensions.CreateIntegerKey(grainPrimaryKey));

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey)
    {
        var type = GrainInterface.Of(interfaceType);
        return GrainReference.Make(type, GrainId.Create(type.GrainType, grainKey), runtime);
    }

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        ArgumentNullException.ThrowIfNull(obj);
        if (obj is GrainReference or IGrainBase)
        {
            throw new ArgumentException("A grain or a reference needs no object reference: use AsReference.", nameof(obj));
        }

        var observer = runtime.Cluster.Observers.Add(typeof(TGrainObserverInterface), obj, runtime);
        return GetGrain<TGrainObserverInterface>(observer.GrainId);
    }

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        if (obj is not GrainReference reference)
        {
            throw new ArgumentException("Give the reference that CreateObjectReference gave.", nameof(obj));
        }

        runtime.Cluster.Observers.Find(reference.GrainId)
            ?.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "The observer was deleted"));
    }

    private TGrainInterface Get<TGrainInterface>(IdSpan key, string? prefix)
    {
        var type = GrainInterface<TGrainInterface>.Instance;
        var grainType = prefix is null ? type.GrainType : GrainClasses.Resolve(type.Type, prefix);
        return (TGrainInterface)(object)GrainReference.Make(type, new GrainId(grainType, key), runtime);
    }
}
