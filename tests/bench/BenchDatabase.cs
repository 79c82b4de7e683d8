using System.Diagnostics;
using System.Globalization;
using Bourse.Silo.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Bourse.Bench;

/// <summary>The PostgreSQL of a benchmark: the one in <c>BOURSE_POSTGRES</c>, else one of its own in a temporary folder, with every durability setting on.</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    private static readonly TimeSpan s_yardstickTime = TimeSpan.FromSeconds(5);
    private readonly LocalPostgres? _local;
    private readonly string? _folder;
    private readonly NpgsqlDataSource _source;

    private BenchDatabase(string connectionString, LocalPostgres? local, string? folder)
    {
        (ConnectionString, _local, _folder) = (connectionString, local, folder);
        _source = NpgsqlDataSource.Create(connectionString);
    }

    public string ConnectionString { get; }

    public static async Task<BenchDatabase> Open()
    {
        if (Environment.GetEnvironmentVariable("BOURSE_POSTGRES") is { Length: > 0 } given)
        {
            return new BenchDatabase(given, null, null);
        }

        var folder = Directory.CreateTempSubdirectory("bourse-bench-").FullName;
        var local = await LocalPostgres.StartAsync(folder, new LocalPostgresOptions { TunesSystem = true }, Console.Error.WriteLine, CancellationToken.None);
        return new BenchDatabase(local.ConnectionString, local, folder);
    }

    public async Task<string> Version() => (string)(await Scalar("SHOW server_version"))!;

    public async Task<string> Durability() =>
        $"fsync {await Scalar("SHOW fsync")}, synchronous_commit {await Scalar("SHOW synchronous_commit")}, full_page_writes {await Scalar("SHOW full_page_writes")}";

    public async Task<long> JournalRows() => (long)(await Scalar("SELECT coalesce(max(position), 0) FROM journal"))!;

    /// <summary>Write-ahead log written so far, in bytes: all of it, and what of it are whole pages.</summary>
    public async Task<(long All, long Pages)> WalBytes() =>
        ((long)(await Scalar("SELECT wal_bytes::bigint FROM pg_stat_wal"))!, (long)(await Scalar("SELECT wal_fpi * 8192 FROM pg_stat_wal"))!);

    /// <summary>CPU that the server's processes have used; zero where it is not on this machine.</summary>
    public TimeSpan CpuTime()
    {
        if (_local is null || !int.TryParse(File.ReadLines(Path.Combine(_local.DatabaseFolder, "postmaster.pid")).First(), out var postmaster))
        {
            return TimeSpan.Zero;
        }

        var ticks = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(f => int.TryParse(Path.GetFileName(f), out _)))
        {
            try
            {
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                if (int.Parse(fields[1], CultureInfo.InvariantCulture) == postmaster)
                {
                    // utime and stime, in hundredths of a second
                    ticks += long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
                }
            }
            catch (IOException)
            {
                // A process that ended while we looked.
            }
        }

        return TimeSpan.FromMilliseconds(ticks * 10);
    }

    /// <summary>Rows of 150 bytes with a primary key, in COPY batches of 500, over two connections for five seconds.</summary>
    public async Task<double> PlainRowsPerSecond()
    {
        await Execute("DROP TABLE IF EXISTS bench_rows; CREATE TABLE bench_rows (stream text COLLATE \"C\", version bigint, payload bytea, PRIMARY KEY (stream, version))");
        var started = Stopwatch.GetTimestamp();
        var rows = await Task.WhenAll(Enumerable.Range(0, 2).Select(worker => Task.Run(() => CopyRows(worker, started))));
        var perSecond = rows.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await Execute("DROP TABLE bench_rows");
        return perSecond;
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        if (_local is not null)
        {
            await _local.StopAsync();
            Directory.Delete(_folder!, recursive: true);
        }
    }

    private async Task<long> CopyRows(int worker, long started)
    {
        await using var connection = await _source.OpenConnectionAsync();
        var payload = new byte[150];
        var version = 0L;
        while (Stopwatch.GetElapsedTime(started) < s_yardstickTime)
        {
            await using var copy = await connection.BeginBinaryImportAsync("COPY bench_rows (stream, version, payload) FROM STDIN (FORMAT BINARY)");
            for (var i = 0; i < 500; i++)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync($"account/{worker}-{i % 100}", NpgsqlDbType.Text);
                await copy.WriteAsync(++version, NpgsqlDbType.Bigint);
                await copy.WriteAsync(payload, NpgsqlDbType.Bytea);
            }

            await copy.CompleteAsync();
        }

        return version;
    }

    private async Task<object?> Scalar(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private async Task Execute(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>What a figure was measured on.</summary>
internal static class Machine
{
    /// <summary>Time of its processors that the host of a virtual machine gave to others, so far; zero where the system does not tell.</summary>
    public static TimeSpan Stolen() => File.Exists("/proc/stat")
        ? TimeSpan.FromMilliseconds(10 * long.Parse(File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[8], CultureInfo.InvariantCulture)) // in hundredths of a second
        : TimeSpan.Zero;

    public static string Describe()
    {
        var model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : null;
        return $"{Environment.ProcessorCount} cores of {model ?? "an unknown processor"}, .NET {Environment.Version}, {(System.Runtime.GCSettings.IsServerGC ? "server" : "workstation")} GC";
    }
}
