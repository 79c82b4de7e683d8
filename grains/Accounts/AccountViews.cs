using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;

namespace Bourse.Grains.Accounts;

/// <summary>Renders the account's domain objects as messages.</summary>
internal static class AccountViews
{
    /// <param name="newest">No number of the order channel beyond this one is told.</param>
    public static OrderView View(Order order, long newest = long.MaxValue) => new(
        order.Id,
        order.ClientOrderId,
        order.Symbol,
        order.Side,
        order.Type,
        order.TimeInForce,
        order.ToldQuantity,
        order.FilledQuantity,
        order.FilledAveragePrice,
        order.LimitPrice,
        order.StopPrice,
        order.PostOnly,
        order.ReduceOnly,
        order.SelfTradePrevention,
        order.Status,
        order.RejectCode,
        DateTimeOffset.FromUnixTimeMilliseconds(order.CreatedAtMs),
        DateTimeOffset.FromUnixTimeMilliseconds(order.UpdatedAtMs),
        Math.Min(order.Seq, newest),
        AdvancedTermsView.From(order.Advanced));

    /// <summary>The order with its legs.</summary>
    /// <param name="newest">No number of the order channel beyond this one is told.</param>
    public static OrderView View(Account account, Order order, long newest = long.MaxValue) => order is { Group: not null, Leg: null }
        ? View(order, newest) with { Legs = [.. account.FindLegs(order).Select(leg => View(leg, newest))] }
        : View(order, newest);

    /// <summary>The order that the event would place.</summary>
    public static OrderView View(OrderPlaced e) => new(
        e.OrderId,
        e.Request.ClientOrderId,
        e.Symbol,
        e.Request.Side,
        e.Request.Type,
        e.Request.TimeInForce,
        e.Request.Quantity,
        0,
        null,
        e.Request.LimitPrice,
        e.StopPrice,
        e.Request.PostOnly,
        e.Request.ReduceOnly,
        e.Request.SelfTradePrevention,
        e.Request.Advanced?.Leg is null ? OrderStatus.PendingNew : OrderStatus.Held,
        null,
        DateTimeOffset.FromUnixTimeMilliseconds(e.TimeMs),
        DateTimeOffset.FromUnixTimeMilliseconds(e.TimeMs),
        0,
        AdvancedTermsView.From(e.Request.Advanced));

    /// <summary>Adds what the channel tells.</summary>
    public static void Take(this List<OrderUpdate> updates, ChannelUpdate update) => updates.Add(View(update));

    public static OrderUpdate View(in ChannelUpdate update) => new(
        update.Seq,
        update.Event,
        View(update.Order),
        update.Fill is { } fill ? new FillView(fill.TradeId, fill.Price, fill.Quantity, fill.IsMaker ? "maker" : "taker", fill.Fee) : null,
        DateTimeOffset.FromUnixTimeMilliseconds(update.TimeMs));

    /// <summary>Whether an order that memory has dropped was asked for in the same words. A replaced order keeps its first words in memory only.</summary>
    public static bool IsSameRequest(OrderView order, OrderRequest request) =>
        order.Symbol == request.Symbol
        && order.Side == request.Side
        && order.Type == request.Type
        && order.TimeInForce == request.TimeInForce
        && order.Quantity == request.Quantity
        && order.LimitPrice == request.LimitPrice
        && (order.StopPrice == request.StopPrice || order.Type == OrderType.TrailingStop)
        && order.PostOnly == request.PostOnly
        && order.ReduceOnly == request.ReduceOnly
        && order.SelfTradePrevention == request.SelfTradePrevention
        && order.Advanced?.ToDomain() == request.Advanced;
}
