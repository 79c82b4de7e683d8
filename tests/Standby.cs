using System.Diagnostics;
using System.Globalization;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Tests;

/// <summary>A standby of a test's PostgreSQL, and how the two are told what they are.</summary>
public static class Standby
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(1);

    /// <summary>Copies a server that runs and follows it.</summary>
    public static async Task<LocalPostgres> StartOf(LocalPostgres primary)
    {
        var folder = TestServer.NewFolder();
        var copy = Path.Combine(folder, Path.GetFileName(primary.DatabaseFolder));
        var settings = new NpgsqlConnectionStringBuilder(primary.ConnectionString);
        var binaries = Path.GetDirectoryName(File.ResolveLinkTarget($"/proc/{PostmasterOf(primary)}/exe", returnFinalTarget: true)!.FullName)!;
        await Run(
            Path.Combine(binaries, "pg_basebackup"), "-D", copy, "-R", "-X", "stream", "-c", "fast", "-d",
            $"host={settings.Host} port={settings.Port} user={settings.Username} password={settings.Password}");
        await Run("chown", "-R", $"--reference={primary.DatabaseFolder}", copy);
        return await TestServer.Start(folder: folder);
    }

    /// <summary>Makes commits wait until a standby has them, and waits until one that is there counts.</summary>
    public static async Task MakeSynchronous(LocalPostgres primary)
    {
        await Ask(primary, "*");
        await using var source = NpgsqlDataSource.Create(primary.ConnectionString);
        await Until(async () =>
        {
            await using var command = source.CreateCommand("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'");
            return await command.ExecuteScalarAsync() is 1L;
        });
    }

    /// <summary>Makes commits wait for a standby that there is not, as when the network to it is cut.</summary>
    public static async Task Lose(LocalPostgres primary)
    {
        await Ask(primary, "nobody");

        // The server heeds it when it comes to it. A commit that is cancelled would count as done: this one breaks off instead.
        await using var source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(primary.ConnectionString) { CommandTimeout = 1, CancellationTimeout = -1 });
        await Until(async () =>
        {
            try
            {
                await using var commit = source.CreateCommand("SELECT pg_logical_emit_message(true, 'test', '')");
                await commit.ExecuteNonQueryAsync();
                return false;
            }
            catch (NpgsqlException e) when (e.InnerException is TimeoutException)
            {
                return true;
            }
        });
    }

    /// <summary>Commits wait for nobody.</summary>
    public static Task Release(LocalPostgres primary) => Ask(primary, "");

    /// <summary>Ends it and all of its processes at once, as a machine that loses its power does.</summary>
    public static void Kill(LocalPostgres server)
    {
        var postmaster = PostmasterOf(server);
        foreach (var process in Process.GetProcessesByName("postgres").Where(p => p.Id == postmaster || ParentOf(p.Id) == postmaster))
        {
            process.Kill();
        }
    }

    /// <summary>Makes a standby the primary.</summary>
    public static async Task Promote(LocalPostgres standby)
    {
        await using var source = NpgsqlDataSource.Create(standby.ConnectionString);
        await using var promote = source.CreateCommand("SELECT pg_promote()");
        if (await promote.ExecuteScalarAsync() is not true)
        {
            throw new TimeoutException("the standby was not promoted");
        }
    }

    private static async Task Ask(LocalPostgres primary, string names)
    {
        await using var source = NpgsqlDataSource.Create(primary.ConnectionString);
        foreach (var sql in new[] { $"ALTER SYSTEM SET synchronous_standby_names = '{names}'", "SELECT pg_reload_conf()" })
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static int PostmasterOf(LocalPostgres server) =>
        int.Parse(File.ReadLines(Path.Combine(server.DatabaseFolder, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private static int ParentOf(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // it has ended
        }
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > s_deadline)
            {
                throw new TimeoutException("the servers do not agree on what they are");
            }

            await Task.Delay(50);
        }
    }

    private static async Task Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, WorkingDirectory = "/" })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {error}");
        }
    }
}
