using System.Text.Json;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Silo.Outside;

namespace Bourse.Silo.MarketData.Live;

/// <summary>
/// Bybit spot (v5): quotes from the order book of 50 levels, whose snapshot comes on the line itself, and trades. At a gap the topic is subscribed anew, which brings
/// a new snapshot.
/// </summary>
public sealed class BybitMarket(
    SymbolMap symbols, Uri stream, OutsideHttp http, OutsideSocket socket, OutsideHealth health) : IMarketDataProvider, IOutsideTalk
{
    /// <summary>Topics in one message; Bybit takes no more on spot.</summary>
    private const int MaxArgs = 10;

    private readonly Dictionary<string, DepthBook> _books = symbols.Theirs.ToDictionary(s => s, _ => new DepthBook(), StringComparer.Ordinal);
    private TickSink? _sink;

    public OutsideHealth Health => health;

    public SymbolMap Symbols => symbols;

    public async Task<SymbolTick> Snapshot(string symbol, CancellationToken cancellation)
    {
        using var json = await http.Read(
            () => new HttpRequestMessage(HttpMethod.Get, $"v5/market/orderbook?category=spot&symbol={symbols.ToTheirs(symbol)}&limit=1"), 1, cancellation);
        if (json.RootElement.WholeOf("retCode") != 0)
        {
            throw new OutsideException(OutsideFault.NotDone, $"refused with code {json.RootElement.WholeOf("retCode")}");
        }

        var result = json.RootElement.GetProperty("result");
        var book = new DepthBook();
        book.Take(result.WholeOf("u"), result.GetProperty("b"), result.GetProperty("a"));
        return new SymbolTick(symbol, book.ToTick(result.WholeOf("ts")) ?? throw new OutsideException(OutsideFault.Unknown, "its book is empty"));
    }

    public Task Run(TickSink sink, CancellationToken cancellation)
    {
        _sink = sink;
        return socket.Run(this, cancellation);
    }

    public Task<Uri> Address(CancellationToken cancellation) => Task.FromResult(stream);

    public async Task Opened(OutsideLine line, CancellationToken cancellation)
    {
        foreach (var book in _books.Values)
        {
            book.Break();
        }

        foreach (var part in symbols.Theirs.SelectMany(s => new[] { Topic(s), $"publicTrade.{s}" }).Chunk(MaxArgs))
        {
            await Say(line, "subscribe", part, cancellation);
        }
    }

    public Task Beat(OutsideLine line, CancellationToken cancellation) => line.Send("""{"op":"ping"}""", cancellation);

    public async ValueTask Received(OutsideLine line, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        using var json = JsonDocument.Parse(message);
        var root = json.RootElement;
        if (root.Text("topic") is not { } topic)
        {
            if (root.Text("op") == "subscribe" && root.TryGetProperty("success", out var success) && !success.GetBoolean())
            {
                throw new OutsideException(OutsideFault.NotDone, "it refuses the subscription");
            }

            return;
        }

        if (topic.StartsWith("orderbook.", StringComparison.Ordinal))
        {
            await TakeDepth(line, root, cancellation);
        }
        else if (topic.StartsWith("publicTrade.", StringComparison.Ordinal))
        {
            await TakeTrades(root.GetProperty("data"), cancellation);
        }
    }

    public void Dispose() => http.Dispose();

    private async ValueTask TakeDepth(OutsideLine line, JsonElement root, CancellationToken cancellation)
    {
        var data = root.GetProperty("data");
        if (symbols.ToOurs(data.TextOf("s")) is not { } ours)
        {
            return;
        }

        var theirs = data.TextOf("s");
        var book = _books[theirs];
        var (update, bids, asks) = (data.WholeOf("u"), data.GetProperty("b"), data.GetProperty("a"));
        if (root.Text("type") == "snapshot" || update == 1)
        {
            book.Take(update, bids, asks);
        }
        else if (book.IsWhole && book.Apply(update, update, bids, asks) == DepthStep.Gap)
        {
            health.Gap();
            await Say(line, "unsubscribe", [Topic(theirs)], cancellation);
            await Say(line, "subscribe", [Topic(theirs)], cancellation);
        }

        if (book.IsWhole && book.ToTick(root.WholeOf("ts")) is { } tick)
        {
            await _sink!.Put(new SymbolTick(ours, tick), cancellation);
        }
    }

    private async ValueTask TakeTrades(JsonElement trades, CancellationToken cancellation)
    {
        foreach (var trade in trades.EnumerateArray())
        {
            if (symbols.ToOurs(trade.TextOf("s")) is { } ours)
            {
                var tick = new Tick(trade.WholeOf("T"), trade.NumberOf("p"), trade.NumberOf("v"), null, null, null, null);
                await _sink!.Put(new SymbolTick(ours, tick), cancellation);
            }
        }
    }

    private static string Topic(string theirs) => $"orderbook.50.{theirs}";

    private static Task Say(OutsideLine line, string op, string[] args, CancellationToken cancellation) =>
        line.Send(JsonSerializer.Serialize(new { op, args }), cancellation);
}
