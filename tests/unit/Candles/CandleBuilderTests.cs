using Bourse.Domain.Candles;

namespace Bourse.Tests.Unit.Candles;

public sealed class CandleBuilderTests
{
    private readonly CandleBuilder _builder = new(1_000);

    [Fact]
    public void A_bar_has_the_first_highest_lowest_and_last_price_and_all_volume()
    {
        _builder.Add(5_100, 10m, 1m, out _).ShouldBe(CandleChange.Opened);
        _builder.Add(5_200, 12m, 2m, out _).ShouldBe(CandleChange.Extended);
        _builder.Add(5_300, 9m, 3m, out _);
        _builder.Add(5_999, 11m, 4m, out _);
        _builder.Add(6_000, 20m, 5m, out var completed).ShouldBe(CandleChange.Completed);

        completed.ShouldBe(new Candle(5_000, 10m, 12m, 9m, 11m, 10m));
        _builder.Bar.ShouldBe(new Candle(6_000, 20m, 20m, 20m, 20m, 5m));
    }

    [Fact]
    public void Time_without_a_tick_has_no_bar()
    {
        _builder.Add(1_000, 1m, 0, out _);
        _builder.Add(9_500, 2m, 0, out var completed).ShouldBe(CandleChange.Completed);
        completed.StartMs.ShouldBe(1_000);
        _builder.Bar.StartMs.ShouldBe(9_000);
    }

    [Fact]
    public void A_tick_out_of_order_counts_within_the_open_bar()
    {
        _builder.Add(5_500, 10m, 1m, out _);
        _builder.Add(5_100, 8m, 1m, out _).ShouldBe(CandleChange.Extended);
        _builder.Bar.ShouldBe(new Candle(5_000, 8m, 10m, 8m, 10m, 2m));
    }

    [Fact]
    public void Of_ticks_at_the_same_time_the_last_is_the_close()
    {
        _builder.Add(5_500, 10m, 0, out _);
        _builder.Add(5_500, 11m, 0, out _);
        (_builder.Bar.Open, _builder.Bar.Close).ShouldBe((10m, 11m));
    }

    [Fact]
    public void A_tick_older_than_the_open_bar_is_told_and_left_out()
    {
        _builder.Add(5_500, 10m, 1m, out _);
        _builder.Add(4_999, 99m, 1m, out _).ShouldBe(CandleChange.TooOld);
        _builder.Bar.ShouldBe(new Candle(5_000, 10m, 10m, 10m, 10m, 1m));
    }

    [Fact]
    public void A_bar_is_completed_by_time_alone_and_then_stays_complete()
    {
        _builder.Add(5_500, 10m, 1m, out _);
        _builder.TryComplete(5_999, out _).ShouldBeFalse();
        _builder.TryComplete(6_000, out var completed).ShouldBeTrue();
        completed.ShouldBe(new Candle(5_000, 10m, 10m, 10m, 10m, 1m));
        _builder.TryComplete(7_000, out _).ShouldBeFalse();
        _builder.Add(5_600, 11m, 1m, out _).ShouldBe(CandleChange.TooOld);
        _builder.Add(6_000, 11m, 1m, out _).ShouldBe(CandleChange.Opened);
    }

    [Fact]
    public void A_bar_that_was_open_goes_on_after_a_restart()
    {
        _builder.Restore(new Candle(5_000, 10m, 12m, 9m, 11m, 3m));
        _builder.Add(4_999, 50m, 1m, out _).ShouldBe(CandleChange.TooOld);
        _builder.Add(5_700, 8m, 1m, out _).ShouldBe(CandleChange.Extended);
        _builder.Bar.ShouldBe(new Candle(5_000, 10m, 12m, 8m, 8m, 4m));
    }

    [Fact]
    public void A_set_makes_every_length_of_every_price()
    {
        var set = new CandleSet();
        var completed = new List<CompletedCandle>();
        set.Add(86_400_000, 5m, 2m, null, null, completed).ShouldBeTrue();
        set.Add(86_400_100, null, null, 4m, null, completed);
        set.OpenBar(CandleLength.Second, CandlePrice.Mid).ShouldBeNull();
        set.Add(86_400_200, null, null, null, 5m, completed);
        completed.ShouldBeEmpty();
        set.OpenBar(CandleLength.Day, CandlePrice.Trade).ShouldBe(new Candle(86_400_000, 5m, 5m, 5m, 5m, 2m));
        set.OpenBar(CandleLength.Hour, CandlePrice.Mid).ShouldBe(new Candle(86_400_000, 4.5m, 4.5m, 4.5m, 4.5m, 0m));

        set.Complete(86_400_000 + 60_000, completed);
        completed.Count.ShouldBe(8);
        completed.ShouldContain(new CompletedCandle(CandleLength.Minute, CandlePrice.Bid, new Candle(86_400_000, 4m, 4m, 4m, 4m, 0m)));
        set.Add(86_400_300, 6m, 1m, null, null, completed).ShouldBeFalse();
        set.OpenBar(CandleLength.Day, CandlePrice.Trade)!.Value.High.ShouldBe(6m);
    }
}
