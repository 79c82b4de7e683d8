using Bourse.Grains.Journal;

namespace Bourse.Grains.Books;

/// <summary>Remembers when a book has orders to end, so that one that sleeps then is woken. A room's border: the adapter on PostgreSQL stands in the silo's room.</summary>
public interface IBookDeadlines
{
    /// <summary>Replaces the book's deadline, durably.</summary>
    /// <param name="dueMs">Milliseconds since 1970 UTC; <see cref="long.MaxValue"/>: it has none.</param>
    /// <exception cref="JournalUnavailableException">PostgreSQL is away; whether it was replaced is unknown.</exception>
    Task Set(string symbol, long dueMs);
}
