using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bourse.ApiHost.Wire;

/// <summary>Writes what only the server sends; reading it is refused with a <see cref="JsonException"/>.</summary>
public abstract class OneWayConverter<T> : JsonConverter<T>
{
    public sealed override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new JsonException("Only the server sends this.");
}
