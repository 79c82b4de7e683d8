using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Bourse.Silo.MarketData;

/// <summary>How fast recorded time passes.</summary>
/// <param name="Factor">Recorded seconds a second, 0.001 to 1,000,000; null = as fast as it goes.</param>
public readonly record struct ReplaySpeed(double? Factor)
{
    public static ReplaySpeed Max => new(null);

    public bool IsMax => Factor is null;

    /// <summary>Reads <c>max</c> or a factor such as <c>1</c>, <c>0.5</c>, <c>100</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ReplaySpeed speed)
    {
        if (string.Equals(text, "max", StringComparison.OrdinalIgnoreCase))
        {
            speed = Max;
            return true;
        }

        speed = new ReplaySpeed(1);
        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) || factor is not (>= 0.001 and <= 1_000_000))
        {
            return false;
        }

        speed = new ReplaySpeed(factor);
        return true;
    }

    public override string ToString() => Factor is { } factor ? factor.ToString(CultureInfo.InvariantCulture) : "max";
}
