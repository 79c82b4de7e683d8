using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Bourse.ApiHost.Live;

/// <summary>
/// Bounds what the kernel keeps for a client that does not read: by default up to megabytes, which such a client would read, state after outdated state, before
/// it comes to the newest. And for how long: a client that has vanished is found out by what its system does not acknowledge.
/// </summary>
public static class SocketBuffers
{
    private const int MaxUnsentBytes = 32 * 1024;
    private const int ProtocolTcp = 6;
    private const int TcpNotSentLowWater = 25;
    private const int TcpUserTimeout = 18;

    /// <param name="stall">How long a client may take nothing of what it is sent.</param>
    public static void Configure(SocketTransportOptions sockets, TimeSpan stall)
    {
        sockets.CreateBoundListenSocket = address => Listen(address, stall);
        sockets.UnsafePreferInlineScheduling = true;
        sockets.MaxWriteBufferSize = 1; // a write is over when the socket has all of it: frames that go to the socket themselves come after it
    }

    /// <summary>A listening socket; those that it accepts have its options.</summary>
    private static Socket Listen(EndPoint address, TimeSpan stall)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        if (OperatingSystem.IsLinux() && address is IPEndPoint)
        {
            socket.SetRawSocketOption(ProtocolTcp, TcpNotSentLowWater, BitConverter.GetBytes(MaxUnsentBytes));
            socket.SetRawSocketOption(ProtocolTcp, TcpUserTimeout, BitConverter.GetBytes((int)stall.TotalMilliseconds));
        }

        return socket;
    }
}
