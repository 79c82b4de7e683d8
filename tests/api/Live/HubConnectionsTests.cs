using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Live;
using Microsoft.Extensions.Options;

namespace Bourse.Tests.Api.Live;

public sealed class HubConnectionsTests
{
    private readonly HubConnections _connections =
        new(Options.Create(new LiveOptions { MaxConnectionsPerUser = 2, MaxAnonymousConnections = 1 }));

    [Fact]
    public void Nobody_has_more_connections_than_allowed_and_a_closed_one_makes_room()
    {
        var (a, b) = (new Caller("a"), new Caller("b"));
        _connections.TryOpen(a).ShouldBeTrue();
        _connections.TryOpen(a).ShouldBeTrue();
        _connections.TryOpen(a).ShouldBeFalse();
        _connections.TryOpen(a).ShouldBeFalse();
        _connections.TryOpen(b).ShouldBeTrue();
        _connections.TryOpen(null).ShouldBeTrue();
        _connections.TryOpen(null).ShouldBeFalse();
        _connections.Count.ShouldBe(4);

        _connections.Close(a);
        _connections.TryOpen(a).ShouldBeTrue();
        _connections.Close(null);
        _connections.TryOpen(null).ShouldBeTrue();
        _connections.Count.ShouldBe(4);
    }
}
