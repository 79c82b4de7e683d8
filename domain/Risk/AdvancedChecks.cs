using Bourse.Domain.Accounts;
using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;

namespace Bourse.Domain.Risk;

/// <summary>The checks of the terms that few orders have.</summary>
internal static class AdvancedChecks
{
    /// <summary>They fit the order and each other, and are on the instrument's steps.</summary>
    public static Refusal? Terms(OrderRequest request, Instrument instrument, long nowMs)
    {
        if (request.Advanced is not { } advanced)
        {
            return request.TimeInForce == TimeInForce.Gtd
                ? NoExpiry()
                : request.Type == OrderType.TrailingStop ? NoTrail() : null;
        }

        return Expiry(request, advanced, nowMs) ?? Display(request, advanced, instrument) ?? Trail(request, advanced, instrument);
    }

    /// <summary>Gives a trailing stop the stop price that it begins with: its distance behind the reference price.</summary>
    /// <param name="stopped">The terms with it.</param>
    public static Refusal? FirstStop(OrderRequest request, Instrument instrument, decimal? reference, in OrderTerms terms, out OrderTerms stopped)
    {
        stopped = terms;
        if (request.Type != OrderType.TrailingStop)
        {
            return null;
        }

        if (reference is not { } price)
        {
            return new Refusal(RefusalCode.NoReferencePrice, "The symbol has no price yet that a stop could trail.");
        }

        var distance = request.Advanced!.TrailPrice ?? price * request.Advanced.TrailPercent!.Value / 100;
        var steps = request.Side == Side.Buy
            ? Math.Max(decimal.Ceiling((price + distance) / instrument.TickSize), decimal.Floor(price / instrument.TickSize) + 1)
            : Math.Min(decimal.Floor((price - distance) / instrument.TickSize), decimal.Ceiling(price / instrument.TickSize) - 1);
        stopped = terms with { StopPrice = steps * instrument.TickSize };
        return steps >= 1 ? null : new Refusal(RefusalCode.InvalidTrail, $"At {price} the stop would begin at or below zero.");
    }

    private static Refusal? Expiry(OrderRequest request, AdvancedTerms advanced, long nowMs)
    {
        if (request.TimeInForce == TimeInForce.Gtd != advanced.ExpireAtMs.HasValue)
        {
            return NoExpiry();
        }

        return advanced.ExpireAtMs <= nowMs ? new Refusal(RefusalCode.InvalidExpiry, "The time at which the order is to end has passed.") : null;
    }

    private static Refusal? Display(OrderRequest request, AdvancedTerms advanced, Instrument instrument)
    {
        if (advanced.DisplayQuantity is not { } shown)
        {
            return null;
        }

        if (request.Type is not (OrderType.Limit or OrderType.StopLimit) || request.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)
        {
            return new Refusal(RefusalCode.InvalidDisplay, "Only an order with a limit price that may rest has a part to show.");
        }

        return shown <= request.Quantity && instrument.TryToLots(shown, out _)
            ? null
            : new Refusal(RefusalCode.InvalidDisplay, $"What shows is a whole number of lots of {instrument.LotSize}, at most the order's quantity.");
    }

    private static Refusal? Trail(OrderRequest request, AdvancedTerms advanced, Instrument instrument)
    {
        var (price, percent) = (advanced.TrailPrice, advanced.TrailPercent);
        if (request.Type != OrderType.TrailingStop)
        {
            return price is null && percent is null ? null : new Refusal(RefusalCode.InvalidTrail, "Only a trailing stop trails.");
        }

        if (price.HasValue == percent.HasValue)
        {
            return NoTrail();
        }

        return price is { } distance
            ? instrument.TryToTicks(distance, out _) ? null : new Refusal(RefusalCode.InvalidTrail, $"The distance is a whole number of ticks of {instrument.TickSize}.")
            : percent is > 0 and < 100 && percent * AdvancedTerms.PpmPerPercent % 1 == 0
                ? null
                : new Refusal(RefusalCode.InvalidTrail, "The percentage is above 0 and below 100, with at most 4 decimals.");
    }

    private static Refusal NoExpiry() => new(RefusalCode.InvalidExpiry, "A good-till-date order, and no other, has a time at which it ends.");

    private static Refusal NoTrail() => new(RefusalCode.InvalidTrail, "A trailing stop has a price or a percentage by which it trails, not both.");
}
