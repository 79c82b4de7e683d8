namespace Bourse.Domain.Anomalies;

/// <summary>
/// Finds values that do not belong to a series: those whose distance from the median of the values before them is a great multiple of these values' median absolute
/// deviation, times 1.4826 so that for a normal distribution it is the standard deviation. Median and MAD stand firm though half of the window be wild, which mean and
/// deviation do not. A value that is no number is passed over. Deterministic: the same values give the same scores.
/// </summary>
/// <remarks>F. R. Hampel, The influence curve and its role in robust estimation, 1974.</remarks>
/// <param name="window">How many values before count.</param>
/// <param name="minimum">With fewer there is no judgement.</param>
/// <param name="threshold">From which score on a value is an anomaly.</param>
/// <param name="floor">The least that counts as deviation, in the values' unit: a series that stands still makes nothing of its first move.</param>
public sealed class RobustAlarm(int window, int minimum, double threshold, double floor)
{
    private const double Normal = 1.4826;

    private readonly double[] _values = new double[window];
    private readonly double[] _sorted = new double[window];
    private long _count;

    /// <summary>Judges a value by those before it, and takes it among them.</summary>
    /// <returns>Its score, above 0 for a value above the median; null with too few values before.</returns>
    public double? Take(double value)
    {
        if (!double.IsFinite(value))
        {
            return null;
        }

        var score = _count < minimum ? (double?)null : Score(value);
        _values[_count++ % window] = value;
        return score;
    }

    /// <summary>Whether a score is an anomaly's.</summary>
    public bool IsAnomaly(double? score) => score is { } known && Math.Abs(known) >= threshold;

    private double Score(double value)
    {
        var known = _sorted.AsSpan(0, (int)Math.Min(_count, window));
        _values.AsSpan(0, known.Length).CopyTo(known);
        var median = Median(known);
        foreach (ref var one in known)
        {
            one = Math.Abs(one - median);
        }

        return (value - median) / Math.Max(Normal * Median(known), floor);
    }

    private static double Median(Span<double> values)
    {
        values.Sort();
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
