using System.Globalization;
using System.Text.RegularExpressions;

namespace Bourse.Silo.Postgres;

/// <summary>
/// Gives a session a larger part of the processors, where Linux shares them between sessions and not between threads (<c>sched_autogroup_enabled</c>, see
/// sched(7)). Every process of PostgreSQL is a session of its own, and gets as much as all threads of this process together: while the projector's had work,
/// orders waited. Does nothing on other systems, where a session has a share of its own already, and where this process may not (it takes <c>CAP_SYS_NICE</c>).
/// </summary>
internal sealed partial class SessionShare : IDisposable
{
    // Nine times that of a session at 0: about as many threads of a busy silo want a processor.
    private const int Raised = -10;

    private readonly string _file;
    private readonly bool _isSet;

    /// <param name="file">Tells of the session, as <c>/proc/PID/autogroup</c> does.</param>
    /// <param name="share">As nice(2) has it.</param>
    private SessionShare(string file, int share)
    {
        _file = file;
        _isSet = share != 0 && Read(file) == 0 && TryWrite(file, share);
    }

    /// <summary>Raises the share of this process's session, until it is disposed.</summary>
    public static SessionShare Raise() => Raise(FileOf(Environment.ProcessId));

    internal static SessionShare Raise(string file) => new(file, Raised);

    /// <summary>Gives another process's session the share that this process's has.</summary>
    public static void Extend(int processId) => Extend(FileOf(Environment.ProcessId), FileOf(processId));

    internal static void Extend(string from, string to) => _ = new SessionShare(to, Read(from) ?? 0);

    public void Dispose()
    {
        if (_isSet)
        {
            TryWrite(_file, 0);
        }
    }

    private static string FileOf(int processId) => string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/autogroup");

    // "/autogroup-25 nice 0"
    [GeneratedRegex("^/autogroup-[0-9]+ nice (-?[0-9]+)$")]
    private static partial Regex Line();

    private static int? Read(string file)
    {
        try
        {
            return Line().Match(File.ReadAllText(file).TrimEnd()) is { Success: true } line ? int.Parse(line.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool TryWrite(string file, int share)
    {
        try
        {
            File.WriteAllText(file, share.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
