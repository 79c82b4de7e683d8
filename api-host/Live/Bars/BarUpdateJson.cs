using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.ApiHost.Live.Bars;

/// <summary>A bar as it stands, the hub's event <c>bar_update</c>; a later one with the same <paramref name="T"/> replaces it.</summary>
/// <param name="T">The bar's start, ms since 1970 UTC.</param>
public sealed record BarUpdateJson(string Symbol, string Timeframe, long T, decimal O, decimal H, decimal L, decimal C, decimal V)
{
    public static BarUpdateJson From(string symbol, string timeframe, Bar bar) => new(
        symbol, timeframe, bar.StartMs, ExactDecimal.Trim(bar.Open), ExactDecimal.Trim(bar.High), ExactDecimal.Trim(bar.Low), ExactDecimal.Trim(bar.Close), ExactDecimal.Trim(bar.Volume));
}
