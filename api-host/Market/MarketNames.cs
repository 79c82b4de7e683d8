using Bourse.Domain.Instruments;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.ApiHost.Market;

/// <summary>The words of API.md for market data.</summary>
public static class MarketNames
{
    public static string Of(AssetClass assetClass) => assetClass switch
    {
        AssetClass.Stock => "stock",
        AssetClass.Crypto => "crypto",
        _ => "fx",
    };

    public static string Of(InstrumentStatus status) => status switch
    {
        InstrumentStatus.Open => "open",
        InstrumentStatus.Halted => "halted",
        _ => "closed",
    };

    public static string Of(TickFault fault) => fault switch
    {
        TickFault.Empty => "empty",
        TickFault.OutOfBounds => "out_of_bounds",
        TickFault.Crossed => "crossed",
        TickFault.Future => "future",
        _ => "absurd",
    };

    public static IReadOnlyList<string> Timeframes { get; } = ["1s", "1m", "5m", "1h", "1d"];

    public static Timeframe ToTimeframe(string text) => text switch
    {
        "1s" => Timeframe.Second,
        "1m" => Timeframe.Minute,
        "5m" => Timeframe.FiveMinutes,
        "1h" => Timeframe.Hour,
        _ => Timeframe.Day,
    };

    public static BarPrice? ToBarPrice(string text) => text switch
    {
        "trade" => BarPrice.Trade,
        "bid" => BarPrice.Bid,
        "ask" => BarPrice.Ask,
        "mid" => BarPrice.Mid,
        _ => null,
    };
}
