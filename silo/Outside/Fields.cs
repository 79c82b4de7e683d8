using System.Globalization;
using System.Text.Json;

namespace Bourse.Silo.Outside;

/// <summary>Reads the fields of outside messages: numbers stand in texts as often as not.</summary>
internal static class Fields
{
    /// <summary>A number of a field, whether a number or a text; null where it is absent, null or empty.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static decimal? Number(this JsonElement of, string name) =>
        !of.TryGetProperty(name, out var field) ? null : field.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Number => field.TryGetDecimal(out var number) ? number : throw new FormatException($"{name} is out of bounds"),
            JsonValueKind.String when field.GetString() is { Length: > 0 } text => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
            JsonValueKind.String => null,
            _ => throw new FormatException($"{name} is no number"),
        };

    public static decimal NumberOf(this JsonElement of, string name) => of.Number(name) ?? throw new FormatException($"{name} is missing");

    public static long WholeOf(this JsonElement of, string name) => (long)of.NumberOf(name);

    public static string? Text(this JsonElement of, string name) =>
        of.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.String ? field.GetString() : null;

    public static string TextOf(this JsonElement of, string name) => of.Text(name) ?? throw new FormatException($"{name} is missing");

    /// <summary>A time in RFC 3339, with up to nine digits of a second, as ms since 1970; one without a zone is UTC.</summary>
    public static long TimeOf(this JsonElement of, string name)
    {
        var text = of.TextOf(name);
        var point = text.IndexOf('.');
        if (point >= 0)
        {
            // More digits of a second than a date can hold.
            var end = point + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
            {
                end++;
            }

            text = string.Concat(text.AsSpan(0, Math.Min(end, point + 8)), text.AsSpan(end));
        }

        return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();
    }
}
