using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bourse.ApiHost.Wire;

/// <summary>An array whose elements were serialised before, once for all who get them.</summary>
/// <param name="Elements">Valid JSON each, UTF-8.</param>
[JsonConverter(typeof(RawJsonArrayConverter))]
public sealed record RawJsonArray(IReadOnlyList<byte[]> Elements);

/// <summary>Writes a <see cref="RawJsonArray"/> without looking into it.</summary>
public sealed class RawJsonArrayConverter : JsonConverter<RawJsonArray>
{
    public override RawJsonArray Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new JsonException("Only the server sends this.");

    public override void Write(Utf8JsonWriter writer, RawJsonArray value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var element in value.Elements)
        {
            writer.WriteRawValue(element, skipInputValidation: true);
        }

        writer.WriteEndArray();
    }
}
