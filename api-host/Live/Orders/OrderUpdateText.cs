using System.Text.Json;
using System.Text.Json.Serialization;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Accounts;

namespace Bourse.ApiHost.Live.Orders;

/// <summary>One event of the order channel, written straight from what the account tells.</summary>
/// <param name="Epoch">Names the journal; numbers of another epoch mean nothing here.</param>
/// <param name="TickSize">Of the order's symbol.</param>
[JsonConverter(typeof(OrderUpdateTextConverter))]
public sealed record OrderUpdateText(OrderUpdate Update, long Epoch, decimal TickSize);

/// <summary>Writes <c>{seq, epoch, event, order, fill?}</c>; a fill is <c>{trade_id, price, qty, liquidity, fee}</c>.</summary>
public sealed class OrderUpdateTextConverter : OneWayConverter<OrderUpdateText>
{
    public override void Write(Utf8JsonWriter writer, OrderUpdateText value, JsonSerializerOptions options)
    {
        var update = value.Update;
        writer.WriteStartObject();
        writer.WriteNumber("seq"u8, update.Seq);
        writer.WriteNumber("epoch"u8, value.Epoch);
        writer.WriteString("event"u8, update.Event);
        writer.WritePropertyName("order"u8);
        OrderTextConverter.Write(writer, update.Order, value.TickSize);
        if (update.Fill is { } fill)
        {
            writer.WriteStartObject("fill"u8);
            writer.WriteString("trade_id"u8, fill.TradeId);
            writer.WriteDecimal("price"u8, fill.Price, value.TickSize);
            writer.WriteDecimal("qty"u8, fill.Quantity);
            writer.WriteString("liquidity"u8, fill.Liquidity);
            writer.WriteDecimal("fee"u8, fill.Fee);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
