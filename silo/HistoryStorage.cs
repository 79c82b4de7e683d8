using Npgsql;

namespace Bourse.Silo;

/// <summary>What a front end without a silo reads of PostgreSQL: history, from a replica when one is configured.</summary>
public sealed class HistoryStorage : IAsyncDisposable
{
    /// <param name="readConnectionString">A replica's, or null.</param>
    public HistoryStorage(string connectionString, string? readConnectionString) =>
        Source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(readConnectionString ?? connectionString) { ApplicationName = "bourse-front", MaxPoolSize = 20 });

    internal NpgsqlDataSource Source { get; }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
