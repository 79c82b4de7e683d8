using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;

namespace Bourse.ApiHost.Orders;

/// <summary>The words of API.md for the terms of an order.</summary>
public static class OrderNames
{
    public static string Of(Side side) => side == Side.Buy ? "buy" : "sell";

    public static string Of(OrderType type) => type switch
    {
        OrderType.Market => "market",
        OrderType.Limit => "limit",
        OrderType.Stop => "stop",
        OrderType.StopLimit => "stop_limit",
        _ => "trailing_stop",
    };

    public static string Of(TimeInForce timeInForce) => timeInForce switch
    {
        TimeInForce.Day => "day",
        TimeInForce.Gtc => "gtc",
        TimeInForce.Ioc => "ioc",
        TimeInForce.Fok => "fok",
        _ => "gtd",
    };

    public static string Of(OrderStatus status) => status switch
    {
        OrderStatus.PendingNew => "pending_new",
        OrderStatus.New => "new",
        OrderStatus.PartiallyFilled => "partially_filled",
        OrderStatus.Filled => "filled",
        OrderStatus.Canceled => "canceled",
        OrderStatus.Expired => "expired",
        OrderStatus.Rejected => "rejected",
        OrderStatus.Replaced => "replaced",
        _ => "held",
    };

    public static string Of(OrderClass? orderClass) => orderClass switch
    {
        OrderClass.Bracket => "bracket",
        OrderClass.Oco => "oco",
        OrderClass.Oto => "oto",
        _ => "simple",
    };

    public static OrderClass? ToClass(string text) => text switch
    {
        "bracket" => OrderClass.Bracket,
        "oco" => OrderClass.Oco,
        "oto" => OrderClass.Oto,
        _ => null,
    };

    public static Side? ToSide(string text) => text switch { "buy" => Side.Buy, "sell" => Side.Sell, _ => null };

    public static OrderType? ToType(string text) => text switch
    {
        "market" => OrderType.Market,
        "limit" => OrderType.Limit,
        "stop" => OrderType.Stop,
        "stop_limit" => OrderType.StopLimit,
        "trailing_stop" => OrderType.TrailingStop,
        _ => null,
    };

    public static TimeInForce? ToTimeInForce(string text) => text switch
    {
        "day" => TimeInForce.Day,
        "gtc" => TimeInForce.Gtc,
        "ioc" => TimeInForce.Ioc,
        "fok" => TimeInForce.Fok,
        "gtd" => TimeInForce.Gtd,
        _ => null,
    };

    public static SelfTradePrevention? ToSelfTradePrevention(string text) => text switch
    {
        "cancel_newest" => SelfTradePrevention.CancelNewest,
        "cancel_oldest" => SelfTradePrevention.CancelOldest,
        "cancel_both" => SelfTradePrevention.CancelBoth,
        _ => null,
    };

    public static bool IsOpen(OrderStatus status) =>
        status is OrderStatus.PendingNew or OrderStatus.New or OrderStatus.PartiallyFilled or OrderStatus.Held;
}
