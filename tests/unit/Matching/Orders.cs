using Bourse.Domain.Matching;

namespace Bourse.Tests.Unit.Matching;

/// <summary>Short ways to write orders, and to read events.</summary>
internal static class Orders
{
    public static NewOrder Limit(long id, Side side, long price, long quantity, TimeInForce tif = TimeInForce.Gtc, int account = 0) => new()
    {
        Id = id, Side = side, Type = OrderType.Limit, Tif = tif, PriceTicks = price, QuantityLots = quantity, Account = account,
    };

    public static NewOrder Market(long id, Side side, long quantity, long protection = 0) => new()
    {
        Id = id, Side = side, Type = OrderType.Market, Tif = TimeInForce.Ioc, PriceTicks = protection, QuantityLots = quantity,
    };

    public static NewOrder Stop(long id, Side side, long stopPrice, long quantity, long limit = 0) => new()
    {
        Id = id, Side = side, Type = limit == 0 ? OrderType.Stop : OrderType.StopLimit, Tif = TimeInForce.Gtc,
        StopPriceTicks = stopPrice, PriceTicks = limit, QuantityLots = quantity,
    };

    /// <summary>Events as short sentences, for comparing.</summary>
    public static string[] Told(this ReadOnlySpan<BookEvent> events)
    {
        var told = new string[events.Length];
        for (var i = 0; i < told.Length; i++) told[i] = Tell(events[i]);
        return told;
    }

    private static string Tell(in BookEvent e) => e.Kind switch
    {
        BookEventKind.Trade => $"{e.OrderId} takes {e.QuantityLots} at {e.PriceTicks} of {e.MakerId}, leaves {e.LeavesLots}/{e.MakerLeavesLots}",
        BookEventKind.Rejected => $"{e.OrderId} rejected: {e.Reject.Code()}",
        BookEventKind.Canceled => $"{e.OrderId} canceled {e.QuantityLots}: {e.Reason}",
        _ => $"{e.OrderId} {e.Kind} {e.LeavesLots} of {e.QuantityLots} at {e.PriceTicks}",
    };
}
