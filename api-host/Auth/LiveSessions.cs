using System.Collections.Concurrent;
using Bourse.ApiHost.Problems;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Auth;

/// <summary>
/// Which sessions run, and with which roles, as this front end heard within the last second: so a sign-out, a changed password and a role that was taken
/// away count everywhere a second later, whatever a token says. A session that was known to run counts while its user's grain is away.
/// </summary>
public sealed class LiveSessions(IGrainFactory grains, TimeProvider clock)
{
    private const int MaxKnown = 100_000;
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<(string UserId, string SessionId), Known> sessions = new();

    /// <summary>The roles of the user whose session runs; null when it has ended. Throws what the grain's call throws when nothing is known yet.</summary>
    public ValueTask<IReadOnlyList<string>?> Roles(string userId, string sessionId) =>
        sessions.TryGetValue((userId, sessionId), out var known) && clock.GetElapsedTime(known.AskedAt) < MaxAge
            ? new ValueTask<IReadOnlyList<string>?>(known.Roles)
            : new ValueTask<IReadOnlyList<string>?>(Ask(userId, sessionId, known));

    /// <summary>Asks anew at the next use: something about the user's sessions was changed here.</summary>
    public void Forget(string userId)
    {
        foreach (var key in sessions.Keys.Where(key => key.UserId == userId))
        {
            sessions.TryRemove(key, out _);
        }
    }

    private async Task<IReadOnlyList<string>?> Ask(string userId, string sessionId, Known? known)
    {
        var askedAt = clock.GetTimestamp();
        try
        {
            var roles = await grains.GetGrain<IUserGrain>(userId).CheckSession(sessionId);
            if (sessions.Count >= MaxKnown)
            {
                sessions.Clear();
            }

            sessions[(userId, sessionId)] = new Known(roles, askedAt);
            return roles;
        }
        catch (Exception away) when (known?.Roles is not null && ProblemMap.Of(away) is not null)
        {
            return known.Roles;
        }
    }

    private sealed record Known(IReadOnlyList<string>? Roles, long AskedAt);
}
