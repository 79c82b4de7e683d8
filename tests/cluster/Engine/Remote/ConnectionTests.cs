using System.Net.Sockets;
using Bourse.GrainRuntime.Cluster;
using Bourse.GrainRuntime.Transport;
using Bourse.GrainRuntime.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Bourse.Tests.Cluster.Engine.Remote;

/// <summary>A connection whose peer says nothing.</summary>
public sealed class ConnectionTests(EngineCluster cluster) : IClassFixture<EngineCluster>
{
    private const int LookMs = 100;

    [Fact]
    public void A_silent_peer_is_cut_off_but_not_for_the_time_in_which_this_process_stood_still_itself()
    {
        using var link = new Link(new Socket(SocketType.Stream, ProtocolType.Tcp), Stream.Null);
        var connection = new Connection(link, new PeerIdentity(1, Guid.NewGuid()), new FrameReader(cluster.Cluster.GetSiloServiceProvider().GetRequiredService<LocalRuntime>()));
        var now = connection.HeardAt;
        connection.KeepAlive(now);

        connection.KeepAlive(now += 60_000);
        connection.IsClosed.ShouldBeFalse();

        for (var end = now + 5_000; now < end; now += LookMs)
        {
            connection.KeepAlive(now);
        }

        connection.IsClosed.ShouldBeTrue();
    }
}
