using System.Collections.Concurrent;
using Bourse.ApiHost.Auth;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Live;

/// <summary>Counts connections, so that nobody takes them all.</summary>
public sealed class HubConnections(IOptions<LiveOptions> options)
{
    private readonly ConcurrentDictionary<string, int> byUser = new(StringComparer.Ordinal);
    private int anonymous;
    private int all;

    /// <summary>Connections at this front end now.</summary>
    public int Count => Volatile.Read(ref all);

    /// <summary>False when there are too many; then nothing is counted.</summary>
    public bool TryOpen(Caller? caller)
    {
        var taken = caller is null
            ? TryCount(Interlocked.Increment(ref anonymous), options.Value.MaxAnonymousConnections)
            : TryCount(byUser.AddOrUpdate(caller.UserId, 1, static (_, count) => count + 1), options.Value.MaxConnectionsPerUser);
        if (!taken)
        {
            Forget(caller);
            return false;
        }

        Interlocked.Increment(ref all);
        return true;
    }

    public void Close(Caller? caller)
    {
        Interlocked.Decrement(ref all);
        Forget(caller);
    }

    private static bool TryCount(int count, int max) => count <= max;

    private void Forget(Caller? caller)
    {
        if (caller is null)
        {
            Interlocked.Decrement(ref anonymous);
        }
        else if (byUser.AddOrUpdate(caller.UserId, 0, static (_, count) => count - 1) <= 0)
        {
            byUser.TryRemove(new KeyValuePair<string, int>(caller.UserId, 0));
        }
    }
}
