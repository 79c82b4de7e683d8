using System.Diagnostics;
using System.Globalization;

namespace Bourse.Silo.Postgres;

/// <summary>What a running PostgreSQL writes about itself into its folder; left behind when it dies without a clean stop.</summary>
internal sealed record PostmasterFile(int ProcessId, int Port, string Folder)
{
    /// <summary>True when the process lives and, where that can be seen, is this folder's PostgreSQL.</summary>
    public bool IsAlive => ProcessExists(ProcessId) && !IsPidOfAnother;

    /// <summary>True when the process id now belongs to some other program.</summary>
    public bool IsPidOfAnother
    {
        get
        {
            var commandLine = $"/proc/{ProcessId}/cmdline";
            if (!File.Exists(commandLine))
            {
                return false;
            }

            try
            {
                return !File.ReadAllText(commandLine).Contains(Folder, StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false; // it ended while we looked
            }
        }
    }

    public static PostmasterFile? Read(string folder)
    {
        var path = PathIn(folder);
        if (!File.Exists(path))
        {
            return null;
        }

        // process id, folder, start time, port, …
        var lines = File.ReadAllLines(path);
        return lines.Length >= 4
            && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var id)
            && int.TryParse(lines[3], CultureInfo.InvariantCulture, out var port)
            ? new PostmasterFile(id, port, folder)
            : null;
    }

    public static void Delete(string folder) => File.Delete(PathIn(folder));

    private static string PathIn(string folder) => Path.Combine(folder, "postmaster.pid");

    private static bool ProcessExists(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false; // no such process
        }
    }
}
