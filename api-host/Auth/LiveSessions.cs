using System.Collections.Concurrent;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Auth;

/// <summary>
/// Which sessions run, and with which roles, as this front end heard within the last second: so a sign-out, a changed password and a role that was taken
/// away count everywhere a second later, whatever a token says. A session that was known to run counts while its user's grain is away.
/// </summary>
public sealed class LiveSessions(IGrainFactory grains, TimeProvider clock)
{
    private const int MaxKnown = 100_000;
    private readonly ConcurrentDictionary<(string UserId, string SessionId), LiveSession> sessions = new();

    /// <summary>What this front end knows of the session; one that is asked often, as a connection's is, is worth keeping.</summary>
    public LiveSession Of(string userId, string sessionId)
    {
        if (sessions.TryGetValue((userId, sessionId), out var known))
        {
            return known;
        }

        if (sessions.Count >= MaxKnown)
        {
            sessions.Clear(); // those that are kept elsewhere hear of a change a second later
        }

        return sessions.GetOrAdd((userId, sessionId), static (key, of) => new LiveSession(of.Grains.GetGrain<IUserGrain>(key.UserId), key.SessionId, of.Clock), (Grains: grains, Clock: clock));
    }

    /// <summary>As <see cref="LiveSession.Roles"/>.</summary>
    public ValueTask<IReadOnlyList<string>?> Roles(string userId, string sessionId) => Of(userId, sessionId).Roles();

    /// <summary>Asks anew at the next use: something about the user's sessions was changed here.</summary>
    public void Forget(string userId)
    {
        foreach (var (key, session) in sessions)
        {
            if (key.UserId == userId)
            {
                session.Forget();
            }
        }
    }
}
