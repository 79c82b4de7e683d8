using Bourse.Silo.Outside;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Bourse.Silo.MarketData.Live;

/// <summary>Makes the providers that the settings ask for.</summary>
public sealed class ProviderFactory(OutsideServices services, TimeProvider time, ILoggerFactory loggers)
{
    /// <summary>How patient it is; tests are less so.</summary>
    public OutsideHttpOptions Http { get; init; } = new();

    public OutsideSocketOptions Socket { get; init; } = new();

    /// <exception cref="OptionsValidationException">A kind is unknown, or a key is missing.</exception>
    public IMarketDataProvider Make(ProviderOptions options)
    {
        var health = services.Of(options.CalledName);
        var logger = loggers.CreateLogger<LiveSource>();
        var socket = new OutsideSocket(Socket, health, time, logger);
        return options.Kind switch
        {
            "binance" => new BinanceMarket(
                Map(options, SymbolMap.WithoutSlash), options.Stream ?? new("wss://stream.binance.com:9443/stream"),
                Client(options, health, "https://api.binance.com/", 6_000), socket, health, time, logger),
            "bybit" => new BybitMarket(
                Map(options, SymbolMap.WithoutSlash), options.Stream ?? new("wss://stream.bybit.com/v5/public/spot"),
                Client(options, health, "https://api.bybit.com/", 600), socket, health),
            "polygon" => new PolygonMarket(
                Map(options, s => s), options.Stream ?? new("wss://socket.polygon.io/stocks"), Key(options),
                Client(options, health, "https://api.polygon.io/", 300), socket, health),
            "alpaca" => new AlpacaMarket(
                Map(options, s => s), options.Stream ?? new("wss://stream.data.alpaca.markets/v2/iex"), Key(options), options.Secret ?? throw Fault(options, "Secret"),
                Client(options, health, "https://data.alpaca.markets/", 200), socket, health),
            "alpha-vantage" => new AlphaVantageMarket(
                Map(options, s => s), Key(options), Client(options, health, "https://www.alphavantage.co/", 5), health, time),
            _ => throw Fault(options, "Kind"),
        };
    }

    private OutsideHttp Client(ProviderOptions options, OutsideHealth health, string usual, int weight) => new(
        options.Address ?? new Uri(usual), Http with { WeightPerMinute = options.WeightPerMinute ?? weight }, health, time);

    private static SymbolMap Map(ProviderOptions options, Func<string, string> usual) => new(options.Symbols, usual);

    private static string Key(ProviderOptions options) => options.Key is { Length: > 0 } key ? key : throw Fault(options, "Key");

    private static OptionsValidationException Fault(ProviderOptions options, string setting) => new(
        nameof(LiveMarketOptions), typeof(LiveMarketOptions), [$"MarketData:Providers: '{options.CalledName}' has no {setting} that will do."]);
}
