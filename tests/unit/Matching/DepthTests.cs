using Bourse.Domain.Matching;
using static Bourse.Tests.Unit.Matching.Orders;

namespace Bourse.Tests.Unit.Matching;

public sealed class DepthTests : BookFixture
{
    private readonly List<PriceLevel> _changes = [];

    [Fact]
    public void Depth_adds_up_each_price_best_first_and_stops_where_there_is_no_more_room()
    {
        Submit(Limit(1, Side.Buy, 100, 5));
        Submit(Limit(2, Side.Buy, 99, 5));
        Submit(Limit(3, Side.Buy, 100, 6));
        Submit(Limit(4, Side.Buy, 20, 1));
        var levels = new PriceLevel[2];
        Book.CopyDepth(Side.Buy, levels).ShouldBe(2);
        levels.ShouldBe([new PriceLevel(Side.Buy, 100, 11, 2), new PriceLevel(Side.Buy, 99, 5, 1)]);
        Book.CopyDepth(Side.Sell, levels).ShouldBe(0);
        Book.LevelAt(Side.Buy, 100).ShouldBe(new PriceLevel(Side.Buy, 100, 11, 2));
        Book.LevelAt(Side.Buy, 98).QuantityLots.ShouldBe(0);
        Book.LevelAt(Side.Sell, 1_000_000).QuantityLots.ShouldBe(0);
    }

    [Fact]
    public void Changes_name_each_touched_level_once_as_it_is_now_and_held_stops_are_not_depth()
    {
        Submit(Limit(1, Side.Buy, 100, 5));
        Submit(Limit(2, Side.Sell, 101, 5));
        Submit(Stop(3, Side.Sell, 50, 5));
        Replace(1, 99);
        Decrease(2, 1);
        Book.TakeDepthChanges(_changes).ShouldBeTrue();
        _changes.ShouldBe([new PriceLevel(Side.Buy, 99, 5, 1), new PriceLevel(Side.Buy, 100, 0, 0), new PriceLevel(Side.Sell, 101, 4, 1)]);
        Book.TakeDepthChanges(_changes).ShouldBeTrue();
        _changes.ShouldBeEmpty();
    }

    [Fact]
    public void When_too_much_changed_the_whole_depth_has_to_be_taken()
    {
        var book = new OrderBook(new OrderBookOptions { TrackDepthChanges = true });
        for (var i = 1; i <= 5000; i++) book.Submit(Limit(i, Side.Buy, i, 1));
        book.TakeDepthChanges(_changes).ShouldBeFalse();
        book.Cancel(5000);
        book.TakeDepthChanges(_changes).ShouldBeTrue();
        _changes.ShouldBe([new PriceLevel(Side.Buy, 5000, 0, 0)]);
    }

    [Fact]
    public void Many_changes_of_few_levels_are_still_told()
    {
        var book = new OrderBook(new OrderBookOptions { TrackDepthChanges = true });
        for (var i = 1; i <= 20_000; i++) book.Submit(Limit(i, Side.Buy, 1 + (i % 1000), 1));
        book.TakeDepthChanges(_changes).ShouldBeTrue();
        _changes.ShouldBe(Enumerable.Range(1, 1000).Select(price => new PriceLevel(Side.Buy, price, 20, 20)));
    }

    [Fact]
    public void A_book_that_does_not_track_changes_says_so() =>
        Should.Throw<InvalidOperationException>(() => new OrderBook().TakeDepthChanges(_changes));
}
