using Bourse.GrainInterfaces.Venues;
using Bourse.Grains.Users;
using Orleans.Placement;

namespace Bourse.Grains.Venues;

/// <summary>What the grain keeps.</summary>
[GenerateSerializer, Alias("bourse.broker-keys-state")]
public sealed class BrokerKeysState
{
    [Id(0)]
    public BrokerKeys? Keys { get; set; }
}

/// <summary>See <see cref="IBrokerKeysGrain"/>.</summary>
[HashBasedPlacement]
public sealed class BrokerKeysGrain([PersistentState("broker-keys", "bourse")] IPersistentState<BrokerKeysState> state) : Grain, IBrokerKeysGrain
{
    public Task<BrokerKeys?> Get() => Task.FromResult(state.State.Keys);

    public Task Set(BrokerKeys keys) => UserStorage.Save(state, new BrokerKeysState { Keys = keys }, this);
}
