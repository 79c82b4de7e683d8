using Bourse.Domain.Instruments;
using Bourse.GrainInterfaces.Instruments;

namespace Bourse.Silo.MarketData;

/// <summary>The usual terms of an instrument, by its class; they trade around the clock, which suits recorded and simulated markets.</summary>
public static class InstrumentDefaults
{
    private const string Calendar = "always";

    private static readonly HashSet<string> Fiat = new(StringComparer.Ordinal)
    {
        "AUD", "CAD", "CHF", "CNH", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "JPY", "MXN", "NOK", "NZD", "PLN", "SEK", "SGD", "TRY", "USD", "ZAR",
    };

    /// <summary>Tells the class by the symbol: two known currencies are fx, another pair is crypto, all else a stock.</summary>
    public static InstrumentView For(string symbol)
    {
        var slash = symbol.IndexOf('/');
        if (slash <= 0 || slash == symbol.Length - 1)
        {
            return Stock(symbol, symbol);
        }

        var (asset, currency) = (symbol[..slash], symbol[(slash + 1)..]);
        return Fiat.Contains(asset) && Fiat.Contains(currency) ? Fx(symbol, $"{asset} against {currency}") : Crypto(symbol, $"{asset} against {currency}", 0.01m, 0.0001m);
    }

    public static InstrumentView Stock(string symbol, string name) => new(
        symbol, name, AssetClass.Stock, "USD", 0.01m, 1m, 0.10m, Calendar, InstrumentStatus.Open, 0m, 0m);

    public static InstrumentView Crypto(string symbol, string name, decimal tickSize, decimal lotSize) => new(
        symbol, name, AssetClass.Crypto, CurrencyOf(symbol), tickSize, lotSize, 0.20m, Calendar, InstrumentStatus.Open, 0.0015m, 0.0025m);

    /// <summary>Yen and forint are quoted in two places less.</summary>
    public static InstrumentView Fx(string symbol, string name) => new(
        symbol, name, AssetClass.Fx, CurrencyOf(symbol), CurrencyOf(symbol) is "JPY" or "HUF" ? 0.001m : 0.00001m, 1m, 0.05m, Calendar, InstrumentStatus.Open, 0m, 0m);

    private static string CurrencyOf(string symbol) => symbol[(symbol.IndexOf('/') + 1)..];
}
