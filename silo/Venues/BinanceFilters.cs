using System.Text.Json;
using Bourse.Domain.Matching;
using Bourse.Grains.Venues;
using Bourse.Silo.Outside;

namespace Bourse.Silo.Venues;

/// <summary>What Binance asks of orders in a symbol (<c>exchangeInfo</c>); 0 = nothing.</summary>
internal sealed record BinanceFilters(decimal TickSize, decimal StepSize, decimal MinQuantity, decimal MaxQuantity, decimal MinNotional)
{
    public static BinanceFilters Read(JsonElement symbol)
    {
        var filters = symbol.GetProperty("filters").EnumerateArray().ToDictionary(f => f.TextOf("filterType"), StringComparer.Ordinal);
        return new BinanceFilters(
            Of("PRICE_FILTER", "tickSize"), Of("LOT_SIZE", "stepSize"), Of("LOT_SIZE", "minQty"), Of("LOT_SIZE", "maxQty"),
            Math.Max(Of("NOTIONAL", "minNotional"), Of("MIN_NOTIONAL", "minNotional")));

        decimal Of(string filter, string field) => filters.TryGetValue(filter, out var found) ? found.Number(field) ?? 0 : 0;
    }

    /// <summary>The code of what the order breaks; null when it breaks nothing.</summary>
    public string? FindFault(BrokerOrder order)
    {
        var breaks = (TickSize > 0 && (order.LimitPrice % TickSize != 0 || order.StopPrice % TickSize != 0))
            || (StepSize > 0 && order.Quantity % StepSize != 0)
            || order.Quantity < MinQuantity
            || (MaxQuantity > 0 && order.Quantity > MaxQuantity)
            || (order.Type != OrderType.Market && order.LimitPrice > 0 && order.LimitPrice * order.Quantity < MinNotional);
        return breaks ? VenueCode.Filter : null;
    }
}
