using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Live;
using Microsoft.Extensions.Options;

namespace Bourse.Tests.Api.Live;

public sealed class LiveConnectionsTests
{
    private readonly LiveConnections _connections =
        new(Options.Create(new LiveOptions { MaxConnectionsPerUser = 2, MaxAnonymousConnections = 1, MaxSymbolsPerUser = 3 }));

    [Fact]
    public void Nobody_has_more_connections_than_allowed_and_a_closed_one_makes_room()
    {
        Line[] a = [new("a"), new("a"), new("a")];
        Line[] anonymous = [new(null), new(null)];
        _connections.TryOpen(a[0]).ShouldBeTrue();
        _connections.TryOpen(a[1]).ShouldBeTrue();
        _connections.TryOpen(a[2]).ShouldBeFalse();
        _connections.TryOpen(new Line("b")).ShouldBeTrue();
        _connections.TryOpen(anonymous[0]).ShouldBeTrue();
        _connections.TryOpen(anonymous[1]).ShouldBeFalse();
        _connections.Count.ShouldBe(4);

        _connections.Close(a[2]);
        _connections.TryOpen(a[2]).ShouldBeFalse();
        _connections.Close(a[0]);
        _connections.Close(a[0]);
        _connections.TryOpen(a[2]).ShouldBeTrue();
        _connections.Close(anonymous[0]);
        _connections.TryOpen(anonymous[1]).ShouldBeTrue();
        _connections.Count.ShouldBe(4);
    }

    [Fact]
    public void A_connection_that_signs_in_later_counts_with_its_user_and_makes_room_for_the_anonymous()
    {
        Line late = new(null);
        _connections.TryOpen(late).ShouldBeTrue();
        _connections.TryOpen(new Line("a")).ShouldBeTrue();
        _connections.TrySignIn(late, new Caller("a")).ShouldBeTrue();
        _connections.TryOpen(new Line("a")).ShouldBeFalse();
        Line other = new(null);
        _connections.TryOpen(other).ShouldBeTrue();
        _connections.TrySignIn(other, new Caller("a")).ShouldBeFalse();
        _connections.Close(late);
        _connections.TrySignIn(other, new Caller("a")).ShouldBeTrue();
    }

    [Fact]
    public void Symbols_are_counted_over_all_connections_of_a_user()
    {
        Line[] lines = [new("a"), new("a")];
        lines.ShouldAllBe(line => _connections.TryOpen(line));
        lines[0].User.ShouldBeSameAs(lines[1].User);
        lines[0].User!.TryAdd(2).ShouldBeTrue();
        lines[1].User!.TryAdd(2).ShouldBeFalse();
        lines[1].User!.TryAdd(1).ShouldBeTrue();
        lines[0].User!.Remove(2);
        lines[1].User!.TryAdd(2).ShouldBeTrue();
    }

    [Fact]
    public void A_closed_door_lets_nobody_in()
    {
        Line there = new("a");
        _connections.TryOpen(there).ShouldBeTrue();
        _connections.CloseDoor().ShouldBe([there]);
        _connections.TryOpen(new Line("b")).ShouldBeFalse();
        _connections.Closed.ShouldBeTrue();
    }

    private sealed class Line(string? user) : LiveConnection(user is null ? null : new Caller(user))
    {
        public override Task Leave() => Task.CompletedTask;

        public override void Abort()
        {
        }
    }
}
