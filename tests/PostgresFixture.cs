using System.Diagnostics;
using System.Globalization;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Tests;

/// <summary>
/// A fresh database with the whole schema for a test class, on one PostgreSQL that the test process starts at first need and stops at its end.
/// That server gives durability up for speed; a test that claims durability starts its own by <see cref="TestServer.Start"/>.
/// </summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private NpgsqlDataSource? _source;

    /// <summary>Leads to this class's database.</summary>
    public string ConnectionString { get; private set; } = "";

    public NpgsqlDataSource Source => _source ??= NpgsqlDataSource.Create(ConnectionString);

    public async Task InitializeAsync()
    {
        ConnectionString = await TestServer.MakeDatabase();
    }

    public async Task DisposeAsync()
    {
        if (_source is not null)
        {
            await _source.DisposeAsync();
        }
    }
}

/// <summary>PostgreSQL servers for tests, in temporary folders named after the test process.</summary>
public static class TestServer
{
    private const string Prefix = "bourse-test-";
    private static readonly Lazy<Task<LocalPostgres>> s_shared = new(() => Task.Run(StartShared));
    private static readonly Lazy<Task<string?>> s_migrated = new(() => Task.Run(async () =>
        new NpgsqlConnectionStringBuilder(await MakeDatabase(await Shared)).Database));

    private static int s_databases;

    /// <summary>The one of this test process.</summary>
    public static Task<LocalPostgres> Shared => s_shared.Value;

    /// <summary>Another one, durable unless told otherwise. Whoever starts it stops it and deletes its folder, by <see cref="Stop"/>.</summary>
    public static Task<LocalPostgres> Start(bool durable = true, string? folder = null) => LocalPostgres.StartAsync(
        folder ?? NewFolder(),
        new LocalPostgresOptions { SharedBuffersMb = 64, MaxWalMb = 512, MaxConnections = 400, Durable = durable, DirectLog = false },
        _ => { },
        CancellationToken.None);

    public static string NewFolder() => Directory.CreateTempSubdirectory($"{Prefix}{Environment.ProcessId}-").FullName;

    public static async Task Stop(LocalPostgres server)
    {
        await server.StopAsync();
        Directory.Delete(Path.GetDirectoryName(server.DatabaseFolder)!, recursive: true);
    }

    /// <summary>A new database with the whole schema on the shared server: a copy of one whose schema was made once.</summary>
    /// <returns>Its connection string.</returns>
    public static async Task<string> MakeDatabase()
    {
        var (server, migrated) = (await Shared, await s_migrated.Value);
        return await Create(server, $"TEMPLATE {migrated}");
    }

    /// <summary>A new database with the whole schema, made step by step: on any server.</summary>
    /// <returns>Its connection string.</returns>
    public static async Task<string> MakeDatabase(LocalPostgres server)
    {
        var connectionString = await Create(server, "");
        await using var own = NpgsqlDataSource.Create(connectionString + ";Pooling=false"); // nobody may be connected to what is copied
        await Migrator.MigrateAsync(own, CancellationToken.None);
        return connectionString;
    }

    private static async Task<string> Create(LocalPostgres server, string options)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref s_databases)}");
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var create = source.CreateCommand($"CREATE DATABASE {name} {options}");
        await create.ExecuteNonQueryAsync();
        return server.ConnectionTo(name);
    }

    private static async Task<LocalPostgres> StartShared()
    {
        await StopLeftBehind();
        var server = await Start(durable: false);
        StopWithThisProcess(server);

        // It would come round to each of some hundred small databases twice a minute.
        await using var source = NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false");
        await using var set = source.CreateCommand("ALTER SYSTEM SET autovacuum = off");
        await set.ExecuteNonQueryAsync();
        await using var reload = source.CreateCommand("SELECT pg_reload_conf()");
        await reload.ExecuteNonQueryAsync();
        return server;
    }

    // The test runner ends its process within 100 ms and may kill it: too short to stop a server in, so that somebody else waits for the end.
    private static void StopWithThisProcess(LocalPostgres server)
    {
        const string script =
            "while kill -0 \"$1\" 2>/dev/null; do sleep 1; done; kill -QUIT \"$(head -n 1 \"$2/postgres/postmaster.pid\")\"; sleep 1; rm -rf \"$2\"";
        var folder = Path.GetDirectoryName(server.DatabaseFolder)!;
        var start = new ProcessStartInfo("setsid", ["sh", "-c", script, "sh", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var watcher = Process.Start(start);
    }

    // A test process that was killed could not stop its own.
    private static async Task StopLeftBehind()
    {
        foreach (var folder in Directory.GetDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var owner = Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (!int.TryParse(owner, CultureInfo.InvariantCulture, out var id) || Exists(id))
            {
                continue;
            }

            try
            {
                if (File.Exists(Path.Combine(folder, "postgres", "postmaster.pid")))
                {
                    await (await Start(durable: false, folder)).StopAsync();
                }

                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                // Another test process cleans up too, or it belongs to another user.
            }
        }
    }

    private static bool Exists(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
