using System.Globalization;

namespace Bourse.ApiHost.Cli.Replay;

/// <summary>What a replay did.</summary>
/// <param name="Elapsed">From the first tick until the last bar was in the database.</param>
internal sealed record ReplayReport(long Ticks, long Refused, long Late, long WrittenBars, long LostBars, TimeSpan Elapsed)
{
    /// <summary>Two lines: the speed, and what it was made of.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {(Elapsed > TimeSpan.Zero ? Ticks / Elapsed.TotalSeconds : 0):F0} ticks/s
        {Ticks} ticks in {Elapsed.TotalSeconds:F1} s, {Refused} refused, {Late} late; {WrittenBars} bars written, {LostBars} lost
        """);
}
