using Bourse.GrainInterfaces.Books;

namespace Bourse.GrainInterfaces.Venues;

/// <summary>
/// Where an account's orders in one symbol go; the key is the symbol. The platform's own book is one (<see cref="IBookGrain"/>), an outside broker another
/// (<see cref="IVenueGrain"/>): the account tells them apart by the instrument alone, and the protocol of numbered commands and reports is the same. It never calls an
/// account inside a command's turn.
/// </summary>
[Alias("bourse.execution-venue")]
public interface IExecutionVenue : IGrainWithStringKey
{
    [Alias("submit")]
    Task<BookAnswer> Submit(BookOrder order);

    [Alias("replace")]
    Task<BookAnswer> Replace(BookReplace replace);

    [Alias("cancel")]
    Task<BookAnswer> Cancel(BookCancel cancel);

    /// <summary>The reports to an account after a number, which the account thereby acknowledges.</summary>
    [Alias("get-reports")]
    Task<BookAnswer> GetReports(string account, long after);

    /// <summary>Wakes it so that it delivers reports still unacknowledged, and asks about what is unresolved.</summary>
    [Alias("resolve")]
    Task Resolve();
}
