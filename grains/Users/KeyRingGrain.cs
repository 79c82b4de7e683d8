using Bourse.GrainInterfaces.Users;
using Orleans.Placement;

namespace Bourse.Grains.Users;

/// <summary>See <see cref="IKeyRingGrain"/>.</summary>
[HashBasedPlacement]
public sealed class KeyRingGrain(
    [PersistentState("key-ring", UserStorage.Name)] IPersistentState<KeyRingState> state, TimeProvider clock) : Grain, IKeyRingGrain
{
    private const int MaxSecret = 500;
    private static readonly TimeSpan RotateAfter = TimeSpan.FromDays(30);

    /// <summary>A key verifies for so long after it was replaced: longer than any token lives.</summary>
    private static readonly TimeSpan KeepAfterRotation = TimeSpan.FromDays(1);

    public async Task<KeyRing> Get(string fresh)
    {
        var isDue = state.State.Keys is [] || clock.GetUtcNow() - state.State.Keys[0].CreatedAt >= RotateAfter;
        return isDue ? await Rotate(fresh, dropOld: false) : new KeyRing(state.State.Keys);
    }

    public async Task<KeyRing> Rotate(string fresh, bool dropOld)
    {
        ThrowIfInvalid(fresh);
        var now = clock.GetUtcNow();
        var key = new SigningKey(Guid.NewGuid().ToString("N")[..16], fresh, now);
        var kept = state.State.Keys.Where((_, age) => !dropOld && (age == 0 || now - state.State.Keys[age - 1].CreatedAt < KeepAfterRotation));
        await UserStorage.Save(state, new KeyRingState { Keys = [key, .. kept] }, this);
        return new KeyRing(state.State.Keys);
    }

    public async Task Reseal(string kid, string before, string after)
    {
        ThrowIfInvalid(after);
        if (state.State.Keys.Any(key => key.Kid == kid && key.Secret == before))
        {
            await UserStorage.Save(
                state, new KeyRingState { Keys = [.. state.State.Keys.Select(key => key.Kid == kid ? key with { Secret = after } : key)] }, this);
        }
    }

    private static void ThrowIfInvalid(string secret)
    {
        ArgumentException.ThrowIfNullOrEmpty(secret);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(secret.Length, MaxSecret);
    }
}

/// <summary>The keys, the newest first.</summary>
[GenerateSerializer, Alias("bourse.key-ring-state")]
public sealed record KeyRingState
{
    [Id(0)] public IReadOnlyList<SigningKey> Keys { get; init; } = [];
}
