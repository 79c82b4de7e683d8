using Bourse.GrainInterfaces.Users;
using Orleans.Placement;

namespace Bourse.Grains.Users;

/// <summary>See <see cref="IUserNameGrain"/>.</summary>
[HashBasedPlacement]
public sealed class UserNameGrain(
    [PersistentState("user-name", UserStorage.Name)] IPersistentState<UserNameState> state, TimeProvider clock) : Grain, IUserNameGrain
{
    /// <summary>Longer than all calls of a registration may take together.</summary>
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromSeconds(60);

    public async Task<bool> Claim(string userId)
    {
        if (state.State.UserId is { } holder)
        {
            if (holder == userId)
            {
                return true;
            }

            if (clock.GetUtcNow() - state.State.ClaimedAt < AbandonedAfter || await GrainFactory.GetGrain<IUserGrain>(holder).Get() is not null)
            {
                return false;
            }
        }

        await UserStorage.Save(state, new UserNameState { UserId = userId, ClaimedAt = clock.GetUtcNow() }, this);
        return true;
    }

    public async Task Release(string userId)
    {
        if (state.State.UserId == userId)
        {
            await UserStorage.Save(state, new UserNameState(), this);
        }
    }

    public Task<string?> Resolve() => Task.FromResult(state.State.UserId);
}

/// <summary>Who has the name.</summary>
[GenerateSerializer, Alias("bourse.user-name-state")]
public sealed record UserNameState
{
    [Id(0)] public string? UserId { get; init; }

    [Id(1)] public DateTimeOffset ClaimedAt { get; init; }
}
