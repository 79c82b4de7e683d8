using Bourse.Grains.Books;
using Bourse.Grains.Journal;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Silo.Books;

/// <summary>Keeps <see cref="IBookDeadlines"/> in the table <c>book_deadlines</c>.</summary>
public sealed class PostgresBookDeadlines(NpgsqlDataSource source) : IBookDeadlines
{
    /// <inheritdoc/>
    public async Task Set(string symbol, long dueMs)
    {
        try
        {
            var command = source.CreateCommand(
                dueMs == long.MaxValue
                    ? "DELETE FROM book_deadlines WHERE symbol = $1"
                    : "INSERT INTO book_deadlines (symbol, due) VALUES ($1, $2) ON CONFLICT (symbol) DO UPDATE SET due = excluded.due");
            command.Parameters.Add(new() { Value = symbol });
            if (dueMs != long.MaxValue)
            {
                command.Parameters.Add(new() { Value = DateTimeOffset.FromUnixTimeMilliseconds(dueMs).UtcDateTime });
            }

            await command.Change();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw new JournalUnavailableException($"the deadline of {symbol} cannot be kept now", e);
        }
    }
}
