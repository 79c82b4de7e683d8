using Bourse.ApiHost.Live;
using Microsoft.Extensions.Options;

namespace Bourse.Tests.Api.Live;

public sealed class SilencePingsTests
{
    private readonly LiveConnections _connections = new(Options.Create(new LiveOptions()));
    private readonly TickingClock _clock = new();

    [Fact]
    public async Task Every_connection_has_its_turn_in_a_round_and_none_has_two()
    {
        Line[] lines = [.. Enumerable.Range(0, 100).Select(_ => new Line())];
        lines.ShouldAllBe(line => _connections.TryOpen(line));
        using var pings = new SilencePings(_connections, _clock);
        await pings.StartAsync(CancellationToken.None);
        await ApiFixture.Until(() =>
        {
            _clock.Tick();
            (lines.Max(line => line.Turns) - lines.Min(line => line.Turns)).ShouldBeLessThanOrEqualTo(1);
            return Task.FromResult(lines.All(line => line.Turns >= 2));
        });
        await pings.StopAsync(CancellationToken.None);
    }

    private sealed class Line() : LiveConnection(caller: null)
    {
        private int _turns;

        public int Turns => Volatile.Read(ref _turns);

        public override void PingIfSilent() => Interlocked.Increment(ref _turns);

        public override Task Leave() => Task.CompletedTask;

        public override void Abort()
        {
        }
    }

    /// <summary>Its one timer fires when it is told to.</summary>
    private sealed class TickingClock : TimeProvider, ITimer
    {
        private Action _fire = () => { };

        public void Tick() => _fire();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
