using Npgsql;

namespace Bourse.Silo.Postgres;

/// <summary>
/// Statements of the adapters that grains call, each over a connection of the pool. They run outside of the turn that asks: a grain that is dropped in the
/// middle, because its silo's lease has run out, never comes back to its turn, and a connection that is given back only there would be lost to the pool.
/// </summary>
internal static class Statements
{
    /// <summary>All rows of the answer. Disposes the command.</summary>
    public static Task<List<T>> ReadAll<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> row, CancellationToken cancellation = default) => Task.Run(
        async () =>
        {
            await using (command)
            {
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                var rows = new List<T>();
                while (await reader.ReadAsync(cancellation))
                {
                    rows.Add(row(reader));
                }

                return rows;
            }
        },
        CancellationToken.None);

    /// <summary>The first column of the first row; null without one. Disposes the command.</summary>
    public static Task<object?> ReadScalar(this NpgsqlCommand command, CancellationToken cancellation = default) => Task.Run(
        async () =>
        {
            await using (command)
            {
                return await command.ExecuteScalarAsync(cancellation);
            }
        },
        CancellationToken.None);

    /// <summary>How many rows it changed. Disposes the command.</summary>
    public static Task<int> Change(this NpgsqlCommand command, CancellationToken cancellation = default) => Task.Run(
        async () =>
        {
            await using (command)
            {
                return await command.ExecuteNonQueryAsync(cancellation);
            }
        },
        CancellationToken.None);
}
