using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Bourse.GrainRuntime.Wire;
using Microsoft.Extensions.Logging;

namespace Bourse.GrainRuntime.Transport;

/// <summary>Takes connections of silos and clients in, once they have proved that they know the cluster's secret.</summary>
internal sealed class Listener : IDisposable
{
    /// <summary>Connections that have proved nothing yet.</summary>
    private const int MaxStrangers = 64;

    private readonly Socket _socket;
    private readonly ILogger _logger;
    private int _strangers;

    /// <param name="endpoint">Port 0 takes a free one.</param>
    public Listener(IPEndPoint endpoint, ILogger logger)
    {
        _logger = logger;
        _socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _socket.Bind(endpoint);
        _socket.Listen(512);
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <param name="secret">The cluster's.</param>
    /// <param name="self">Who listens; null while it belongs to no cluster.</param>
    /// <param name="wrapping">Makes what is spoken over.</param>
    /// <param name="welcome">Takes a connection over; it is disposed of by the taker.</param>
    public async Task Run(byte[] secret, Wrapping wrapping, Func<PeerIdentity?> self, Func<Link, PeerIdentity, Task> welcome)
    {
        while (true)
        {
            Socket accepted;
            try
            {
                accepted = await _socket.AcceptAsync();
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception)
            {
                if (exception.SocketErrorCode == SocketError.OperationAborted)
                {
                    return;
                }

                // The stranger left while it was let in, or there are no file handles left: the next one may come.
                _logger.LogWarning(EngineEvents.PeerRefused, exception, "A connection could not be accepted");
                await Task.Delay(100);
                continue;
            }

            if (self() is null || Interlocked.Increment(ref _strangers) > MaxStrangers)
            {
                Interlocked.Decrement(ref _strangers);
                accepted.Dispose();
                continue;
            }

            _ = Meet(accepted, secret, wrapping, self, welcome);
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task Meet(Socket socket, byte[] secret, Wrapping wrapping, Func<PeerIdentity?> self, Func<Link, PeerIdentity, Task> welcome)
    {
        Link link;
        PeerIdentity peer;
        try
        {
            socket.NoDelay = true;
            using var timeout = new CancellationTokenSource(Handshake.Timeout);
            link = await wrapping.Accept(socket, timeout.Token);
            peer = await Handshake.Accept(link.Stream, secret, () => self() ?? throw new WireException("no member"), timeout.Token);
        }
        catch (Exception exception) when (exception is WireException or IOException or SocketException or OperationCanceledException or ObjectDisposedException or AuthenticationException)
        {
            _logger.LogWarning(EngineEvents.PeerRefused, "A connection was refused: {Reason}", exception.Message);
            socket.Dispose();
            return;
        }
        finally
        {
            Interlocked.Decrement(ref _strangers);
        }

        await welcome(link, peer);
    }
}
