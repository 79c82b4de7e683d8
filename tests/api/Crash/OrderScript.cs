using System.Globalization;
using System.Text.Json;

namespace Bourse.Tests.Api.Crash;

/// <summary>What a trader does next, drawn from a seed: orders that cross each other and the house's quotes, that rest, that bring legs along, and that are refused.</summary>
public sealed class OrderScript(int seed, string name)
{
    private static readonly string[] Symbols = ["AAPL", "F", "MSFT"];
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, decimal> _prices = [];
    private int _orders;

    /// <summary>Notes where a symbol trades.</summary>
    public void Saw(string symbol, decimal price) => _prices[symbol] = price;

    public bool Knows => _prices.Count == Symbols.Length;

    public static IReadOnlyList<string> Watched => Symbols;

    public int Next(int max) => _random.Next(max);

    /// <summary>The next order; its content never changes, however often it is sent.</summary>
    public (string ClientOrderId, JsonElement Body) NextOrder()
    {
        var symbol = Symbols[_random.Next(Symbols.Length)];
        var price = _prices[symbol];
        var dice = _random.Next(100);
        var isMarket = dice < 20;
        var distance = dice < 85 ? _random.Next(-4, 5) * 0.01m : _random.Next(-300, 300) * 0.01m;
        var clientOrderId = string.Create(CultureInfo.InvariantCulture, $"{name}-{++_orders}");
        var isBuy = _random.Next(100) < 55;
        var group = _random.Next(100) is var draw && draw < 6 ? "bracket" : draw < 12 ? "oto" : draw < 15 ? "oco" : "simple";
        isMarket &= group != "oco";
        // An OCO order is the take-profit itself, and its stop-loss is on the other side of the market.
        var up = isBuy == (group != "oco") ? 1 : -1;
        var (profit, loss) = (_random.Next(1, 8) * 0.01m * up, _random.Next(1, 8) * -0.01m * up);
        var limit = group == "oco" ? price + profit : price + distance;
        var hasProfit = group == "bracket" || (group == "oto" && draw % 2 == 0);
        var body = JsonSerializer.SerializeToElement(new
        {
            symbol,
            side = isBuy ? "buy" : "sell",
            type = isMarket ? "market" : "limit",
            time_in_force = group == "simple" && (isMarket || dice > 90) ? "ioc" : "gtc",
            qty = _random.Next(1, 6).ToString(CultureInfo.InvariantCulture),
            limit_price = isMarket ? null : Price(limit),
            client_order_id = clientOrderId,
            order_class = group,
            take_profit = hasProfit ? new { limit_price = Price((isMarket ? price : limit) + profit) } : null,
            stop_loss = group == "simple" || (group == "oto" && hasProfit) ? null : new { stop_price = Price((isMarket || group == "oco" ? price : limit) + loss) },
        });
        return (clientOrderId, body);
    }

    private static string Price(decimal price) => Math.Max(0.01m, decimal.Round(price, 2)).ToString(CultureInfo.InvariantCulture);
}
