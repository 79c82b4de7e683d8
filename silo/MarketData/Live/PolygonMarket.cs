using System.Text.Json;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Silo.Outside;

namespace Bourse.Silo.MarketData.Live;

/// <summary>Polygon, US stocks: the national best bid and offer and trades.</summary>
public sealed class PolygonMarket(
    SymbolMap symbols, Uri stream, string key, OutsideHttp http, OutsideSocket socket, OutsideHealth health) : IMarketDataProvider
{
    private readonly StockLine _line = new(symbols, stream, Words(key), socket);

    public OutsideHealth Health => health;

    public SymbolMap Symbols => symbols;

    public async Task<SymbolTick> Snapshot(string symbol, CancellationToken cancellation)
    {
        using var json = await http.Read(() => Get($"v2/last/nbbo/{symbols.ToTheirs(symbol)}"), 1, cancellation);
        var quote = json.RootElement.GetProperty("results");
        return new SymbolTick(symbol, new Tick(
            quote.WholeOf("t") / 1_000_000, null, null, quote.NumberOf("p"), quote.Number("s"), quote.NumberOf("P"), quote.Number("S")));
    }

    public Task Run(TickSink sink, CancellationToken cancellation) => _line.Run(sink, cancellation);

    public void Dispose() => http.Dispose();

    private HttpRequestMessage Get(string path) => new(HttpMethod.Get, path) { Headers = { { "Authorization", $"Bearer {key}" } } };

    private static StockLine.Words Words(string key) => new(
        "ev", "sym", "Q", "T",
        message => message.WholeOf("t"),
        JsonSerializer.Serialize(new { action = "auth", @params = key }),
        theirs => JsonSerializer.Serialize(new { action = "subscribe", @params = string.Join(',', theirs.SelectMany(s => new[] { $"Q.{s}", $"T.{s}" })) }),
        message => message.Text("status") switch
        {
            "auth_success" => StockLineStep.SignedIn,
            "auth_failed" or "error" or "not_authorized" => StockLineStep.Refused,
            _ => StockLineStep.None,
        });
}
