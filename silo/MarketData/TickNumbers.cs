using System.Buffers.Text;
using System.Globalization;

namespace Bourse.Silo.MarketData;

/// <summary>Reads the numbers of tick files, exactly and without allocating.</summary>
public static class TickNumbers
{
    private const long MaxTimestampMs = 253_402_300_799_999; // the end of the year 9999

    public static bool TryParseTimestamp(ReadOnlySpan<byte> text, out long timestampMs) =>
        Utf8Parser.TryParse(text, out timestampMs, out var length) && length == text.Length && timestampMs is >= 0 and <= MaxTimestampMs;

    /// <summary>A decimal number with at most 28 digits, its trailing zeros kept; an exponent is taken too.</summary>
    public static bool TryParseDecimal(ReadOnlySpan<byte> text, out decimal value)
    {
        // Up to 18 digits fit a long whole, which is nearly every price there is.
        ulong digits = 0;
        var scale = -1;
        var count = 0;
        foreach (var c in text)
        {
            if (c is >= (byte)'0' and <= (byte)'9' && count < 18)
            {
                digits = (digits * 10) + (uint)(c - '0');
                scale += scale >= 0 ? 1 : 0;
                count++;
            }
            else if (c == '.' && scale < 0)
            {
                scale = 0;
            }
            else
            {
                return TryParseLong(text, out value);
            }
        }

        value = new decimal((int)digits, (int)(digits >> 32), 0, isNegative: false, (byte)Math.Max(0, scale));
        return count > 0;
    }

    private static bool TryParseLong(ReadOnlySpan<byte> text, out decimal value)
    {
        const NumberStyles styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        value = 0;

        // Past 28 digits a decimal would round.
        return text.Length <= 29 && decimal.TryParse(text, styles, CultureInfo.InvariantCulture, out value);
    }
}
