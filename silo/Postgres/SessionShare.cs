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
    // As nice(2) has it. Nine times the share of a session at 0: about as many threads of a busy silo want a processor.
    private const int Raised = -10;

    private readonly string _file;
    private readonly bool _isRaised;

    private SessionShare(string file)
    {
        _file = file;
        _isRaised = Read(file) == 0 && TryWrite(file, Raised);
    }

    /// <summary>Raises the share of this process's session, until it is disposed.</summary>
    public static SessionShare Raise() => Raise(FileOf(Environment.ProcessId));

    /// <param name="file">Tells of a session, as <c>/proc/PID/autogroup</c> does.</param>
    internal static SessionShare Raise(string file) => new(file);

    /// <summary>Where this process's session has another share than the usual one: gives a part of the difference, 0 to 1, to another process's session too.</summary>
    public static void Extend(int processId, double part) => Extend(FileOf(Environment.ProcessId), FileOf(processId), part);

    internal static void Extend(string from, string to, double part)
    {
        if (Read(from) is { } ours and not 0)
        {
            TryWrite(to, (int)(ours * part));
        }
    }

    public void Dispose()
    {
        if (_isRaised)
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
