using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace Bourse.Silo.Postgres;

/// <summary>
/// A PostgreSQL of our own under a data folder, for those who bring none: made when missing, started when down, adopted when an
/// earlier process of ours left it running. It listens on the loopback address only and asks for a password of its own.
/// </summary>
/// <remarks>
/// DIR/postgres holds the database, DIR/run/postgres.port and .pid tell where it is, DIR/log/postgres.log is its log.
/// </remarks>
public sealed class LocalPostgres : IAsyncDisposable
{
    private const string User = "bourse";
    private const string Database = "bourse";
    private const int MaxLooks = 20;
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(100);

    // As mallopt(3) has them, bytes. Its processes keep the memory of a batch for the next one: to give it back each time costs a fault for every page fetched again.
    private static readonly Dictionary<string, string> s_keepsMemory = new()
    {
        ["MALLOC_MMAP_THRESHOLD_"] = "33554432", ["MALLOC_TRIM_THRESHOLD_"] = "67108864", ["MALLOC_TOP_PAD_"] = "1048576",
    };

    private readonly DataFolder _folder;
    private readonly PostgresBinaries _binaries;
    private readonly UnprivilegedUser _user;
    private readonly Action<string> _say;
    private EarlyWriteback? _writeback;
    private SessionShare? _share;
    private LargePages? _pages;
    private bool _stopped;

    private LocalPostgres(DataFolder folder, PostgresBinaries binaries, UnprivilegedUser user, Action<string> say, int port, bool wasRunning)
    {
        _folder = folder;
        _binaries = binaries;
        _user = user;
        _say = say;
        Port = port;
        WasRunning = wasRunning;
        ConnectionString = ConnectionTo(Database);
    }

    /// <summary>The loopback port it listens on.</summary>
    public int Port { get; }

    /// <summary>True when it was running already: then whoever started it may still need it.</summary>
    public bool WasRunning { get; }

    /// <summary>Leads to the database <c>bourse</c>; holds the password.</summary>
    public string ConnectionString { get; }

    /// <summary>The folder that <c>initdb</c> made.</summary>
    public string DatabaseFolder => _folder.Database;

    /// <summary>Brings it up and makes the database <c>bourse</c> when missing. Two processes that start at once do so one after the other.</summary>
    /// <param name="dataDir">May be relative; made when missing.</param>
    /// <param name="say">Hears each step, in one line.</param>
    /// <exception cref="InvalidOperationException">It is not installed or does not come up; the message says why.</exception>
    public static Task<LocalPostgres> StartAsync(string dataDir, Action<string> say, CancellationToken cancellation) =>
        StartAsync(dataDir, new LocalPostgresOptions(), say, cancellation);

    /// <inheritdoc cref="StartAsync(string, Action{string}, CancellationToken)"/>
    public static async Task<LocalPostgres> StartAsync(
        string dataDir, LocalPostgresOptions options, Action<string> say, CancellationToken cancellation)
    {
        var folder = new DataFolder(dataDir);
        var binaries = PostgresBinaries.Find();
        var user = await UnprivilegedUser.Find(say, cancellation);
        using var onlyOne = await folder.Lock(options.StartTimeout, cancellation);
        await user.LetThrough(folder.Root, say, cancellation);
        if (!Directory.Exists(folder.Database))
        {
            await Initialize(folder, binaries, user, options, say, cancellation);
        }

        if (await FindRunning(folder, say) is { } running)
        {
            var adopted = new LocalPostgres(folder, binaries, user, say, running.Port, wasRunning: true);
            if (await adopted.MakeReady(options, cancellation))
            {
                return adopted;
            }

            say("it was on its way out and has ended");
        }

        var pages = options.TunesSystem ? LargePages.Allow(options.SharedMemoryMb) : null;
        if (pages is { AreAllowed: true })
        {
            say("letting PostgreSQL have large pages of memory while it runs (vm.nr_overcommit_hugepages)");
        }

        var port = await Launch(folder, binaries, user, options, say, cancellation);
        var launched = new LocalPostgres(folder, binaries, user, say, port, wasRunning: false) { _pages = pages };
        try
        {
            if (!await launched.MakeReady(options, cancellation) || PostmasterFile.Read(folder.Database) is not { } started)
            {
                throw new InvalidOperationException($"PostgreSQL ended right after its start\n{folder.LogTail()}");
            }

            pages?.Fetch(started.ProcessId);
            return launched;
        }
        catch
        {
            await launched.StopAsync();
            throw;
        }
    }

    /// <summary>A connection string to another database of this server.</summary>
    public string ConnectionTo(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = User,
        Password = _folder.ReadPassword(),
        Database = database,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>True when another process has a connection. Those of this process must be closed; on a busy machine it takes the server a moment to see that.</summary>
    public async Task<bool> IsInUse(CancellationToken cancellation)
    {
        NpgsqlConnection.ClearAllPools();
        await using var source = NpgsqlDataSource.Create(ConnectionTo("postgres") + ";Pooling=false");
        for (var look = 1; ; look++)
        {
            await using var count = source.CreateCommand(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
            var isInUse = await count.ExecuteScalarAsync(cancellation) is > 0L;
            if (!isInUse || look == MaxLooks)
            {
                return isInUse;
            }

            await Task.Delay(LookPause, cancellation);
        }
    }

    /// <summary>Ends it cleanly: running transactions are rolled back, everything committed is on disk. Safe to call twice.</summary>
    public async Task StopAsync()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        _writeback?.Dispose();
        _share?.Dispose();
        _say("stopping PostgreSQL");
        var (code, output) = await Tool.TryRun(
            _user.Name, _binaries.PgCtl, ["stop", "-D", _folder.Database, "-m", "fast", "-w", "-t", "60"], CancellationToken.None);
        if (code != 0 && PostmasterFile.Read(_folder.Database) is { IsAlive: true })
        {
            throw new InvalidOperationException($"PostgreSQL did not stop: {output.Trim()}");
        }

        _pages?.Dispose();
        File.Delete(_folder.PidFile);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(StopAsync());

    private static async Task Initialize(
        DataFolder folder, PostgresBinaries binaries, UnprivilegedUser user, LocalPostgresOptions options, Action<string> say, CancellationToken cancellation)
    {
        say($"making a database in {folder.Database}");
        folder.DropUnfinished();
        Directory.CreateDirectory(folder.Unfinished);
        await File.WriteAllTextAsync(folder.NewPassword, Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), cancellation);
        folder.MakePrivate(folder.NewPassword);
        await user.Own(folder.Unfinished, cancellation);
        await user.Own(folder.NewPassword, cancellation);
        List<string> arguments =
        [
            "-D", folder.Unfinished, "-U", User, "--auth=scram-sha-256", $"--pwfile={folder.NewPassword}", "--encoding=UTF8", "--locale=C",
        ];
        if (!options.Durable)
        {
            arguments.Add("--no-sync");
        }

        await Tool.Run(user.Name, binaries.InitDb, arguments, cancellation);
        await File.AppendAllTextAsync(
            Path.Combine(folder.Unfinished, "postgresql.conf"), $"\ninclude_if_exists '{DataFolder.SettingsName}'\n", cancellation);
        File.Move(folder.NewPassword, Path.Combine(folder.Unfinished, DataFolder.PasswordName));
        Directory.Move(folder.Unfinished, folder.Database);
    }

    private static async Task<PostmasterFile?> FindRunning(DataFolder folder, Action<string> say)
    {
        if (PostmasterFile.Read(folder.Database) is not { } left)
        {
            return null;
        }

        if (left.IsAlive)
        {
            say($"PostgreSQL is running already (process {left.ProcessId}, port {left.Port})");
            await folder.WritePid(left);
            return left;
        }

        say($"PostgreSQL ended without a clean stop (process {left.ProcessId} is gone): it recovers now");
        if (left.IsPidOfAnother)
        {
            // PostgreSQL itself would take the other program for its predecessor and refuse to start.
            PostmasterFile.Delete(folder.Database);
        }

        return null;
    }

    private static async Task<int> Launch(
        DataFolder folder, PostgresBinaries binaries, UnprivilegedUser user, LocalPostgresOptions options, Action<string> say, CancellationToken cancellation)
    {
        const int attempts = 5;
        await folder.PrepareLog(user, cancellation);
        for (var attempt = 1; ; attempt++)
        {
            var port = attempt == 1 && folder.ReadPort() is { } before && IsFree(before) ? before : FreePort();
            say($"starting PostgreSQL on 127.0.0.1:{port}");
            var settings = Path.Combine(folder.Database, DataFolder.SettingsName);
            await File.WriteAllTextAsync(settings, options.ToConfiguration(port), cancellation);
            await user.Own(settings, cancellation);
            var seconds = ((int)options.StartTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            var (code, output) = await Tool.TryRun(
                user.Name, binaries.PgCtl, ["start", "-D", folder.Database, "-l", folder.Log, "-w", "-t", seconds], cancellation, s_keepsMemory);
            if (code == 0)
            {
                await folder.WritePort(port);
                await folder.WritePid(PostmasterFile.Read(folder.Database) ?? throw new InvalidOperationException("PostgreSQL ended right after its start"));
                return port;
            }

            if (attempt == attempts)
            {
                throw new InvalidOperationException($"PostgreSQL did not start: {output.Trim()}\n{folder.LogTail()}");
            }

            if (options.DirectLog && folder.LogTail().Contains("Invalid argument", StringComparison.Ordinal))
            {
                say("the file system cannot write past the page cache: the log goes through it");
                options = options with { DirectLog = false };
            }

            // Somebody took the port, or children of a predecessor that was killed still hold its memory.
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellation);
        }
    }

    /// <summary>Waits until it answers, and makes the database when missing.</summary>
    /// <returns>False when the server has ended instead.</returns>
    private async Task<bool> MakeReady(LocalPostgresOptions options, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionTo("postgres") + ";Pooling=false");
        await using var connection = await PostgresProbe.OpenWhenReady(
            source, () => PostmasterFile.Read(_folder.Database) is { IsAlive: true }, options.StartTimeout, _say, cancellation);
        if (connection is null)
        {
            return false;
        }

        await using var find = new NpgsqlCommand("SELECT current_setting('data_directory'), EXISTS (SELECT FROM pg_database WHERE datname = $1)", connection)
        {
            Parameters = { new() { Value = Database } },
        };
        bool exists;
        await using (var reader = await find.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            if (Path.GetFullPath(reader.GetString(0)) != _folder.Database)
            {
                throw new InvalidOperationException($"the PostgreSQL on port {Port} serves {reader.GetString(0)}, not {_folder.Database}");
            }

            exists = reader.GetBoolean(1);
        }

        if (!exists)
        {
            await using var create = new NpgsqlCommand($"CREATE DATABASE {Database}", connection);
            await create.ExecuteNonQueryAsync(cancellation);
        }

        await using var locate = new NpgsqlCommand($"SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database WHERE datname = '{Database}'", connection);
        _writeback = EarlyWriteback.Start((string)(await locate.ExecuteScalarAsync(cancellation))!);
        _share = options.TunesSystem ? SessionShare.Raise() : null;
        return true;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false; // someone listens there
        }
    }
}
