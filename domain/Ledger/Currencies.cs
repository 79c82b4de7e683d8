namespace Bourse.Domain.Ledger;

/// <summary>The cash that an account may hold: major ISO 4217 currencies, and dollar coins that crypto is quoted in.</summary>
public static class Currencies
{
    private static readonly HashSet<string> Codes = new(StringComparer.Ordinal)
    {
        "USD", "EUR", "GBP", "JPY", "CHF", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "SGD", "HKD", "CNH", "CNY",
        "INR", "KRW", "MXN", "BRL", "ZAR", "TRY", "ILS", "USDT", "USDC",
    };

    /// <summary>Upper case only.</summary>
    public static bool IsKnown(string? code) => code is not null && Codes.Contains(code);
}
