using System.Runtime.InteropServices;

namespace Bourse.Grains.Journal;

/// <summary>Tells exceptions that say "not now" from those that are bugs.</summary>
public static class Outage
{
    /// <summary>
    /// The journal, the database or another grain could not be reached or did not answer in time: the outcome is unknown.
    /// (What a database throws is an <see cref="ExternalException"/>.)
    /// </summary>
    public static bool Is(Exception e) =>
        e is JournalUnavailableException or TimeoutException or ExternalException or IOException or OrleansException;
}
