using System.Text.Json.Serialization;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Accounts;

namespace Bourse.ApiHost.Live.Orders;

/// <summary>One event of the order channel.</summary>
/// <param name="Seq">Counts up by one for each account.</param>
/// <param name="Epoch">Names the journal; numbers of another epoch mean nothing here.</param>
public sealed record OrderUpdateJson(
    long Seq,
    long Epoch,
    string Event,
    OrderJson Order,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FillJson? Fill)
{
    public static OrderUpdateJson From(OrderUpdate update, long epoch, OrderShape shape) => new(
        update.Seq,
        epoch,
        update.Event,
        shape.Order(update.Order),
        update.Fill is { } fill
            ? new FillJson(
                fill.TradeId, shape.Price(update.Order.Symbol, fill.Price)!, ExactDecimal.ToText(fill.Quantity), fill.Liquidity, ExactDecimal.ToText(fill.Fee))
            : null);
}

/// <summary>A fill of an order.</summary>
/// <param name="Liquidity"><c>maker</c> or <c>taker</c>.</param>
public sealed record FillJson(string TradeId, string Price, string Qty, string Liquidity, string Fee);

/// <summary>Says that a channel has lost its place: reload the state.</summary>
public sealed record ResyncJson(string Channel);

/// <summary>Where an order channel begins.</summary>
/// <param name="Seq">The newest number there was.</param>
public sealed record OrderChannelJson(long Seq, long Epoch);
