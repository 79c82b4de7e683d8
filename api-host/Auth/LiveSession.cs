using Bourse.ApiHost.Problems;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Auth;

/// <summary>One session as <see cref="LiveSessions"/> knows it.</summary>
public sealed class LiveSession(IUserGrain user, string id, TimeProvider clock)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);
    private volatile Answer? known;

    /// <summary>The user's roles while the session runs; null when it has ended. Throws what the grain's call throws when nothing is known yet.</summary>
    public ValueTask<IReadOnlyList<string>?> Roles() =>
        known is { } answer && clock.GetElapsedTime(answer.AskedAt) < MaxAge
            ? new ValueTask<IReadOnlyList<string>?>(answer.Roles)
            : new ValueTask<IReadOnlyList<string>?>(Ask());

    /// <summary>Has the next use ask anew.</summary>
    public void Forget() => known = null;

    private async Task<IReadOnlyList<string>?> Ask()
    {
        var (before, askedAt) = (known, clock.GetTimestamp());
        try
        {
            var roles = await user.CheckSession(id);
            known = new Answer(roles, askedAt);
            return roles;
        }
        catch (Exception away) when (before?.Roles is not null && ProblemMap.Of(away) is not null)
        {
            return before.Roles;
        }
    }

    private sealed record Answer(IReadOnlyList<string>? Roles, long AskedAt);
}
