namespace Bourse.GrainRuntime.Membership;

/// <summary>
/// Names a process of a machine, so that another one beside it sees that it is dead and need not wait for its lease. Elsewhere than on Linux, and from
/// another machine or container or by another user, nothing can be seen.
/// </summary>
internal static class ProcessIdentity
{
    private const char Separator = ' ';

    /// <summary>This process; empty where it cannot be named.</summary>
    public static string Current { get; } = Read();

    /// <summary>Whether the process ran beside this one and runs no more. False also where that cannot be seen.</summary>
    public static bool IsCertainlyDead(string identity)
    {
        var its = identity.Split(Separator);
        var mine = Current.Split(Separator);
        return its.Length == 5 && mine.Length == 5 && its.AsSpan(0, 3).SequenceEqual(mine.AsSpan(0, 3))
            && int.TryParse(its[3], out var pid) && StartOf(pid) != its[4];
    }

    private static string Read()
    {
        try
        {
            // The boot, the pid namespace (containers have their own), the user (processes of others may be hidden), the pid, and when it started: pids are
            // used again.
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
            var space = new FileInfo("/proc/self/ns/pid").LinkTarget;
            return space is null ? "" : string.Join(Separator, boot, space, Environment.UserName, Environment.ProcessId, StartOf(Environment.ProcessId));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // no Linux
        }
    }

    /// <summary>Empty where there is no such process, or only its name is left.</summary>
    private static string StartOf(int pid)
    {
        try
        {
            // Fields after the name, which stands in parentheses: the state is the first, the start the 20th (proc(5)).
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? "" : fields[19];
        }
        catch (IOException)
        {
            return "";
        }
    }
}
