namespace Bourse.GrainInterfaces.Venues;

/// <summary>The orders of one symbol at an outside broker; the key is the symbol.</summary>
[Alias("bourse.venue")]
public interface IVenueGrain : IExecutionVenue
{
    /// <summary>Takes what the broker says of orders, in its order; harmless when repeated or of orders that are not its own.</summary>
    [Alias("tell")]
    Task Tell(IReadOnlyList<BrokerState> news);

    /// <summary>Asks the broker about every open order now: what it said meanwhile may have been missed.</summary>
    /// <returns>How many orders are open.</returns>
    [Alias("reconcile")]
    Task<int> Reconcile();
}
