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
    private SiloStorage(NpgsqlDataSource source, NpgsqlDataSource readSource, PostgresJournal journal) =>
        (Source, ReadSource, Journal) = (source, readSource, journal);

    public NpgsqlDataSource Source { get; }

    /// <summary>Where history is read: a replica when one is configured, else <see cref="Source"/>.</summary>
    public NpgsqlDataSource ReadSource { get; }

    public PostgresJournal Journal { get; }

    /// <param name="readConnectionString">A replica's, or null.</param>
    /// <exception cref="NpgsqlException">PostgreSQL cannot be reached.</exception>
    public static async Task<SiloStorage> OpenAsync(
        string connectionString, string? readConnectionString, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var source = NpgsqlDataSource.Create(connectionString);
        try
        {
            await Migrator.MigrateAsync(source, cancellation);
            var journal = await PostgresJournal.OpenAsync(
                connectionString, new JournalOptions(), time, loggers.CreateLogger<PostgresJournal>(), cancellation);
            return new SiloStorage(source, readConnectionString is null ? source : NpgsqlDataSource.Create(readConnectionString), journal);
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Journal.DisposeAsync();
        await ReadSource.DisposeAsync();
        await Source.DisposeAsync();
    }
}
