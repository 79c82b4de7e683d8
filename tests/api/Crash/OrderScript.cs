using System.Globalization;
using System.Text.Json;

namespace Bourse.Tests.Api.Crash;

/// <summary>What a trader does next, drawn from a seed: orders that cross each other and the house's quotes, that rest, and that are refused.</summary>
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
        var body = JsonSerializer.SerializeToElement(new
        {
            symbol,
            side = _random.Next(100) < 55 ? "buy" : "sell",
            type = isMarket ? "market" : "limit",
            time_in_force = isMarket || dice > 90 ? "ioc" : "gtc",
            qty = _random.Next(1, 6).ToString(CultureInfo.InvariantCulture),
            limit_price = isMarket ? null : Math.Max(0.01m, decimal.Round(price + distance, 2)).ToString(CultureInfo.InvariantCulture),
            client_order_id = clientOrderId,
        });
        return (clientOrderId, body);
    }
}
