using Bourse.Domain.Alerts;

namespace Bourse.GrainInterfaces.Alerts;

/// <summary>A wish to hear once of a price.</summary>
/// <param name="TriggeredAt">When the price was reached; null while the alert waits.</param>
/// <param name="TriggerPrice">The price that reached the target.</param>
[GenerateSerializer, Immutable, Alias("bourse.price-alert")]
public sealed record PriceAlert(
    Guid Id, string User, string Symbol, AlertCondition Condition, decimal TargetPrice, DateTimeOffset CreatedAt, DateTimeOffset? TriggeredAt, decimal? TriggerPrice);

/// <summary>The alerts of one user; the key is the user's id. What is told here is durable.</summary>
[Alias("bourse.alerts")]
public interface IAlertsGrain : IGrainWithStringKey
{
    /// <summary>How many alerts of one user may wait.</summary>
    const int MaxWaiting = 200;

    /// <summary>Adds an alert; null when too many wait.</summary>
    /// <param name="symbol">A symbol of the catalogue: callers check that first.</param>
    [Alias("add")]
    Task<PriceAlert?> Add(string symbol, AlertCondition condition, decimal targetPrice);

    /// <summary>The newest alerts, newest first, at most 500.</summary>
    [Alias("list")]
    Task<IReadOnlyList<PriceAlert>> List();

    /// <summary>False when there was none.</summary>
    [Alias("remove")]
    Task<bool> Remove(Guid id);

    /// <summary>Alerts that have fired and that no connection of the user has been sent; live ones come on the stream <c>alerts/{user}</c>.</summary>
    [Alias("get-undelivered")]
    Task<IReadOnlyList<PriceAlert>> GetUndelivered();

    [Alias("mark-delivered")]
    Task MarkDelivered(IReadOnlyList<Guid> ids);
}

/// <summary>Watches the quotes of one symbol for all alerts on it; the key is the symbol.</summary>
[Alias("bourse.alert-watch")]
public interface IAlertWatchGrain : IGrainWithStringKey
{
    /// <summary>Watches for an alert that is kept; harmless when repeated.</summary>
    [Alias("arm")]
    Task Arm(PriceAlert alert);

    [Alias("disarm")]
    Task Disarm(Guid id);

    /// <summary>Watches for all alerts that are kept: after a restart, and now and then in case something was lost.</summary>
    [Alias("wake")]
    Task Wake();
}
