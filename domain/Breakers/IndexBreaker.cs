namespace Bourse.Domain.Breakers;

/// <summary>
/// The market-wide circuit breaker, after the rules of the US exchanges: when the index has fallen by 7 % or 13 % since the day began everything stops for 15 minutes,
/// at 20 % for the rest of the day (UTC). Each level counts once a day.
/// </summary>
public static class IndexBreaker
{
    public static IReadOnlyList<decimal> LevelsPercent { get; } = [7m, 13m, 20m];

    private const long PauseMs = 15 * 60 * 1_000;
    private const long DayMs = 24 * 60 * 60 * 1_000;

    /// <summary>Decides on the index as it stands.</summary>
    /// <param name="state">What was decided before.</param>
    /// <param name="changePercent">The index since the day began; null when it is not known.</param>
    /// <returns>The state from here on, the same when nothing is to be done.</returns>
    public static IndexBreakerState Decide(IndexBreakerState state, decimal? changePercent, long nowMs)
    {
        var day = nowMs / DayMs;
        var level = state.Day == day ? state.Level : 0;
        var reached = LevelsPercent.Count(l => changePercent <= -l);
        if (reached > level)
        {
            return new IndexBreakerState(day, reached, reached == LevelsPercent.Count ? (day + 1) * DayMs : nowMs + PauseMs);
        }

        return state.UntilMs != 0 && nowMs >= state.UntilMs ? new IndexBreakerState(day, level, 0) : state;
    }
}

/// <summary>How the market-wide breaker stands.</summary>
/// <param name="Day">Days since 1970, of the level.</param>
/// <param name="Level">How many levels were reached that day.</param>
/// <param name="UntilMs">When everything trades again; 0 = it does.</param>
public readonly record struct IndexBreakerState(long Day, int Level, long UntilMs);
