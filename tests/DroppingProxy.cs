using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Bourse.Tests;

/// <summary>Stands before a silo's port. It can drop, without a word, what goes between the silo and one other member, as a broken network does.</summary>
internal sealed class DroppingProxy : IDisposable
{
    /// <summary>The dialling member's id stands in its first message, after four bytes.</summary>
    private const int MemberAt = 4;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<long, bool> _cut = new();
    private readonly ConcurrentDictionary<TcpClient, long> _clients = new();

    public DroppingProxy(int target)
    {
        Target = target;
        _listener.Start();
        _ = Accept();
    }

    /// <summary>Where the silo listens.</summary>
    public int Target { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <param name="member">0: all clients.</param>
    public void Cut(long member) => _cut[member] = true;

    /// <summary>Lets everything through again; connections that lost something end.</summary>
    public void Heal()
    {
        foreach (var (client, member) in _clients)
        {
            if (_cut.ContainsKey(member))
            {
                client.Dispose();
            }
        }

        _cut.Clear();
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var client in _clients.Keys)
        {
            client.Dispose();
        }
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                _ = Serve(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var mine = client;
        using var silo = new TcpClient();
        _clients[client] = -1;
        try
        {
            await silo.ConnectAsync(IPAddress.Loopback, Target);
            client.NoDelay = silo.NoDelay = true;
            var back = Pump(silo.GetStream(), client.GetStream(), client);
            var first = new byte[MemberAt + sizeof(long)];
            await client.GetStream().ReadExactlyAsync(first);
            _clients[client] = BinaryPrimitives.ReadInt64LittleEndian(first.AsSpan(MemberAt));
            if (!IsCut(client))
            {
                await silo.GetStream().WriteAsync(first);
            }

            await Task.WhenAny(back, Pump(client.GetStream(), silo.GetStream(), client));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // One side has ended; so does the other.
        }
        finally
        {
            _clients.TryRemove(client, out _);
        }
    }

    private async Task Pump(NetworkStream from, NetworkStream to, TcpClient client)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (int read; (read = await from.ReadAsync(buffer)) > 0;)
            {
                if (!IsCut(client))
                {
                    await to.WriteAsync(buffer.AsMemory(0, read));
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // One side has ended.
        }
    }

    private bool IsCut(TcpClient client) => _clients.TryGetValue(client, out var member) && _cut.ContainsKey(member);
}
