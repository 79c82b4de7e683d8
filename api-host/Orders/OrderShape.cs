using Bourse.ApiHost.Market;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Accounts;

namespace Bourse.ApiHost.Orders;

/// <summary>Writes orders as the wire has them: exact decimals as strings, prices with the tick's decimals.</summary>
public sealed class OrderShape(InstrumentCache instruments)
{
    /// <summary>An average price is a quotient; more decimals than this say nothing.</summary>
    private const int MaxAverageDecimals = 9;

    public OrderJson Order(OrderView order) => new(
        order.Id.ToString(),
        order.ClientOrderId,
        order.Symbol,
        OrderNames.Of(order.Side),
        OrderNames.Of(order.Type),
        OrderNames.Of(order.TimeInForce),
        ExactDecimal.ToText(order.Quantity),
        ExactDecimal.ToText(order.FilledQuantity),
        Price(order.Symbol, Rounded(order.FilledAveragePrice)),
        Price(order.Symbol, order.LimitPrice),
        Price(order.Symbol, order.StopPrice),
        order.PostOnly,
        order.ReduceOnly,
        OrderNames.Of(order.Status),
        order.RejectCode,
        order.CreatedAt,
        order.UpdatedAt,
        order.Seq,
        Price(order.Symbol, order.Advanced?.TrailPrice),
        order.Advanced?.TrailPercent is { } percent ? ExactDecimal.ToText(percent) : null,
        order.Advanced?.ExpireAtMs is { } expireAt ? DateTimeOffset.FromUnixTimeMilliseconds(expireAt) : null,
        order.Advanced?.DisplayQuantity is { } shown ? ExactDecimal.ToText(shown) : null,
        OrderNames.Of(order.Advanced?.Group?.Class),
        order.Legs is { } legs ? [.. legs.Select(Order)] : null);

    /// <summary>As <see cref="Order"/>, to be written without an object between.</summary>
    public OrderText Text(OrderView order) => new(order, TickSize(order.Symbol));

    public string? Price(string symbol, decimal? price) => price is { } value ? ExactDecimal.ToText(value, TickSize(symbol)) : null;

    /// <summary>The step that a symbol's prices are written with.</summary>
    public decimal TickSize(string symbol) => instruments.Find(symbol)?.TickSize ?? 1m;

    public static decimal? Rounded(decimal? average) => average is { } given ? decimal.Round(given, MaxAverageDecimals) : null;
}
