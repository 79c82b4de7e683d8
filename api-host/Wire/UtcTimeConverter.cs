using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bourse.ApiHost.Wire;

/// <summary>RFC 3339 in UTC: <c>2026-01-02T03:04:05.678901Z</c>.</summary>
public sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    private const string Pattern = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";
    private const int FractionDigits = 7;

    /// <summary>Room for what <see cref="Format"/> writes.</summary>
    public const int MaxLength = 28;

    public static string ToText(DateTimeOffset time) => time.UtcDateTime.ToString(Pattern, CultureInfo.InvariantCulture);

    /// <summary>Takes RFC 3339 with any offset, and a date alone, which is midnight UTC.</summary>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        return text.Length is >= 10 and <= 40 && char.IsAsciiDigit(text[0]) && text[4] == '-'
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
    }

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TryParse(reader.GetString() ?? "", out var time)
            ? time
            : throw new JsonException("A time as in RFC 3339 is expected.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        writer.WriteStringValue(text[..Format(value, text)]);
    }

    /// <summary>As <see cref="ToText"/>, without a string: an order's event tells two times.</summary>
    /// <returns>How many bytes.</returns>
    public static int Format(DateTimeOffset value, Span<byte> text)
    {
        value.UtcDateTime.TryFormat(text, out var length, "s", CultureInfo.InvariantCulture);
        var (fraction, digits) = (value.Ticks % TimeSpan.TicksPerSecond, FractionDigits);
        if (fraction > 0)
        {
            for (; fraction % 10 == 0; digits--)
            {
                fraction /= 10;
            }

            text[length] = (byte)'.';
            for (var i = digits; i > 0; i--, fraction /= 10)
            {
                text[length + i] = (byte)('0' + (fraction % 10));
            }

            length += digits + 1;
        }

        text[length++] = (byte)'Z';
        return length;
    }
}
