using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Feeds;

namespace Bourse.Tests.Unit.MarketData;

public sealed class TickTests
{
    private const long Now = 1_700_000_000_000;

    [Fact]
    public void Ticks_that_cannot_be_true_are_told_apart()
    {
        TickCheck.FindFault(new Tick(Now, 1m, 1m, 1m, 1m, 1m, 1m), Now).ShouldBe(TickFault.None);
        TickCheck.FindFault(new Tick(Now, null, 1m, null, 1m, null, 1m), Now).ShouldBe(TickFault.Empty);
        TickCheck.FindFault(new Tick(Now, 0m, null, null, null, null, null), Now).ShouldBe(TickFault.OutOfBounds);
        TickCheck.FindFault(new Tick(Now, 1m, null, -1m, null, null, null), Now).ShouldBe(TickFault.OutOfBounds);
        TickCheck.FindFault(new Tick(Now, 1m, -1m, null, null, null, null), Now).ShouldBe(TickFault.OutOfBounds);
        TickCheck.FindFault(new Tick(Now, decimal.MaxValue, null, null, null, null, null), Now).ShouldBe(TickFault.OutOfBounds);
        TickCheck.FindFault(new Tick(-1, 1m, null, null, null, null, null), Now).ShouldBe(TickFault.OutOfBounds);
        TickCheck.FindFault(new Tick(Now, null, null, 2m, null, 1m, null), Now).ShouldBe(TickFault.Crossed);
        TickCheck.FindFault(new Tick(Now + 300_001, 1m, null, null, null, null, null), Now).ShouldBe(TickFault.Future);
    }

    [Fact]
    public void A_quote_crossed_by_a_little_is_taken() =>
        TickCheck.FindFault(new Tick(1398902764132, null, null, 1.38724m, null, 1.38723m, null), Now).ShouldBe(TickFault.None);

    [Fact]
    public void A_live_tick_behind_the_newest_is_late_however_far()
    {
        var clock = new MarketClock();

        clock.Take(Now, Now).ShouldBe(TickOrder.Next);
        clock.Take(Now, Now).ShouldBe(TickOrder.Next);
        clock.Take(Now - 1, Now).ShouldBe(TickOrder.Late);
        clock.Take(Now - 200_000, Now).ShouldBe(TickOrder.Late);
        clock.Take(Now - 86_400_000, Now).ShouldBe(TickOrder.Late);
        clock.NewestMs.ShouldBe(Now);
    }

    [Fact]
    public void A_replay_that_steps_far_back_has_started_over()
    {
        var clock = MarketClock.StartAt(1_000_000_000);

        clock.Take(1_000_000_000 - 60_000, Now).ShouldBe(TickOrder.Late);
        clock.Take(1_000_000_000 - 60_001, Now).ShouldBe(TickOrder.Rewind);
        clock.Take(1_000_000_000 - 60_000, Now).ShouldBe(TickOrder.Next);
    }

    [Fact]
    public void Trades_of_our_book_fall_into_the_markets_time()
    {
        var replayed = new MarketClock();
        replayed.Take(1_000_000_000, Now);
        var live = new MarketClock();
        live.Take(Now + 50, Now);

        replayed.OfTrade(Now).ShouldBe(1_000_000_000);
        live.OfTrade(Now).ShouldBe(Now + 50);
        live.OfTrade(Now + 90).ShouldBe(Now + 90);
        new MarketClock().OfTrade(Now).ShouldBe(Now);
    }

    [Fact]
    public void The_tape_keeps_the_newest_trades_and_takes_older_ones_behind_them()
    {
        var tape = new TradeTape(50);
        tape.Newest(10).ShouldBeEmpty();
        for (var number = 20; number <= 30; number++)
        {
            tape.Add(Trade(number));
        }

        tape.AddOlder(Enumerable.Range(1, 22).Reverse().Select(Trade));
        tape.Newest(1_000).Select(t => t.Number).ShouldBe(Enumerable.Range(1, 30).Reverse().Select(n => (long)n));

        for (var number = 31; number <= 200; number++)
        {
            tape.Add(Trade(number));
        }

        tape.Newest(1_000).Select(t => t.Number).ShouldBe(Enumerable.Range(151, 50).Reverse().Select(n => (long)n));
        tape.Newest(2).Select(t => t.Number).ShouldBe([200L, 199L]);
    }

    private static TradePrint Trade(int number) => new(number, 1m, 1m, Side.Buy, number);
}
