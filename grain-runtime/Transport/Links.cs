using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Authentication;
using Bourse.GrainRuntime.Membership;
using Bourse.GrainRuntime.Wire;
using Microsoft.Extensions.Logging;

namespace Bourse.GrainRuntime.Transport;

/// <summary>
/// This process's connections: one to each silo, and for a silo one to each client. The younger silo connects to the older, and a client to every
/// silo, again and again while the map names it.
/// </summary>
internal sealed class Links(Func<PeerIdentity> self, byte[] secret, Wrapping wrapping, Func<FrameReader> newReader, ILogger logger)
{
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>How long calls wait for a member that is not reached; later ones fail at once.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<long, Connection> _members = new();
    private readonly ConcurrentDictionary<Guid, Connection> _processes = new();

    private readonly ConcurrentDictionary<long, bool> _dialled = new();

    // Since when members are not reached, where they are not (in ms).
    private readonly ConcurrentDictionary<long, long> _unreached = new();
    private ClusterMap _map = ClusterMap.Empty;
    private int _isOver;

    /// <summary>What takes frames.</summary>
    public required Action<Connection, FrameKind, FrameReader> Handle { get; init; }

    /// <summary>Called before the first frame of a connection is read.</summary>
    public required Action<Connection> Opened { get; init; }

    /// <summary>Called after a connection has ended.</summary>
    public required Action<Connection> Closed { get; init; }

    public IEnumerable<Connection> All => _processes.Values;

    public IEnumerable<Connection> Silos => _members.Values;

    public Connection? ToMember(long member) => _members.GetValueOrDefault(member);

    public Connection? ToProcess(Guid process) => _processes.GetValueOrDefault(process);

    /// <summary>Whether some member has not been reached for so long that calls to it fail at once.</summary>
    public bool MissesSome => Volatile.Read(ref _map).Members.Keys.Any(IsMissed);

    /// <summary>Whether a member has not been reached for so long that calls to it fail at once.</summary>
    public bool IsMissed(long member) => IsUnreachedFor(member, s_patience);

    /// <summary>Members that this process connects to and has not reached for so long.</summary>
    public IEnumerable<long> UnreachedFor(TimeSpan time) => _dialled.Keys.Where(member => IsUnreachedFor(member, time));

    /// <summary>Connects to what the map names and this process connects to.</summary>
    public void Follow(ClusterMap map)
    {
        Volatile.Write(ref _map, map);
        var me = self().Member;
        foreach (var gone in _unreached.Keys.Where(member => !map.Members.ContainsKey(member)))
        {
            _unreached.TryRemove(gone, out _);
        }

        foreach (var member in map.Members.Values.Where(m => m.Id != me))
        {
            _unreached.TryAdd(member.Id, Environment.TickCount64);
            if ((me == 0 || member.Id < me) && _dialled.TryAdd(member.Id, true))
            {
                _ = Task.Run(() => KeepDialling(member));
            }
        }
    }

    /// <summary>Runs a connection until it ends.</summary>
    public async Task Run(Link link, PeerIdentity peer)
    {
        var connection = new Connection(link, peer, newReader());
        _processes.GetValueOrDefault(peer.Process)?.Close(); // the peer knows that it is dead, this side does not yet
        _processes[peer.Process] = connection;
        if (peer.IsSilo)
        {
            _members[peer.Member] = connection;
        }

        if (Volatile.Read(ref _isOver) != 0)
        {
            connection.Close();
        }

        try
        {
            Opened(connection);
            await connection.Run(Handle);
        }
        catch (Exception exception)
        {
            // What a peer sends ends its connection, and nothing else.
            logger.LogWarning(EngineEvents.PeerRefused, exception, "The connection with {Peer} is closed", peer);
        }

        connection.Close();
        _processes.TryRemove(KeyValuePair.Create(peer.Process, connection));
        if (peer.IsSilo)
        {
            _unreached[peer.Member] = connection.HeardAt;
        }

        _members.TryRemove(KeyValuePair.Create(peer.Member, connection));
        Closed(connection);
    }

    public void Close()
    {
        Volatile.Write(ref _isOver, 1);
        foreach (var connection in All)
        {
            connection.Close();
        }
    }

    private bool IsUnreachedFor(long member, TimeSpan time) =>
        !_members.ContainsKey(member) && _unreached.TryGetValue(member, out var since) && Environment.TickCount64 - since > time.TotalMilliseconds;

    private async Task KeepDialling(ClusterMember member)
    {
        while (Volatile.Read(ref _isOver) == 0 && Volatile.Read(ref _map).Members.ContainsKey(member.Id))
        {
            try
            {
                var (link, peer) = await Dial(member);
                await Run(link, peer);
            }
            catch (Exception exception) when (exception is WireException or IOException or SocketException or OperationCanceledException or AuthenticationException)
            {
                logger.LogDebug(exception, "{Member} is not reached", member.Name);
            }

            await Task.Delay(s_pause);
        }

        _dialled.TryRemove(member.Id, out _);
    }

    private async Task<(Link Link, PeerIdentity Peer)> Dial(ClusterMember member)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var timeout = new CancellationTokenSource(s_connectTimeout);
            var colon = member.Address.LastIndexOf(':');
            await socket.ConnectAsync(member.Address[..colon], int.Parse(member.Address.AsSpan(colon + 1), null), timeout.Token);
            var link = await wrapping.Dial(socket, timeout.Token);
            return (link, await Handshake.Dial(link.Stream, secret, self(), member.Id, timeout.Token));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
