using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bourse.ApiHost.Wire;

/// <summary>A value that was serialised before, once for all who get it.</summary>
/// <param name="Utf8">Valid JSON.</param>
[JsonConverter(typeof(RawJsonConverter))]
public sealed record RawJson(byte[] Utf8)
{
    public static RawJson From<T>(T value) => new(JsonSerializer.SerializeToUtf8Bytes(value, WireFormat.Options));
}

/// <summary>Writes a <see cref="RawJson"/> without looking into it.</summary>
public sealed class RawJsonConverter : OneWayConverter<RawJson>
{
    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Utf8, skipInputValidation: true);
}
