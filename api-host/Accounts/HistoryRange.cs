using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;

namespace Bourse.ApiHost.Accounts;

/// <summary>Reads <c>period</c> (<c>1D 1W 1M 3M 6M 1A all</c>) and <c>timeframe</c> (<c>1m 5m 15m 1h 1d</c>; <c>1Min</c>, <c>1H</c>, <c>1D</c> as Alpaca writes them).</summary>
public static class HistoryRange
{
    private const int MaxPoints = 20_000;

    /// <summary>The times [from, to) and the least time between two points. Throws <see cref="ProblemException"/> for more than 20,000 points.</summary>
    public static (DateTimeOffset From, DateTimeOffset To, TimeSpan Step) Read(QueryInput input, DateTimeOffset now)
    {
        var period = input.OneOf("period", "1m", "1d", "1w", "1m", "3m", "6m", "1a", "1y", "all");
        var from = period switch
        {
            "1d" => now.AddDays(-1),
            "1w" => now.AddDays(-7),
            "1m" => now.AddMonths(-1),
            "3m" => now.AddMonths(-3),
            "6m" => now.AddMonths(-6),
            "1a" or "1y" => now.AddYears(-1),
            _ => DateTimeOffset.UnixEpoch,
        };
        var step = input.OneOf("timeframe", Default(period), "1m", "1min", "5m", "5min", "15m", "15min", "1h", "1d") switch
        {
            "1m" or "1min" => TimeSpan.FromMinutes(1),
            "5m" or "5min" => TimeSpan.FromMinutes(5),
            "15m" or "15min" => TimeSpan.FromMinutes(15),
            "1h" => TimeSpan.FromHours(1),
            _ => TimeSpan.FromDays(1),
        };
        return period == "all" || (now - from) / step <= MaxPoints
            ? (from, now.AddSeconds(1), period == "all" && step < TimeSpan.FromDays(1) ? throw TooFine() : step)
            : throw TooFine();
    }

    private static string Default(string period) => period switch
    {
        "1d" => "5m",
        "1w" => "15m",
        _ => "1d",
    };

    private static ProblemException TooFine() => new(Problem.Malformed("timeframe", "This timeframe is too fine for this period."));
}
