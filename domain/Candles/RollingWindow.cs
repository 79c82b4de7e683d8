namespace Bourse.Domain.Candles;

/// <summary>What a market did in its last 24 hours, from bars of five minutes: so the window begins up to five minutes earlier.</summary>
/// <param name="Open">The first price of the window; null when there was none in it.</param>
/// <param name="Last">The price now.</param>
/// <param name="ChangePercent">Against <paramref name="Open"/>, four decimals.</param>
public readonly record struct RollingWindow(
    decimal? Open, decimal? High, decimal? Low, decimal? Last, decimal? Change, decimal? ChangePercent, decimal Volume)
{
    public const long LengthMs = 24L * 60 * 60 * 1000;

    /// <summary>As many bars as the window can have.</summary>
    public const int MaxBars = (24 * 12) + 1;

    private const int PercentDecimals = 4;

    /// <param name="bars">The bars of the window, oldest first.</param>
    /// <param name="reference">The price now, which may be that of an older trade; null = unknown.</param>
    public static RollingWindow Of(IEnumerable<Candle> bars, decimal? reference)
    {
        decimal? open = null, high = null, low = null;
        var (last, volume) = (reference, 0m);
        foreach (var bar in bars)
        {
            open ??= bar.Open;
            high = high is { } h ? Math.Max(h, bar.High) : bar.High;
            low = low is { } l ? Math.Min(l, bar.Low) : bar.Low;
            volume += bar.Volume;
            last = reference ?? bar.Close;
        }

        var change = last - open;
        return new RollingWindow(open, high, low, last, change, open > 0 ? Math.Round((change / open * 100m)!.Value, PercentDecimals) : null, volume);
    }
}
