using Bourse.GrainInterfaces.Users;
using Orleans.Placement;

namespace Bourse.Grains.Users;

/// <summary>See <see cref="IUserGrain"/>.</summary>
[HashBasedPlacement]
public sealed partial class UserGrain(
    [PersistentState("user", UserStorage.Name)] IPersistentState<UserState> state, TimeProvider clock) : Grain, IUserGrain
{
    private const int FreeFailures = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);

    /// <summary>Wrong passwords in a row; only a lock-out is worth a write.</summary>
    private int failedLogins;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        failedLogins = state.State.FailedLogins;
        return Task.CompletedTask;
    }

    public async Task<UserView> Create(CreateUser command)
    {
        if (!state.RecordExists)
        {
            await Save(new UserState
            {
                Email = command.Email,
                Username = command.Username,
                PasswordHash = command.PasswordHash,
                Roles = [Roles.Trader],
                CreatedAt = clock.GetUtcNow(),
            });
        }
        else if (state.State.Email != command.Email || state.State.Username != command.Username)
        {
            throw new InvalidOperationException("Another user has this id.");
        }

        return View();
    }

    public Task<UserView?> Get() => Task.FromResult(Exists ? View() : null);

    public Task<Credential?> GetCredential() =>
        Task.FromResult(Exists ? new Credential(state.State.PasswordHash, LockedUntil(), state.State.SealedTotp) : null);

    public async Task LoginFailed()
    {
        if (!Exists || LockedUntil() is not null)
        {
            return;
        }

        failedLogins++;
        if (failedLogins >= FreeFailures)
        {
            var doublings = Math.Min(failedLogins - FreeFailures, 10);
            var pause = TimeSpan.FromTicks(Math.Min(FirstPause.Ticks << doublings, LongestPause.Ticks));
            await Save(state.State with { FailedLogins = failedLogins, LockedUntil = clock.GetUtcNow() + pause });
        }
    }

    public async Task<UserView> Grant(string role)
    {
        ThrowUnlessExists();
        if (!state.State.Roles.Contains(role))
        {
            await Save(state.State with { Roles = [.. state.State.Roles, role] });
        }

        return View();
    }

    public async Task<UserView> Revoke(string role)
    {
        ThrowUnlessExists();
        if (state.State.Roles.Contains(role))
        {
            await Save(state.State with { Roles = [.. state.State.Roles.Where(r => r != role)] });
        }

        return View();
    }

    private bool Exists => state.RecordExists && !state.State.IsErased;

    private void ThrowUnlessExists()
    {
        if (!Exists)
        {
            throw new InvalidOperationException("There is no such user.");
        }
    }

    private UserView View() => new(this.GetPrimaryKeyString(), state.State.Email, state.State.Username, state.State.Roles, state.State.CreatedAt);

    private DateTimeOffset? LockedUntil() => state.State.LockedUntil is { } until && until > clock.GetUtcNow() ? until : null;

    private Task Save(UserState next) => UserStorage.Save(state, next, this);
}
