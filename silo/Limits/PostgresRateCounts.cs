using Bourse.Grains.Limits;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Silo.Limits;

/// <summary>Keeps <see cref="IRateCounts"/> in the table <c>rate_counts</c>. Rows of minutes long past are removed, some at each 1,000th write.</summary>
public sealed class PostgresRateCounts(NpgsqlDataSource source) : IRateCounts
{
    private const int WritesBetweenCleanings = 1_000;
    private const int MinutesKept = 5;

    private int _writes;

    /// <inheritdoc/>
    public async Task<long> Add(string key, long minute, int count)
    {
        if (Interlocked.Increment(ref _writes) % WritesBetweenCleanings == 0)
        {
            var clean = source.CreateCommand("DELETE FROM rate_counts WHERE minute < $1");
            clean.Parameters.Add(new() { Value = minute - MinutesKept });
            await clean.Change();
        }

        var command = source.CreateCommand(
            """
            INSERT INTO rate_counts AS r (key, minute, count) VALUES ($1, $2, $3)
            ON CONFLICT (key) DO UPDATE SET minute = excluded.minute, count = CASE r.minute WHEN excluded.minute THEN r.count ELSE 0 END + excluded.count
            RETURNING count
            """);
        command.Parameters.Add(new() { Value = key });
        command.Parameters.Add(new() { Value = minute });
        command.Parameters.Add(new() { Value = (long)count });
        return (long)(await command.ReadScalar())!;
    }
}
