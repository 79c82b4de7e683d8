using System.Collections.Concurrent;
using Bourse.ApiHost.Problems;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Auth.Keys;

/// <summary>API keys and their users' roles as this front end heard within the last second. Bounded; ids that cannot be one are not asked for.</summary>
public sealed class ApiKeys(IGrainFactory grains, TimeProvider clock)
{
    public const string Prefix = "BK";
    public const int IdLength = 26;
    private const int MaxKnown = 100_000;
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, Known> known = new(StringComparer.Ordinal);

    /// <summary>Null when there is no such key, or its user is gone.</summary>
    public async ValueTask<Known?> Find(string id)
    {
        if (id.Length != IdLength || !id.StartsWith(Prefix, StringComparison.Ordinal) || !id.All(char.IsAsciiLetterOrDigit))
        {
            return null;
        }

        if (known.TryGetValue(id, out var one) && clock.GetElapsedTime(one.AskedAt) < MaxAge)
        {
            return one;
        }

        var askedAt = clock.GetTimestamp();
        if (await grains.GetGrain<IApiKeyGrain>(id).Get() is not { } key || await grains.GetGrain<IUserGrain>(key.UserId).Get() is not { } user)
        {
            known.TryRemove(id, out _);
            return null;
        }

        if (known.Count >= MaxKnown)
        {
            known.Clear();
        }

        return known[id] = new Known(key, user.Roles, askedAt);
    }

    public void Forget(string id) => known.TryRemove(id, out _);

    public Task<bool> UseSignature(string id, string signature, long timestampMs) => grains.GetGrain<IApiKeyGrain>(id).UseSignature(signature, timestampMs);

    /// <summary>A key with its user's roles.</summary>
    public sealed record Known(ApiKeyView Key, IReadOnlyList<string> Roles, long AskedAt);
}
