using System.Text.Json;
using System.Text.Json.Serialization;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Accounts;

namespace Bourse.ApiHost.Orders;

/// <summary>An order as the hub sends it: the JSON of <see cref="OrderJson"/>, written straight from what the account tells, without a string for each member.</summary>
/// <param name="TickSize">Of the order's symbol.</param>
[JsonConverter(typeof(OrderTextConverter))]
public sealed record OrderText(OrderView Order, decimal TickSize);

/// <summary>Writes an <see cref="OrderText"/>, its members in the order that <see cref="OrderJson"/> has.</summary>
public sealed class OrderTextConverter : OneWayConverter<OrderText>
{
    public override void Write(Utf8JsonWriter writer, OrderText value, JsonSerializerOptions options) => Write(writer, value.Order, value.TickSize);

    public static void Write(Utf8JsonWriter writer, OrderView order, decimal tickSize)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, order.Id);
        writer.WriteString("client_order_id"u8, order.ClientOrderId);
        writer.WriteString("symbol"u8, order.Symbol);
        writer.WriteString("side"u8, OrderNames.Of(order.Side));
        writer.WriteString("type"u8, OrderNames.Of(order.Type));
        writer.WriteString("time_in_force"u8, OrderNames.Of(order.TimeInForce));
        writer.WriteDecimal("qty"u8, order.Quantity);
        writer.WriteDecimal("filled_qty"u8, order.FilledQuantity);
        writer.WriteDecimal("filled_avg_price"u8, OrderShape.Rounded(order.FilledAveragePrice), tickSize);
        writer.WriteDecimal("limit_price"u8, order.LimitPrice, tickSize);
        writer.WriteDecimal("stop_price"u8, order.StopPrice, tickSize);
        writer.WriteBoolean("post_only"u8, order.PostOnly);
        writer.WriteBoolean("reduce_only"u8, order.ReduceOnly);
        writer.WriteString("status"u8, OrderNames.Of(order.Status));
        writer.WriteString("reject_code"u8, order.RejectCode);
        writer.WriteTime("created_at"u8, order.CreatedAt);
        writer.WriteTime("updated_at"u8, order.UpdatedAt);
        writer.WriteNumber("seq"u8, order.Seq);
        writer.WriteDecimal("trail_price"u8, order.Advanced?.TrailPrice, tickSize);
        writer.WriteDecimal("trail_percent"u8, order.Advanced?.TrailPercent);
        writer.WriteTime("expire_at"u8, order.Advanced?.ExpireAtMs is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null);
        writer.WriteDecimal("display_qty"u8, order.Advanced?.DisplayQuantity);
        writer.WriteString("order_class"u8, OrderNames.Of(order.Advanced?.Group?.Class));
        writer.WritePropertyName("legs"u8);
        WriteLegs(writer, order.Legs, tickSize);
        writer.WriteEndObject();
    }

    private static void WriteLegs(Utf8JsonWriter writer, IReadOnlyList<OrderView>? legs, decimal tickSize)
    {
        if (legs is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        foreach (var leg in legs)
        {
            Write(writer, leg, tickSize);
        }

        writer.WriteEndArray();
    }
}
