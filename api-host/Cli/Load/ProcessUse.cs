using System.Globalization;

namespace Bourse.ApiHost.Cli.Load;

/// <summary>CPU and memory of processes of this machine, read from Linux' <c>/proc</c>; zero where there is none.</summary>
/// <param name="CpuSeconds">Of those that live, with their children that have ended.</param>
/// <param name="Bytes">Resident memory.</param>
internal readonly record struct ProcessUse(double CpuSeconds, long Bytes)
{
    private const double TicksPerSecond = 100; // of Linux' user interface, whatever the kernel's own
    private const int ParentField = 1;
    private const int CpuField = 11;
    private const int CpuFields = 4;
    private const int PagesField = 21;

    /// <param name="withChildren">Counts the processes that it started too.</param>
    public static ProcessUse Of(int? pid, bool withChildren)
    {
        if (pid is not { } root || !Directory.Exists("/proc/self"))
        {
            return default;
        }

        var (cpu, bytes) = (0.0, 0L);
        foreach (var id in withChildren ? [root, .. ChildrenOf(root)] : (int[])[root])
        {
            if (Fields(id) is { } fields)
            {
                cpu += fields.Skip(CpuField).Take(CpuFields).Sum(f => double.Parse(f, CultureInfo.InvariantCulture)) / TicksPerSecond;
                bytes += long.Parse(fields[PagesField], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
            }
        }

        return new ProcessUse(cpu, bytes);
    }

    /// <summary>A process that names itself in a file; null when there is none.</summary>
    public static int? PidIn(string file) =>
        File.Exists(file) && int.TryParse(File.ReadLines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out var pid) ? pid : null;

    private static IEnumerable<int> ChildrenOf(int parent) =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Select(name => int.TryParse(name, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && Fields(id)?[ParentField] == parent.ToString(CultureInfo.InvariantCulture));

    /// <summary>What follows the name, which may hold anything, in the process's line.</summary>
    private static string[]? Fields(int pid)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{pid}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null; // it has ended
        }
    }
}
