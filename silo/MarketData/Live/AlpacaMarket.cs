using System.Text.Json;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Silo.Outside;

namespace Bourse.Silo.MarketData.Live;

/// <summary>Alpaca's market data of US stocks: quotes and trades of the feed that the address names (<c>v2/iex</c>, <c>v2/sip</c>).</summary>
public sealed class AlpacaMarket(
    SymbolMap symbols, Uri stream, string key, string secret, OutsideHttp http, OutsideSocket socket, OutsideHealth health) : IMarketDataProvider
{
    private readonly StockLine _line = new(symbols, stream, Words(key, secret), socket);

    public OutsideHealth Health => health;

    public SymbolMap Symbols => symbols;

    public async Task<SymbolTick> Snapshot(string symbol, CancellationToken cancellation)
    {
        using var json = await http.Read(() => Get($"v2/stocks/{symbols.ToTheirs(symbol)}/snapshot"), 1, cancellation);
        var (trade, quote) = (json.RootElement.GetProperty("latestTrade"), json.RootElement.GetProperty("latestQuote"));
        return new SymbolTick(symbol, new Tick(
            Math.Max(trade.TimeOf("t"), quote.TimeOf("t")),
            trade.NumberOf("p"), trade.Number("s"), quote.NumberOf("bp"), quote.Number("bs"), quote.NumberOf("ap"), quote.Number("as")));
    }

    public Task Run(TickSink sink, CancellationToken cancellation) => _line.Run(sink, cancellation);

    public void Dispose() => http.Dispose();

    private HttpRequestMessage Get(string path) =>
        new(HttpMethod.Get, path) { Headers = { { "APCA-API-KEY-ID", key }, { "APCA-API-SECRET-KEY", secret } } };

    private static StockLine.Words Words(string key, string secret) => new(
        "T", "S", "q", "t",
        message => message.TimeOf("t"),
        JsonSerializer.Serialize(new { action = "auth", key, secret }),
        theirs => JsonSerializer.Serialize(new { action = "subscribe", quotes = theirs, trades = theirs }),
        message => (message.Text("T"), message.Text("msg")) switch
        {
            ("success", "authenticated") => StockLineStep.SignedIn,
            ("error", _) => StockLineStep.Refused,
            _ => StockLineStep.None,
        });
}
