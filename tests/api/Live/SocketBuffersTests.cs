using System.Net;
using System.Net.Sockets;
using Bourse.ApiHost.Live;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Bourse.Tests.Api.Live;

public sealed class SocketBuffersTests
{
    private const int ProtocolTcp = 6;
    private const int TcpUserTimeout = 18;

    [Fact]
    public async Task What_a_clients_system_does_not_acknowledge_ends_its_connection_after_the_stall_timeout()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var options = new SocketTransportOptions();
        SocketBuffers.Configure(options, TimeSpan.FromSeconds(90));
        using var listener = options.CreateBoundListenSocket(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        using var accepted = await listener.AcceptAsync();
        var milliseconds = new byte[4];
        accepted.GetRawSocketOption(ProtocolTcp, TcpUserTimeout, milliseconds);
        BitConverter.ToInt32(milliseconds).ShouldBe(90_000);
    }
}
