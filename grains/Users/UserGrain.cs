using System.Security.Cryptography;
using System.Text;
using Bourse.GrainInterfaces.Users;

namespace Bourse.Grains.Users;

/// <summary>See <see cref="IUserGrain"/>.</summary>
public sealed class UserGrain(
    [PersistentState("user", UserStorage.Name)] IPersistentState<UserState> state, TimeProvider clock) : Grain, IUserGrain
{
    private const int MaxSessions = 20;
    private const int FreeFailures = 5;
    private static readonly TimeSpan SessionLife = TimeSpan.FromDays(7);
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

    public Task<UserView?> Get() => Task.FromResult(state.RecordExists ? View() : null);

    public Task<Credential?> GetCredential() =>
        Task.FromResult(state.RecordExists ? new Credential(state.State.PasswordHash, LockedUntil()) : null);

    public async Task LoginFailed()
    {
        if (!state.RecordExists || LockedUntil() is not null)
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

    public async Task<UserView?> StartSession(SessionStart start)
    {
        if (!state.RecordExists)
        {
            return null;
        }

        await Save(state.State with
        {
            PasswordHash = start.NewPasswordHash ?? state.State.PasswordHash,
            FailedLogins = 0,
            LockedUntil = null,
            Sessions = [.. Running(exceptFamily: start.Family).TakeLast(MaxSessions - 1), NewSession(start.Family, start.SecretHash)],
        });
        failedLogins = 0;
        return View();
    }

    public async Task<RotateAnswer> RotateSession(SessionRotation rotation)
    {
        var session = Running(exceptFamily: null).FirstOrDefault(s => s.Family == rotation.Family);
        if (session is null)
        {
            return new RotateAnswer(RotateKind.Unknown, null);
        }

        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(session.SecretHash), Encoding.ASCII.GetBytes(rotation.SecretHash)))
        {
            await EndSession(rotation.Family);
            return new RotateAnswer(RotateKind.Reused, null);
        }

        await Save(state.State with { Sessions = [.. Running(rotation.Family), NewSession(rotation.Family, rotation.NewSecretHash)] });
        return new RotateAnswer(RotateKind.Done, View());
    }

    public async Task EndSession(string family)
    {
        if (state.State.Sessions.Any(s => s.Family == family))
        {
            await Save(state.State with { Sessions = [.. Running(family)] });
        }
    }

    public async Task<UserView> Grant(string role)
    {
        if (!state.RecordExists)
        {
            throw new InvalidOperationException("There is no such user.");
        }

        if (!state.State.Roles.Contains(role))
        {
            await Save(state.State with { Roles = [.. state.State.Roles, role] });
        }

        return View();
    }

    private UserView View() => new(this.GetPrimaryKeyString(), state.State.Email, state.State.Username, state.State.Roles, state.State.CreatedAt);

    private DateTimeOffset? LockedUntil() => state.State.LockedUntil is { } until && until > clock.GetUtcNow() ? until : null;

    /// <summary>Sessions whose time has not run out, the one unused for longest first.</summary>
    private IEnumerable<UserSession> Running(string? exceptFamily)
    {
        var now = clock.GetUtcNow();
        return state.State.Sessions.Where(s => s.ExpiresAt > now && s.Family != exceptFamily);
    }

    private UserSession NewSession(string family, string secretHash) =>
        new() { Family = family, SecretHash = secretHash, ExpiresAt = clock.GetUtcNow() + SessionLife };

    private Task Save(UserState next) => UserStorage.Save(state, next, this);
}
