using System.Text.Json;

namespace Bourse.ApiHost.Wire;

/// <summary>Writes members as the wire has them, straight into the JSON.</summary>
public static class JsonText
{
    /// <summary>A decimal as a string, with at least as many decimals as the step has.</summary>
    public static void WriteDecimal(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, decimal? value, decimal step = 1)
    {
        if (value is not { } given)
        {
            writer.WriteNull(name);
            return;
        }

        Span<byte> text = stackalloc byte[ExactDecimal.MaxTextLength];
        writer.WriteString(name, text[..ExactDecimal.Format(given, step, text)]);
    }

    /// <summary>A time as RFC 3339 in UTC.</summary>
    public static void WriteTime(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset? value)
    {
        if (value is not { } given)
        {
            writer.WriteNull(name);
            return;
        }

        Span<byte> text = stackalloc byte[UtcTimeConverter.MaxLength];
        writer.WriteString(name, text[..UtcTimeConverter.Format(given, text)]);
    }
}
