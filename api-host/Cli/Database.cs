using Bourse.Silo.Postgres;

namespace Bourse.ApiHost.Cli;

/// <summary>
/// The PostgreSQL that a command works on: the one in <c>BOURSE_POSTGRES</c>, else the one of the data folder, which is started when it
/// is down. One that was started here is stopped at the end.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly LocalPostgres? _local;

    private Database(string connectionString, LocalPostgres? local) => (ConnectionString, _local) = (connectionString, local);

    public string ConnectionString { get; }

    public static async Task<Database> Open(string dataDir, Action<string> say, CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable("BOURSE_POSTGRES") is { Length: > 0 } given)
        {
            say("PostgreSQL: as given in BOURSE_POSTGRES");
            return new Database(given, null);
        }

        var local = await LocalPostgres.StartAsync(dataDir, say, cancellation);
        return new Database(local.ConnectionString, local);
    }

    public async ValueTask DisposeAsync()
    {
        if (_local is { } local)
        {
            await local.StopAsync();
        }
    }
}
