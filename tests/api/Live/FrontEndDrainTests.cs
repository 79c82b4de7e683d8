using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Live;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Bourse.Tests.Api.Live;

public sealed class FrontEndDrainTests
{
    private static readonly IOptions<LiveOptions> s_options = Options.Create(new LiveOptions { DrainPerSecond = 100, MaxDrain = TimeSpan.FromSeconds(10) });
    private readonly LiveConnections _connections = new(s_options);

    [Fact]
    public async Task Every_connection_is_told_to_go_once_and_not_all_at_a_time()
    {
        Line[] lines = [.. Enumerable.Range(0, 50).Select(_ => new Line(_connections))];
        lines.ShouldAllBe(line => _connections.TryOpen(line));

        await new FrontEndDrain(_connections, s_options, TimeProvider.System, NullLogger<FrontEndDrain>.Instance).StoppingAsync(CancellationToken.None);

        lines.ShouldAllBe(line => line.ToldAt.Count == 1);
        lines.Select(line => line.ToldAt[0]).Distinct().Count().ShouldBeGreaterThan(1);
        _connections.Count.ShouldBe(0);
        _connections.TryOpen(new Line(_connections)).ShouldBeFalse();
    }

    private sealed class Line(LiveConnections connections) : LiveConnection(new Caller("a"))
    {
        public List<long> ToldAt { get; } = [];

        public override Task Leave()
        {
            ToldAt.Add(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 20);
            connections.Close(this);
            return Task.CompletedTask;
        }

        public override void Abort() => connections.Close(this);
    }
}
