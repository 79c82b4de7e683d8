using Bourse.ApiHost.Wire;
using Bourse.Domain.Alerts;
using Bourse.GrainInterfaces.Alerts;

namespace Bourse.ApiHost.Alerts;

/// <summary>An alert on the wire, in answers and as the hub's event <c>alert</c>.</summary>
/// <param name="Status"><c>active</c> while it waits, <c>triggered</c> from then on.</param>
public sealed record AlertJson(
    string Id, string Symbol, string Condition, string TargetPrice, string Status, DateTimeOffset CreatedAt, DateTimeOffset? TriggeredAt, string? TriggerPrice)
{
    public static AlertJson From(PriceAlert a) => new(
        a.Id.ToString(), a.Symbol, a.Condition == AlertCondition.Above ? "above" : "below", ExactDecimal.ToText(a.TargetPrice),
        a.TriggeredAt is null ? "active" : "triggered", a.CreatedAt, a.TriggeredAt, a.TriggerPrice is { } price ? ExactDecimal.ToText(price) : null);
}

/// <summary>An alert as a client asks for it.</summary>
public sealed record AlertBody(string? Symbol, string? Condition, decimal? TargetPrice);
