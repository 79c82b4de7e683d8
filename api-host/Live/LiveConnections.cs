using Bourse.ApiHost.Auth;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Live;

/// <summary>All live connections of this front end. Lets only so many in, so that nobody takes them all, and none once the front end is about to stop.</summary>
public sealed class LiveConnections(IOptions<LiveOptions> options)
{
    private readonly Lock guard = new();
    private readonly HashSet<LiveConnection> all = [];
    private readonly Dictionary<string, LiveUser> users = new(StringComparer.Ordinal);
    private int anonymous;
    private bool closed;

    /// <summary>Connections at this front end now.</summary>
    public int Count
    {
        get
        {
            lock (guard)
            {
                return all.Count;
            }
        }
    }

    /// <summary>Whether no more are let in, because this front end is about to stop.</summary>
    public bool Closed
    {
        get
        {
            lock (guard)
            {
                return closed;
            }
        }
    }

    /// <summary>False when there are too many, or the front end stops; then nothing is counted.</summary>
    public bool TryOpen(LiveConnection connection)
    {
        lock (guard)
        {
            return !closed && TryCount(connection, connection.Caller) && all.Add(connection);
        }
    }

    /// <summary>Gives an anonymous connection to a user; false when that one has too many, and then nothing changes.</summary>
    public bool TrySignIn(LiveConnection connection, Caller caller)
    {
        lock (guard)
        {
            if (!all.Contains(connection) || !TryCount(connection, caller))
            {
                return false;
            }

            anonymous--;
            connection.Caller = caller;
            return true;
        }
    }

    public void Close(LiveConnection connection)
    {
        lock (guard)
        {
            if (!all.Remove(connection))
            {
                return;
            }

            if (connection.Caller is not { } caller)
            {
                anonymous--;
            }
            else if (--connection.User!.Connections == 0)
            {
                users.Remove(caller.UserId);
            }
        }
    }

    /// <summary>The connections of users; a copy.</summary>
    public LiveConnection[] SignedIn()
    {
        lock (guard)
        {
            return [.. all.Where(connection => connection.Caller is not null)];
        }
    }

    /// <summary>A copy.</summary>
    public LiveConnection[] All()
    {
        lock (guard)
        {
            return [.. all];
        }
    }

    /// <summary>Lets no more in; gives back those that are there.</summary>
    public LiveConnection[] CloseDoor()
    {
        lock (guard)
        {
            closed = true;
            return [.. all];
        }
    }

    private bool TryCount(LiveConnection connection, Caller? caller)
    {
        if (caller is null)
        {
            if (anonymous >= options.Value.MaxAnonymousConnections)
            {
                return false;
            }

            anonymous++;
            return true;
        }

        if (!users.TryGetValue(caller.UserId, out var user))
        {
            users[caller.UserId] = user = new LiveUser(options.Value.MaxSymbolsPerUser);
        }

        if (user.Connections >= options.Value.MaxConnectionsPerUser)
        {
            return false;
        }

        user.Connections++;
        connection.User = user;
        return true;
    }
}
