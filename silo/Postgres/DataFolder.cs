using System.Globalization;

namespace Bourse.Silo.Postgres;

/// <summary>Where the parts of a PostgreSQL of our own lie under a data folder.</summary>
internal sealed class DataFolder
{
    public const string SettingsName = "bourse.conf";
    public const string PasswordName = "bourse.password";

    public DataFolder(string dataDir)
    {
        Root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataDir));
        Database = Path.Combine(Root, "postgres");
        Unfinished = Path.Combine(Root, "postgres.unfinished");
        Run = Path.Combine(Root, "run");
        Log = Path.Combine(Root, "log", "postgres.log");
        Directory.CreateDirectory(Run);
        Directory.CreateDirectory(Path.GetDirectoryName(Log)!);
    }

    public string Root { get; }

    public string Database { get; }

    /// <summary>Where a database is made before it gets its name, so that a half-made one is never taken for whole.</summary>
    public string Unfinished { get; }

    public string NewPassword => Unfinished + ".password";

    public string Log { get; }

    public string PidFile => Path.Combine(Run, "postgres.pid");

    private string Run { get; }

    private string PortFile => Path.Combine(Run, "postgres.port");

    /// <summary>Keeps other starters out until disposed. A killed holder lets go.</summary>
    public async Task<IDisposable> Lock(TimeSpan timeout, CancellationToken cancellation)
    {
        var path = Path.Combine(Run, "postgres.lock");
        var deadline = TimeProvider.System.GetUtcNow() + timeout;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (TimeProvider.System.GetUtcNow() < deadline)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation); // another process starts it right now
            }
        }
    }

    public void DropUnfinished()
    {
        if (Directory.Exists(Unfinished))
        {
            Directory.Delete(Unfinished, recursive: true);
        }

        File.Delete(NewPassword);
    }

    public void MakePrivate(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    public string ReadPassword() => File.ReadAllText(Path.Combine(Database, PasswordName)).Trim();

    public int? ReadPort() =>
        File.Exists(PortFile) && int.TryParse(File.ReadAllText(PortFile), CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port
            : null;

    public Task WritePort(int port) => File.WriteAllTextAsync(PortFile, port.ToString(CultureInfo.InvariantCulture) + "\n");

    public async Task WritePid(PostmasterFile postmaster)
    {
        await WritePort(postmaster.Port);
        await File.WriteAllTextAsync(PidFile, postmaster.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
    }

    /// <summary>The log belongs to the user that writes it; the folder stays ours.</summary>
    public async Task PrepareLog(UnprivilegedUser user, CancellationToken cancellation)
    {
        await File.AppendAllTextAsync(Log, "", cancellation);
        await user.Own(Log, cancellation);
    }

    public string LogTail() => File.Exists(Log) ? string.Join('\n', File.ReadLines(Log).TakeLast(10)) : "";
}
