using System.Diagnostics;

namespace Bourse.Silo.Postgres;

/// <summary>The folder that holds <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c> of one installation.</summary>
internal sealed class PostgresBinaries
{
    private static readonly string[] Needed = ["initdb", "pg_ctl", "postgres"];

    private PostgresBinaries(string folder) => Folder = folder;

    public string Folder { get; }

    public string InitDb => Path.Combine(Folder, "initdb");

    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    /// <summary>Looks on PATH, where <c>pg_config</c> says, and in the usual places, the newest version first.</summary>
    /// <exception cref="InvalidOperationException">PostgreSQL is not installed.</exception>
    public static PostgresBinaries Find()
    {
        var folder = Candidates().FirstOrDefault(f => Needed.All(name => File.Exists(Path.Combine(f, name))));
        return folder is null
            ? throw new InvalidOperationException(
                "PostgreSQL was not found on PATH, by pg_config, or in /usr/lib/postgresql; install it (package \"postgresql\") or set BOURSE_POSTGRES to the connection string of a running one")
            : new PostgresBinaries(folder);
    }

    private static IEnumerable<string> Candidates()
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            yield return folder;
        }

        if (FromPgConfig() is { } configured)
        {
            yield return configured;
        }

        foreach (var root in new[] { "/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt" })
        {
            var versions = Directory.Exists(root) ? Directory.GetDirectories(root) : [];
            foreach (var version in versions.OrderByDescending(VersionOf).Append(root))
            {
                yield return Path.Combine(version, "bin");
            }
        }
    }

    private static int VersionOf(string folder) =>
        int.TryParse(new string(Path.GetFileName(folder).Where(char.IsDigit).ToArray()), out var version) ? version : 0;

    private static string? FromPgConfig()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("pg_config", "--bindir") { RedirectStandardOutput = true });
            var folder = process?.StandardOutput.ReadToEnd().Trim();
            process?.WaitForExit();
            return string.IsNullOrEmpty(folder) ? null : folder;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // there is no pg_config on PATH
        }
    }
}
