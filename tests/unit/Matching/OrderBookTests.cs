using Bourse.Domain.Matching;

namespace Bourse.Tests.Unit.Matching;

public sealed class OrderBookTests
{
    private readonly OrderBook _book = new(new OrderBookOptions { TrackDepthChanges = true });

    [Fact]
    public void An_order_that_crosses_trades_at_the_makers_price_and_the_rest_of_it_rests()
    {
        _book.Submit(Limit(1, Side.Sell, 101, 5));
        var events = _book.Submit(Limit(2, Side.Buy, 102, 8)).ToArray();

        events.Select(e => e.Kind).ShouldBe([BookEventKind.Trade, BookEventKind.Accepted]);
        (events[0].OrderId, events[0].MakerId, events[0].PriceTicks, events[0].QuantityLots, events[0].LeavesLots).ShouldBe((2, 1, 101, 5, 3));
        _book.BestBid.ShouldBe(new PriceLevel(Side.Buy, 102, 3, 1));
        _book.BestAsk.QuantityLots.ShouldBe(0);
        _book.ValidateInternalState();
    }

    private static NewOrder Limit(long id, Side side, long price, long quantity) => new()
    {
        Id = id, Side = side, Type = OrderType.Limit, Tif = TimeInForce.Gtc, PriceTicks = price, QuantityLots = quantity,
    };
}
