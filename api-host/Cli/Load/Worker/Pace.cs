namespace Bourse.ApiHost.Cli.Load.Worker;

/// <summary>A plan of acts at a steady rate: how many of them are due, and for when each was planned. The first is planned for the start.</summary>
/// <param name="StartMs">When it begins, ms since 1970.</param>
/// <param name="ToMs">Before when all are planned.</param>
/// <param name="Rate">Acts a second.</param>
public readonly record struct Pace(long StartMs, long ToMs, double Rate)
{
    /// <summary>How many acts there are in all.</summary>
    public long Total => (long)(Rate * (ToMs - StartMs) / 1_000);

    /// <summary>How many acts are due at a time, those that are done among them.</summary>
    /// <param name="us">µs since 1970, from the start on.</param>
    public long DueAt(long us) => Math.Min(Total, (long)((us - (StartMs * 1_000)) / 1e6 * Rate) + 1);

    /// <summary>For when an act was planned, µs since 1970.</summary>
    /// <param name="act">Its number, from 0.</param>
    public long PlannedUs(long act) => (StartMs * 1_000) + (long)(act / Rate * 1e6);
}
