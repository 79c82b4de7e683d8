using System.Security.Cryptography;
using System.Text;
using Bourse.GrainInterfaces.Users;

namespace Bourse.Grains.Users;

/// <summary>The user's sessions.</summary>
public sealed partial class UserGrain
{
    private const int MaxSessions = 20;
    private static readonly TimeSpan SessionLife = TimeSpan.FromDays(7);

    public async Task<UserView?> StartSession(SessionStart start)
    {
        if (!Exists)
        {
            return null;
        }

        var session = Renewed(
            new UserSession { Family = start.Family, StartedAt = clock.GetUtcNow(), Address = start.Address, Agent = start.Agent }, start.SecretHash);
        await Save(state.State with
        {
            PasswordHash = start.NewPasswordHash ?? state.State.PasswordHash,
            FailedLogins = 0,
            LockedUntil = null,
            Sessions = [.. Running(exceptFamily: start.Family).TakeLast(MaxSessions - 1), session],
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

        await Save(state.State with { Sessions = [.. Running(rotation.Family), Renewed(session, rotation.NewSecretHash)] });
        return new RotateAnswer(RotateKind.Done, View());
    }

    public async Task EndSession(string family)
    {
        if (state.State.Sessions.Any(s => s.Family == family))
        {
            await Save(state.State with { Sessions = [.. Running(family)] });
        }
    }

    public Task<IReadOnlyList<string>?> CheckSession(string family) =>
        Task.FromResult(Exists && Running(exceptFamily: null).Any(s => s.Family == family) ? state.State.Roles : null);

    public Task<IReadOnlyList<SessionView>> GetSessions() => Task.FromResult<IReadOnlyList<SessionView>>(
        [.. Running(exceptFamily: null).Select(s => new SessionView(s.Family, s.StartedAt, s.UsedAt, s.ExpiresAt, s.Address, s.Agent))]);

    public Task EndOtherSessions(string? exceptFamily) => Save(state.State with { Sessions = Only(exceptFamily) });

    private UserSession[] Only(string? family) => [.. Running(exceptFamily: null).Where(s => s.Family == family)];

    /// <summary>Sessions whose time has not run out, the one unused for longest first.</summary>
    private IEnumerable<UserSession> Running(string? exceptFamily)
    {
        var now = clock.GetUtcNow();
        return state.State.Sessions.Where(s => s.ExpiresAt > now && s.Family != exceptFamily);
    }

    private UserSession Renewed(UserSession session, string secretHash) =>
        session with { SecretHash = secretHash, UsedAt = clock.GetUtcNow(), ExpiresAt = clock.GetUtcNow() + SessionLife };
}
