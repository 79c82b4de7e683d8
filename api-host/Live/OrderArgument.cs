using System.Text.Json;
using System.Text.Json.Serialization;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;

namespace Bourse.ApiHost.Live;

/// <summary>The argument of <c>PlaceOrder</c>, read as REST reads a body, and straight from what the client sent; or why it cannot be read.</summary>
[JsonConverter(typeof(OrderArgumentConverter))]
public readonly record struct OrderArgument(OrderBody? Order, Problem? Problem);

/// <summary>Reads an <see cref="OrderArgument"/>. Does not throw: SignalR would answer with a sentence of its own.</summary>
public sealed class OrderArgumentConverter : JsonConverter<OrderArgument>
{
    public override OrderArgument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return new OrderArgument(null, HubArguments.NoObject("order"));
        }

        var start = reader;
        try
        {
            return new OrderArgument(JsonSerializer.Deserialize<OrderBody>(ref reader, WireFormat.Options), null);
        }
        catch (JsonException e)
        {
            reader = start;
            reader.Skip();
            return new OrderArgument(null, ProblemMap.OfJson(e));
        }
    }

    public override void Write(Utf8JsonWriter writer, OrderArgument value, JsonSerializerOptions options) => throw new JsonException("Only a client sends this.");
}
