using System.Globalization;
using System.Text.Json;
using Bourse.Domain.Matching;
using Bourse.Domain.Venues;
using Bourse.GrainInterfaces.Venues;
using Bourse.Grains.Venues;
using Bourse.Silo.Outside;

namespace Bourse.Silo.Venues;

/// <summary>Binance's words for orders, and ours.</summary>
internal static class BinanceWords
{
    /// <summary>A new order's parameters.</summary>
    public static string Parameters(BrokerOrder order, string theirs)
    {
        var type = order switch
        {
            { PostOnly: true } => "LIMIT_MAKER",
            { Type: OrderType.Market } => "MARKET",
            { Type: OrderType.Limit } => "LIMIT",
            { Type: OrderType.Stop } => "STOP_LOSS",
            { Type: OrderType.StopLimit } => "STOP_LOSS_LIMIT",
            _ => throw new InvalidOperationException($"{order.Type} is nothing that it takes"),
        };
        var price = order.LimitPrice > 0 ? $"&price={Text(order.LimitPrice)}" : "";
        var stop = order.StopPrice > 0 ? $"&stopPrice={Text(order.StopPrice)}" : "";
        var timeInForce = type is "LIMIT" or "STOP_LOSS_LIMIT" ? $"&timeInForce={Of(order.TimeInForce)}" : "";
        return $"symbol={theirs}&side={(order.Side == Side.Buy ? "BUY" : "SELL")}&type={type}&quantity={Text(order.Quantity)}{price}{stop}{timeInForce}"
            + $"&newClientOrderId={order.ClientId}&newOrderRespType=FULL";
    }

    /// <summary>Reads an order as requests answer with it.</summary>
    /// <param name="clientId">The field of the client id that it was sent under.</param>
    public static BrokerState State(JsonElement order, string clientId, IReadOnlyList<BrokerFill> fills) =>
        State(order.TextOf(clientId), order.WholeOf("orderId"), order.TextOf("status"), order.Text("timeInForce"), order.NumberOf("executedQty"), fills);

    /// <summary>Reads an <c>executionReport</c> of the line. <c>C</c> is the client id before a cancel gave the order another.</summary>
    public static BrokerState Report(JsonElement report, string symbol)
    {
        var clientId = report.Text("C") is { Length: > 0 } original ? original : report.TextOf("c");
        BrokerFill[] fills = report.TextOf("x") == "TRADE"
            ? [new BrokerFill(
                Number(report.WholeOf("t")), report.NumberOf("L"), report.NumberOf("l"), report.NumberOf("z"),
                Fee(report.Number("n"), report.Text("N"), report.NumberOf("L"), symbol), report.GetProperty("m").GetBoolean(), report.WholeOf("T"))]
            : [];
        return State(clientId, report.WholeOf("i"), report.TextOf("X"), report.Text("f"), report.NumberOf("z"), fills);
    }

    /// <summary>Reads the fills in the answer to a new order.</summary>
    public static IReadOnlyList<BrokerFill> Fills(JsonElement order, string symbol) => order.TryGetProperty("fills", out var fills)
        ? Counted(fills, "tradeId", symbol, _ => order.WholeOf("transactTime"), _ => false)
        : [];

    /// <summary>Reads all fills of an order (<c>myTrades</c>).</summary>
    public static IReadOnlyList<BrokerFill> Trades(JsonElement trades, string symbol) =>
        Counted(trades, "id", symbol, t => t.WholeOf("time"), t => t.GetProperty("isMaker").GetBoolean());

    /// <summary>Reads why a request was refused.</summary>
    public static (long? Code, string Message) Refusal(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return ((long?)json.RootElement.Number("code"), json.RootElement.Text("msg") ?? "");
        }
        catch (JsonException)
        {
            return (null, "");
        }
    }

    // All of an order's fills from its first on: what had filled with each is their sum.
    private static IReadOnlyList<BrokerFill> Counted(
        JsonElement fills, string id, string symbol, Func<JsonElement, long> timeMs, Func<JsonElement, bool> isMaker)
    {
        var filled = 0m;
        var counted = new List<BrokerFill>();
        foreach (var fill in fills.EnumerateArray().OrderBy(f => f.WholeOf(id)))
        {
            var (price, quantity) = (fill.NumberOf("price"), fill.NumberOf("qty"));
            filled += quantity;
            counted.Add(new BrokerFill(
                Number(fill.WholeOf(id)), price, quantity, filled, Fee(fill.Number("commission"), fill.Text("commissionAsset"), price, symbol),
                isMaker(fill), timeMs(fill)));
        }

        return counted;
    }

    private static BrokerState State(string clientId, long orderId, string status, string? timeInForce, decimal filled, IReadOnlyList<BrokerFill> fills)
    {
        var known = status switch
        {
            "PENDING_NEW" => VenueOrderStatus.Pending,
            "FILLED" => VenueOrderStatus.Filled,
            "CANCELED" or "EXPIRED_IN_MATCH" => VenueOrderStatus.Canceled,
            "EXPIRED" => VenueOrderStatus.Canceled,
            "REJECTED" => VenueOrderStatus.Rejected,
            _ => VenueOrderStatus.Open,
        };
        var code = known switch
        {
            VenueOrderStatus.Rejected => VenueCode.Rejected,
            VenueOrderStatus.Canceled when status == "EXPIRED" => timeInForce switch
            {
                "IOC" => "ioc_remainder",
                "FOK" => "fok_not_fillable",
                _ => "no_liquidity",
            },
            VenueOrderStatus.Canceled => status == "EXPIRED_IN_MATCH" ? "self_trade" : VenueCode.Canceled,
            _ => null,
        };
        return new BrokerState(clientId, Number(orderId), known, filled, code, fills);
    }

    // In the quote currency it is as it is, in the base it is worth the price; one in a third (BNB) nobody here can value.
    private static decimal? Fee(decimal? commission, string? asset, decimal price, string symbol)
    {
        var slash = symbol.IndexOf('/');
        return commission is not { } amount ? null
            : amount == 0 ? 0
            : slash > 0 && asset == symbol[(slash + 1)..] ? amount
            : slash > 0 && asset == symbol[..slash] ? amount * price
            : null;
    }

    private static string Of(TimeInForce timeInForce) => timeInForce switch
    {
        TimeInForce.Gtc => "GTC",
        TimeInForce.Ioc => "IOC",
        TimeInForce.Fok => "FOK",
        _ => throw new InvalidOperationException($"{timeInForce} is nothing that it takes"),
    };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(decimal number) => number.ToString("0.#############################", CultureInfo.InvariantCulture);
}
