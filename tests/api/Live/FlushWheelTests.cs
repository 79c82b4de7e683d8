using Bourse.ApiHost.Live.Quotes;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Tests.Api.Live;

public sealed class FlushWheelTests
{
    private const int IntervalMs = 20;
    private readonly ManualClock _clock = new();
    private readonly SymbolQuotes _quotes = new("ONE");

    [Fact]
    public async Task A_wheel_that_was_held_up_does_not_make_up_for_the_turns_it_missed()
    {
        var sent = 0;
        Tell();
        var outbox = new QuoteOutbox(
            _ =>
            {
                Tell();
                sent++;
                return ValueTask.CompletedTask;
            },
            () => { }, IntervalMs, stallMs: 60_000);
        outbox.TryAdd([_quotes], null, 1, out var _).ShouldBeTrue();
        using var wheel = new FlushWheel(_clock);
        wheel.Schedule(outbox);
        await wheel.StartAsync(CancellationToken.None);
        _clock.Now += TimeSpan.FromSeconds(2);
        await ApiFixture.Until(() => Task.FromResult(Volatile.Read(ref sent) > 0));
        await wheel.StopAsync(CancellationToken.None); // when the turn under way is done
        sent.ShouldBe(1);
    }

    private void Tell() => _quotes.Hear(new Quote(_quotes.Symbol, 1m, null, null, null, null, null, null, 0, 0, 0), now: 1);
}
