using Npgsql;

namespace Bourse.Silo.Postgres;

/// <summary>Brings a database's schema up to this program's, at each start.</summary>
public static class Migrator
{
    // Any number that nobody else locks on: "bourse" in ASCII.
    private const long LockKey = 0x626F75727365;

    /// <summary>Applies what is missing, in order, each step in a transaction of its own. Silos that start at once wait for each other.</summary>
    /// <returns>How many steps were applied.</returns>
    /// <exception cref="InvalidOperationException">A released step was changed, or the database is newer than this program.</exception>
    public static Task<int> MigrateAsync(NpgsqlDataSource source, CancellationToken cancellation) => MigrateAsync(source, Migration.All, cancellation);

    /// <inheritdoc cref="MigrateAsync(NpgsqlDataSource, CancellationToken)"/>
    public static async Task<int> MigrateAsync(NpgsqlDataSource source, IReadOnlyList<Migration> migrations, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await Execute(connection, $"SELECT pg_advisory_lock({LockKey})", cancellation);
        try
        {
            await Execute(
                connection,
                """
                CREATE TABLE IF NOT EXISTS bourse_migrations (
                    number     integer PRIMARY KEY,
                    name       text NOT NULL,
                    checksum   text NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
                )
                """,
                cancellation);
            var applied = await ReadApplied(connection, cancellation);
            Check(migrations, applied);
            var missing = migrations.Where(m => !applied.ContainsKey(m.Number)).OrderBy(m => m.Number).ToList();
            foreach (var migration in missing)
            {
                await Apply(connection, migration, cancellation);
            }

            return missing.Count;
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await Execute(connection, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
            }
        }
    }

    private static void Check(IReadOnlyList<Migration> migrations, Dictionary<int, (string Name, string Checksum)> applied)
    {
        var known = migrations.ToDictionary(m => m.Number);
        foreach (var (number, (name, checksum)) in applied)
        {
            if (!known.TryGetValue(number, out var migration))
            {
                throw new InvalidOperationException(
                    $"the database is newer than this program: it has migration {name}, which is not known here; start a newer version");
            }

            if (migration.Checksum != checksum)
            {
                throw new InvalidOperationException(
                    $"migration {migration.Name} was changed after it had been applied to this database; put the old text back and add a new migration instead");
            }
        }
    }

    private static async Task Apply(NpgsqlConnection connection, Migration migration, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await Execute(connection, migration.Sql, cancellation);
        await using var note = new NpgsqlCommand("INSERT INTO bourse_migrations (number, name, checksum) VALUES ($1, $2, $3)", connection, transaction)
        {
            Parameters = { new() { Value = migration.Number }, new() { Value = migration.Name }, new() { Value = migration.Checksum } },
        };
        await note.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task<Dictionary<int, (string Name, string Checksum)>> ReadApplied(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT number, name, checksum FROM bourse_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var applied = new Dictionary<int, (string, string)>();
        while (await reader.ReadAsync(cancellation))
        {
            applied.Add(reader.GetInt32(0), (reader.GetString(1), reader.GetString(2)));
        }

        return applied;
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
