namespace Bourse.ApiHost.Cli.Load.Worker;

/// <summary>
/// A plan of acts: how many of them are due, and for when each was planned. The first is planned for the start. Their rate grows evenly from nothing, as users come,
/// and is steady from then on.
/// </summary>
/// <param name="StartMs">When it begins, ms since 1970.</param>
/// <param name="ToMs">Before when all are planned.</param>
/// <param name="Rate">Acts a second, once it has grown.</param>
/// <param name="GrowsMs">For how long the rate grows, at most to the end.</param>
public readonly record struct Pace(long StartMs, long ToMs, double Rate, long GrowsMs)
{
    /// <summary>How many acts there are in all.</summary>
    public long Total => (long)Math.Ceiling(Rate * (ToMs - StartMs - (GrowsMs / 2.0)) / 1_000);

    /// <summary>How many acts are due at a time, those that are done among them.</summary>
    /// <param name="us">µs since 1970, from the start on.</param>
    public long DueAt(long us)
    {
        var (seconds, grows) = ((us - (StartMs * 1_000)) / 1e6, GrowsMs / 1e3);
        var acts = seconds < grows ? Rate * seconds * seconds / (2 * grows) : Rate * (seconds - (grows / 2));
        return Math.Min(Total, (long)acts + 1);
    }

    /// <summary>For when an act was planned, µs since 1970.</summary>
    /// <param name="act">Its number, from 0.</param>
    public long PlannedUs(long act)
    {
        var grows = GrowsMs / 1e3;
        var seconds = act < Rate * grows / 2 ? Math.Sqrt(2 * act * grows / Rate) : (grows / 2) + (act / Rate);
        return (StartMs * 1_000) + (long)(seconds * 1e6);
    }
}
