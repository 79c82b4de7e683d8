using Bourse.Silo.Postgres;

namespace Bourse.ApiHost.Cli;

/// <summary>
/// The PostgreSQL that a command works on: the one in <c>BOURSE_POSTGRES</c>, else the one of the data folder, which is started when it
/// is down.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly LocalPostgres? _local;
    private readonly bool _isGuest;

    private Database(string connectionString, LocalPostgres? local, bool isGuest) =>
        (ConnectionString, _local, _isGuest) = (connectionString, local, isGuest);

    public string ConnectionString { get; }

    /// <summary>For the server itself: a PostgreSQL of the data folder is stopped at the end, even when a killed predecessor had started it.</summary>
    public static Task<Database> OpenAsOwner(string dataDir, Action<string> say, CancellationToken cancellation) =>
        Open(dataDir, isGuest: false, say, cancellation);

    /// <summary>For other commands: at the end it is stopped only when it was started here and nobody else has come to use it.</summary>
    public static Task<Database> Open(string dataDir, Action<string> say, CancellationToken cancellation) =>
        Open(dataDir, isGuest: true, say, cancellation);

    /// <summary>As <see cref="Open(string, Action{string}, CancellationToken)"/>, but none is made.</summary>
    /// <exception cref="InvalidOperationException">There is no database in the folder, or it does not come up.</exception>
    public static Task<Database> OpenExisting(string dataDir, Action<string> say, CancellationToken cancellation) =>
        IsGiven || Directory.Exists(Path.Combine(dataDir, "postgres"))
            ? Open(dataDir, isGuest: true, say, cancellation)
            : throw new InvalidOperationException($"there is no database in {Path.GetFullPath(dataDir)}; --data names the folder that serve used");

    public async ValueTask DisposeAsync()
    {
        if (_local is { } local && (!_isGuest || (!local.WasRunning && !await local.IsInUse(CancellationToken.None))))
        {
            await local.StopAsync();
        }
    }

    private static string? Given => Environment.GetEnvironmentVariable("BOURSE_POSTGRES");

    private static bool IsGiven => !string.IsNullOrEmpty(Given);

    private static async Task<Database> Open(string dataDir, bool isGuest, Action<string> say, CancellationToken cancellation)
    {
        if (IsGiven)
        {
            say("PostgreSQL: as given in BOURSE_POSTGRES");
            return new Database(SeveralHosts.ToPrimary(Given!), null, isGuest);
        }

        var tunes = !isGuest && !string.Equals(Environment.GetEnvironmentVariable("BOURSE_TUNING"), "off", StringComparison.OrdinalIgnoreCase);
        var local = await LocalPostgres.StartAsync(dataDir, new LocalPostgresOptions { TunesSystem = tunes }, say, cancellation);
        return new Database(local.ConnectionString, local, isGuest);
    }
}
