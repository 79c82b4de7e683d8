using System.Globalization;

namespace Bourse.ApiHost.Wire;

/// <summary>
/// Reads decimals exactly or not at all, and writes them. Taken are <c>-12.50</c> and, in a JSON number only, a short exponent
/// (<c>1e-7</c>); at most 28 digits in all. Infinity, NaN, signs of plus, blanks and group separators are refused.
/// </summary>
public static class ExactDecimal
{
    private const int MaxDigits = 28;
    private const int MaxLength = 40;

    /// <summary>Room for what <see cref="Format"/> writes: 29 digits, a sign and a point, or the zero before it.</summary>
    public const int MaxTextLength = 32;

    /// <summary>False when the text is not a decimal or would have to be rounded.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, bool allowExponent, out decimal value)
    {
        value = 0;
        if (text.Length is 0 or > MaxLength)
        {
            return false;
        }

        var exponent = 0;
        var mantissa = text;
        var mark = text.IndexOfAny('e', 'E');
        if (mark >= 0)
        {
            mantissa = text[..mark];
            var digits = text[(mark + 1)..];
            if (!allowExponent || digits.Length is 0 or > 3
                || !int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                || Math.Abs(exponent) > MaxDigits)
            {
                return false;
            }
        }

        if (!IsPlain(mantissa, out var whole, out var fraction) || Fits(whole, fraction, exponent) is false)
        {
            return false;
        }

        return decimal.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The value without needless zeros.</summary>
    public static string ToText(decimal value) => Trim(value).ToString(CultureInfo.InvariantCulture);

    /// <summary>The value with at least as many decimals as the step has: 178.5 on a step of 0.01 is 178.50.</summary>
    public static string ToText(decimal value, decimal step) => Scaled(value, step).ToString(CultureInfo.InvariantCulture);

    /// <summary>As <see cref="ToText(decimal, decimal)"/>, in UTF-8.</summary>
    /// <returns>How many bytes.</returns>
    public static int Format(decimal value, decimal step, Span<byte> text) =>
        Scaled(value, step).TryFormat(text, out var length, provider: CultureInfo.InvariantCulture) ? length : throw new ArgumentException("The text is too short.", nameof(text));

    /// <summary>The same value at its smallest scale.</summary>
    public static decimal Trim(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        if (bits[2] != 0)
        {
            return value / 1.0000000000000000000000000000m; // too many digits for what follows, which takes a tenth of the time
        }

        var digits = (uint)bits[0] | ((ulong)(uint)bits[1] << 32);
        var scale = value.Scale;
        for (; scale > 0 && digits % 10 == 0; scale--)
        {
            digits /= 10;
        }

        return new decimal((int)digits, (int)(digits >> 32), 0, value < 0, scale);
    }

    private static decimal Scaled(decimal value, decimal step)
    {
        var trimmed = Trim(value);
        var scale = Trim(step).Scale;
        return trimmed.Scale >= scale ? trimmed : trimmed + new decimal(0, 0, 0, false, scale);
    }

    /// <param name="whole">How many digits before the point count.</param>
    private static bool IsPlain(ReadOnlySpan<char> text, out int whole, out int fraction)
    {
        whole = 0;
        fraction = 0;
        if (text is ['-', ..])
        {
            text = text[1..];
        }

        var point = text.IndexOf('.');
        var before = point < 0 ? text : text[..point];
        var after = point < 0 ? [] : text[(point + 1)..];
        whole = before.TrimStart('0').Length;
        fraction = after.Length;
        return before.Length > 0 && (point < 0 || after.Length > 0) && AllDigits(before) && AllDigits(after);
    }

    private static bool Fits(int whole, int fraction, int exponent)
    {
        var wholeDigits = Math.Max(0, whole + exponent);
        var fractionDigits = Math.Max(0, fraction - exponent);
        return wholeDigits + fractionDigits <= MaxDigits;
    }

    private static bool AllDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
