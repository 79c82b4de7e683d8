using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Feeds;

namespace Bourse.Tests.Unit.MarketData;

public sealed class FeedStateTests
{
    private const long Day = 86_400_000;
    private const long Start = 20_000 * Day;

    [Fact]
    public void Change_is_against_the_first_price_of_the_utc_day_and_volume_is_the_days()
    {
        var state = new FeedState("A");
        state.Apply(Print(Start - 1, 90m, 5m));
        state.Apply(Print(Start, 100m, 1m));
        state.Apply(Print(Start + 1_000, 102m, 2m));

        var quote = state.ToQuote();

        (quote.Price, quote.Change, quote.ChangePercent, quote.Volume).ShouldBe((102m, 2m, 2m, 3m));
        quote.TimestampMs.ShouldBe(Start + 1_000);
        quote.Seq.ShouldBe(3);
    }

    [Fact]
    public void A_symbol_that_only_has_quotes_changes_by_its_middle()
    {
        var state = new FeedState("A");
        state.Apply(new Tick(Start, null, null, 1.0m, null, 1.2m, null));
        state.Apply(new Tick(Start + 1, null, null, 1.1m, null, null, null));

        var quote = state.ToQuote();

        (quote.Price, quote.Bid, quote.Ask, quote.Reference).ShouldBe((null, 1.1m, 1.2m, 1.15m));
        quote.Change.ShouldBe(0.05m);
        state.HasPrints.ShouldBeFalse();
    }

    [Fact]
    public void The_first_trade_price_opens_the_day_and_not_the_quotes_before_it()
    {
        var state = new FeedState("A");
        state.Apply(new Tick(Start, null, null, 99m, null, 111m, null));
        state.ToQuote().Change.ShouldBe(0m);
        state.Apply(Print(Start + 1, 100m, 1m));
        state.Apply(Print(Start + 2, 110m, 1m));

        state.ToQuote().Change.ShouldBe(10m);
    }

    [Fact]
    public void What_a_tick_does_not_say_stays()
    {
        var state = new FeedState("A");
        state.Apply(new Tick(Start, 10m, 1m, 9m, 5m, 11m, 6m));
        state.Apply(new Tick(Start + 1, null, null, null, null, 12m, 7m));

        var quote = state.ToQuote();

        (quote.Price, quote.Bid, quote.BidSize, quote.Ask, quote.AskSize).ShouldBe((10m, 9m, 5m, 12m, 7m));
    }

    [Fact]
    public void A_late_tick_counts_as_volume_and_changes_no_price()
    {
        var state = new FeedState("A");
        state.Apply(Print(Start + 1_000, 10m, 1m));
        state.ApplyLate(Print(Start + 500, 20m, 2m));
        state.ApplyLate(Print(Start - 500, 30m, 4m));

        (state.ToQuote().Price, state.ToQuote().Volume).ShouldBe((10m, 3m));
    }

    [Fact]
    public void A_mark_brings_the_same_state_back()
    {
        var state = new FeedState("A");
        state.Apply(new Tick(Start, 10m, 1m, 9m, 5m, 11m, 6m));
        state.Apply(new TradePrint(17, 10.5m, 2m, Side.Buy, Start + 5), Start + 5);

        var back = new FeedState("A");
        back.Restore(state.ToMark());

        back.ToQuote().ShouldBe(state.ToQuote() with { Seq = 0 });
        back.LastTrade.ShouldBe(17);
        back.HasPrints.ShouldBeTrue();
    }

    [Theory]
    [InlineData(null, 99, 101, 100.0)]
    [InlineData(100.5, 99, 101, 100.5)]
    [InlineData(50.0, 99, 101, 99.0)]
    [InlineData(500.0, 99, 101, 101.0)]
    [InlineData(500.0, 101, 99, 101.0)]
    [InlineData(500.0, null, null, 500.0)]
    [InlineData(null, 99, null, 99.0)]
    [InlineData(null, null, 101, 101.0)]
    [InlineData(null, null, null, null)]
    public void The_reference_is_the_last_trade_as_far_as_it_lies_within_the_quote(double? price, int? bid, int? ask, double? reference) =>
        new Quote("A", (decimal?)price, null, null, bid, null, ask, null, 0, 0, 0).Reference.ShouldBe((decimal?)reference);

    private static Tick Print(long timestampMs, decimal price, decimal size) => new(timestampMs, price, size, null, null, null, null);
}
