using Bourse.GrainInterfaces.Instruments;

namespace Bourse.Silo.MarketData;

/// <summary>The instruments that the simulator knows: ten stocks, six crypto pairs, four fx pairs, all against the dollar.</summary>
public static class SimulatedInstruments
{
    /// <summary>How a symbol trades, and about where and how lively.</summary>
    /// <param name="StepFraction">About how far one move goes, as a fraction of the price.</param>
    public sealed record Profile(InstrumentView Instrument, decimal Price, decimal StepFraction, int SpreadTicks);

    public static IReadOnlyList<Profile> Default { get; } =
    [
        Stock("AAPL", "Apple Inc.", 232.50m),
        Stock("MSFT", "Microsoft Corporation", 428.00m),
        Stock("NVDA", "NVIDIA Corporation", 138.20m),
        Stock("AMZN", "Amazon.com, Inc.", 197.40m),
        Stock("GOOGL", "Alphabet Inc. Class A", 176.30m),
        Stock("META", "Meta Platforms, Inc.", 571.00m),
        Stock("TSLA", "Tesla, Inc.", 251.80m),
        Stock("JPM", "JPMorgan Chase & Co.", 223.10m),
        Stock("KO", "The Coca-Cola Company", 64.35m),
        Stock("F", "Ford Motor Company", 11.20m),
        Crypto("BTC/USD", "Bitcoin against US dollar", 68_250m, 0.01m, 0.0001m, 400),
        Crypto("ETH/USD", "Ether against US dollar", 2_640m, 0.01m, 0.0001m, 20),
        Crypto("SOL/USD", "Solana against US dollar", 158.40m, 0.01m, 0.001m, 2),
        Crypto("LTC/USD", "Litecoin against US dollar", 71.30m, 0.01m, 0.001m, 1),
        Crypto("XRP/USD", "XRP against US dollar", 0.5420m, 0.0001m, 1m, 1),
        Crypto("DOGE/USD", "Dogecoin against US dollar", 0.13900m, 0.00001m, 1m, 3),
        Fx("EUR/USD", "Euro against US dollar", 1.08650m),
        Fx("GBP/USD", "Pound sterling against US dollar", 1.29750m),
        Fx("AUD/USD", "Australian dollar against US dollar", 0.66040m),
        Fx("NZD/USD", "New Zealand dollar against US dollar", 0.60180m),
    ];

    /// <summary>The instrument in the simulator's terms.</summary>
    /// <param name="price">Where it starts and keeps coming back to.</param>
    /// <param name="notional">About what stands at the bid and at the ask, in its currency.</param>
    public static SimulatedInstrument ToSimulated(Profile profile, decimal price, decimal notional)
    {
        var instrument = profile.Instrument;
        var anchor = Math.Max(10, (long)(price / instrument.TickSize));
        var step = Math.Max(64, (long)(price * profile.StepFraction / instrument.TickSize * 1_024));
        var lots = Math.Max(1, (long)(notional / price / instrument.LotSize));
        return new SimulatedInstrument(instrument.Symbol, instrument.TickSize, instrument.LotSize, anchor, step, profile.SpreadTicks, lots);
    }

    private static Profile Stock(string symbol, string name, decimal price) =>
        new(InstrumentDefaults.Stock(symbol, name), price, 0.0001m, 1);

    private static Profile Crypto(string symbol, string name, decimal price, decimal tickSize, decimal lotSize, int spreadTicks) =>
        new(InstrumentDefaults.Crypto(symbol, name, tickSize, lotSize), price, 0.0002m, spreadTicks);

    private static Profile Fx(string symbol, string name, decimal price) =>
        new(InstrumentDefaults.Fx(symbol, name), price, 0.00002m, 5);
}
