using System.Globalization;

namespace Bourse.ApiHost.Cli.Serve;

/// <summary>
/// The pid and log files of this process under the data folder: <c>run/NAME.pid</c> and <c>log/NAME.log</c> for each role it plays.
/// The pid files go when the process ends well.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private readonly string[] _pidFiles;

    public RunFolder(string dataDir, params string[] roles)
    {
        var run = Directory.CreateDirectory(Path.Combine(dataDir, "run")).FullName;
        var log = Directory.CreateDirectory(Path.Combine(dataDir, "log")).FullName;
        LogFile = Path.Combine(log, $"{roles[0]}.log");
        File.AppendAllText(LogFile, "");
        foreach (var role in roles[1..])
        {
            // One process, one log, under the name of each of its roles.
            var link = Path.Combine(log, $"{role}.log");
            File.Delete(link);
            File.CreateSymbolicLink(link, Path.GetFileName(LogFile));
        }

        _pidFiles = [.. roles.Select(role => Path.Combine(run, $"{role}.pid"))];
        foreach (var file in _pidFiles)
        {
            File.WriteAllText(file, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
    }

    public string LogFile { get; }

    /// <summary>The smallest number that no living process of the role has.</summary>
    public static int NextNumber(string dataDir, string role)
    {
        var number = 1;
        while (File.Exists(PidFile(number)) && int.TryParse(File.ReadAllText(PidFile(number)), out var pid) && IsAlive(pid))
        {
            number++;
        }

        return number;

        string PidFile(int n) => Path.Combine(dataDir, "run", $"{role}-{n}.pid");
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        foreach (var file in _pidFiles)
        {
            File.Delete(file);
        }
    }
}
