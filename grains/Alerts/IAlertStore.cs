using Bourse.GrainInterfaces.Alerts;

namespace Bourse.Grains.Alerts;

/// <summary>Keeps alerts. A room's border: the adapter on PostgreSQL stands in the silo's room. What a call has answered is durable.</summary>
public interface IAlertStore
{
    /// <summary>False when so many of the user's alerts wait already.</summary>
    Task<bool> Insert(PriceAlert alert, int maxWaiting);

    /// <summary>The alert that was there, or null.</summary>
    Task<PriceAlert?> Delete(string user, Guid id);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<PriceAlert>> OfUser(string user, int max);

    Task<IReadOnlyList<PriceAlert>> Waiting(string symbol);

    /// <summary>Symbols on which an alert waits.</summary>
    Task<IReadOnlyList<string>> SymbolsWaiting(CancellationToken cancellation);

    /// <summary>Lets alerts have fired; gives those that this call has made fire, and none that had before or is gone.</summary>
    Task<IReadOnlyList<PriceAlert>> Fire(IReadOnlyList<Guid> ids, decimal price, DateTimeOffset at);

    Task<IReadOnlyList<PriceAlert>> Undelivered(string user, int max);

    Task MarkDelivered(string user, IReadOnlyList<Guid> ids);
}
