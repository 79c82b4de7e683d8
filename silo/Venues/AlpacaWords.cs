using System.Text.Json;
using Bourse.Domain.Matching;
using Bourse.Domain.Venues;
using Bourse.GrainInterfaces.Venues;
using Bourse.Grains.Venues;
using Bourse.Silo.Outside;

namespace Bourse.Silo.Venues;

/// <summary>Alpaca's words for orders, and ours.</summary>
internal static class AlpacaWords
{
    public static string Of(OrderType type) => type switch
    {
        OrderType.Market => "market",
        OrderType.Limit => "limit",
        OrderType.Stop => "stop",
        OrderType.StopLimit => "stop_limit",
        _ => throw new InvalidOperationException($"{type} is nothing that it takes"),
    };

    public static string Of(TimeInForce timeInForce) => timeInForce switch
    {
        TimeInForce.Day => "day",
        TimeInForce.Gtc => "gtc",
        TimeInForce.Ioc => "ioc",
        TimeInForce.Fok => "fok",
        _ => throw new InvalidOperationException($"{timeInForce} is nothing that it takes"),
    };

    /// <summary>Reads an order.</summary>
    /// <param name="fills">What is known of its fills.</param>
    public static BrokerState State(JsonElement order, IReadOnlyList<BrokerFill> fills)
    {
        var status = order.TextOf("status") switch
        {
            "pending_new" => VenueOrderStatus.Pending,
            "filled" => VenueOrderStatus.Filled,
            "canceled" or "replaced" => VenueOrderStatus.Canceled,
            "expired" => VenueOrderStatus.Expired,
            "rejected" => VenueOrderStatus.Rejected,
            _ => VenueOrderStatus.Open,
        };
        var code = status switch
        {
            VenueOrderStatus.Rejected => VenueCode.Rejected,
            VenueOrderStatus.Canceled => order.Text("time_in_force") switch
            {
                "ioc" => "ioc_remainder",
                "fok" => "fok_not_fillable",
                _ => VenueCode.Canceled,
            },
            _ => null,
        };
        return new BrokerState(order.TextOf("client_order_id"), order.TextOf("id"), status, order.Number("filled_qty") ?? 0, code, fills);
    }

    /// <summary>Reads why a request was refused.</summary>
    public static (long? Code, string Message) Refusal(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return ((long?)json.RootElement.Number("code"), json.RootElement.Text("message") ?? "");
        }
        catch (JsonException)
        {
            return (null, "");
        }
    }
}
