using Bourse.Silo.Journal;
using Bourse.Silo.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Bourse.Silo;

/// <summary>
/// What a silo keeps in PostgreSQL: its schema brought up to date, its journal open. Opened before the silo starts and disposed
/// after it has stopped.
/// </summary>
public sealed class SiloStorage : IAsyncDisposable
{
    private SiloStorage(string connectionString, NpgsqlDataSource source, NpgsqlDataSource readSource, PostgresJournal journal) =>
        (ConnectionString, Source, ReadSource, Journal) = (connectionString, source, readSource, journal);

    /// <summary>With an application name of its own, which the names of all its database sessions begin with: they end when the silo is declared dead.</summary>
    public string ConnectionString { get; }

    public NpgsqlDataSource Source { get; }

    /// <summary>Where history is read: a replica when one is configured, else <see cref="Source"/>.</summary>
    public NpgsqlDataSource ReadSource { get; }

    public PostgresJournal Journal { get; }

    /// <param name="readConnectionString">A replica's, or null.</param>
    /// <exception cref="NpgsqlException">PostgreSQL cannot be reached.</exception>
    public static async Task<SiloStorage> OpenAsync(
        string connectionString, string? readConnectionString, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation,
        JournalOptions? options = null)
    {
        connectionString = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = $"bourse-{Guid.CreateVersion7(time.GetUtcNow()):N}" }.ConnectionString;
        var source = Bounded(connectionString);
        try
        {
            await Migrator.MigrateAsync(source, cancellation);
            var journal = await PostgresJournal.OpenAsync(
                connectionString, options ?? new JournalOptions(), time, loggers.CreateLogger<PostgresJournal>(), cancellation);
            return new SiloStorage(
                connectionString, source, readConnectionString is null ? source : Bounded(readConnectionString), journal);
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether silos serve on a database now, under either engine. False also where it has not been set up.</summary>
    public static async Task<bool> IsServed(string connectionString, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(
            """
            SELECT EXISTS (SELECT FROM cluster_member WHERE lease_until > clock_timestamp())
                OR EXISTS (SELECT FROM orleans_silo WHERE status = 3 AND alive_at > clock_timestamp() - interval '10 s')
            """);
        try
        {
            return (bool)(await command.ExecuteScalarAsync(cancellation))!;
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return false;
        }
    }

    // Several silos share one server; who finds no free connection waits for one.
    private static NpgsqlDataSource Bounded(string connectionString) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 20 });

    public async ValueTask DisposeAsync()
    {
        await Journal.DisposeAsync();
        await ReadSource.DisposeAsync();
        await Source.DisposeAsync();
    }
}
