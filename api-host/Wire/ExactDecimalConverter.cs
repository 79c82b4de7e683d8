using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bourse.ApiHost.Wire;

/// <summary>Decimals in: strings and numbers, exactly. Decimals out: numbers without needless zeros (market data; the rest is written as strings).</summary>
public sealed class ExactDecimalConverter : JsonConverter<decimal>
{
    private const int MaxBytes = 64;

    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not (JsonTokenType.Number or JsonTokenType.String) || Length(reader) > MaxBytes)
        {
            throw new JsonException("A decimal is expected.");
        }

        Span<char> text = stackalloc char[MaxBytes];
        var length = reader.TokenType == JsonTokenType.String
            ? reader.CopyString(text)
            : Encoding.ASCII.GetChars(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan, text);
        return ExactDecimal.TryParse(text[..length], reader.TokenType == JsonTokenType.Number, out var value)
            ? value
            : throw new JsonException("A decimal of at most 28 digits is expected.");
    }

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(ExactDecimal.Trim(value));

    private static long Length(in Utf8JsonReader reader) => reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
}
