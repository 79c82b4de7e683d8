using System.Text.Json;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Silo.Outside;
using Microsoft.Extensions.Logging;

namespace Bourse.Silo.MarketData.Live;

/// <summary>
/// Binance spot: quotes from the order book, which a snapshot and the numbered differences of <c>@depth@100ms</c> make, and trades. At a gap the snapshot is asked for
/// again.
/// </summary>
public sealed partial class BinanceMarket(
    SymbolMap symbols, Uri stream, OutsideHttp http, OutsideSocket socket, OutsideHealth health, TimeProvider time, ILogger logger) : IMarketDataProvider, IOutsideTalk
{
    private const int DepthLimit = 1_000;
    private const int DepthWeight = 50;
    private const int TickerWeight = 2;

    /// <summary>Differences that wait for their snapshot; with more the wait is given up.</summary>
    private const int MaxWaiting = 1_000;

    /// <summary>Subscriptions in one message; a few messages a second are allowed.</summary>
    private const int MaxParams = 200;

    private static readonly TimeSpan s_betweenSnapshots = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Symbol> _symbols = symbols.Theirs.ToDictionary(s => s, _ => new Symbol(), StringComparer.Ordinal);
    private TickSink? _sink;

    public OutsideHealth Health => health;

    public SymbolMap Symbols => symbols;

    public async Task<SymbolTick> Snapshot(string symbol, CancellationToken cancellation)
    {
        using var json = await http.Read(() => Get($"api/v3/ticker/bookTicker?symbol={symbols.ToTheirs(symbol)}"), TickerWeight, cancellation);
        var book = json.RootElement;
        return new SymbolTick(symbol, new Tick(
            NowMs, null, null, book.NumberOf("bidPrice"), book.Number("bidQty"), book.NumberOf("askPrice"), book.Number("askQty")));
    }

    public Task Run(TickSink sink, CancellationToken cancellation)
    {
        _sink = sink;
        return socket.Run(this, cancellation);
    }

    public Task<Uri> Address(CancellationToken cancellation) => Task.FromResult(stream);

    public async Task Opened(OutsideLine line, CancellationToken cancellation)
    {
        foreach (var symbol in _symbols.Values)
        {
            symbol.Reset();
        }

        var id = 0;
        foreach (var part in symbols.Theirs.SelectMany(s => new[] { $"{s.ToLowerInvariant()}@depth@100ms", $"{s.ToLowerInvariant()}@trade" }).Chunk(MaxParams))
        {
            await line.Send(JsonSerializer.Serialize(new { method = "SUBSCRIBE", @params = part, id = ++id }), cancellation);
        }
    }

    public async ValueTask Received(OutsideLine line, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        using var json = JsonDocument.Parse(message);
        var root = json.RootElement;
        var data = root.TryGetProperty("data", out var wrapped) ? wrapped : root;
        if (data.TryGetProperty("error", out _))
        {
            throw new OutsideException(OutsideFault.NotDone, "it refuses the subscription");
        }

        if (data.Text("s") is not { } theirs || symbols.ToOurs(theirs) is not { } ours)
        {
            return; // the word that a subscription was taken
        }

        var tick = data.Text("e") switch
        {
            "depthUpdate" => TakeDepth(theirs, data, cancellation),
            "trade" or "aggTrade" => new Tick(data.WholeOf("T"), data.NumberOf("p"), data.NumberOf("q"), null, null, null, null),
            _ => null,
        };
        if (tick is { } news)
        {
            await _sink!.Put(new SymbolTick(ours, news), cancellation);
        }
    }

    public void Dispose() => http.Dispose();

    private Tick? TakeDepth(string theirs, JsonElement data, CancellationToken cancellation)
    {
        var symbol = _symbols[theirs];
        lock (symbol.Gate)
        {
            if (!symbol.Book.IsWhole)
            {
                if (symbol.Waiting.Count >= MaxWaiting)
                {
                    symbol.Waiting.Clear();
                }

                symbol.Waiting.Add(data.Clone());
                AskForSnapshot(theirs, symbol, cancellation);
                return null;
            }

            if (Apply(symbol.Book, data) != DepthStep.Gap)
            {
                return symbol.Book.ToTick(data.WholeOf("E"));
            }

            health.Gap();
            symbol.Waiting.Add(data.Clone());
            AskForSnapshot(theirs, symbol, cancellation);
            return null;
        }
    }

    private static DepthStep Apply(DepthBook book, JsonElement data) =>
        book.Apply(data.WholeOf("U"), data.WholeOf("u"), data.GetProperty("b"), data.GetProperty("a"));

    private void AskForSnapshot(string theirs, Symbol symbol, CancellationToken cancellation)
    {
        if (!symbol.Asking && (symbol.AskedAt == 0 || time.GetElapsedTime(symbol.AskedAt) >= s_betweenSnapshots))
        {
            (symbol.Asking, symbol.AskedAt) = (true, time.GetTimestamp());
            _ = Resync(theirs, symbol, symbol.Line, cancellation);
        }
    }

    private async Task Resync(string theirs, Symbol symbol, int line, CancellationToken cancellation)
    {
        try
        {
            using var json = await http.Read(() => Get($"api/v3/depth?symbol={theirs}&limit={DepthLimit}"), DepthWeight, cancellation);
            var root = json.RootElement;
            lock (symbol.Gate)
            {
                if (line == symbol.Line)
                {
                    TakeSnapshot(symbol, root);
                }
            }
        }
        catch (Exception failed) when (failed is OutsideException or FormatException or KeyNotFoundException or InvalidOperationException or OperationCanceledException)
        {
            // The next difference asks again.
            LogNoSnapshot(logger, health.Name, theirs, failed.Message);
        }
        finally
        {
            lock (symbol.Gate)
            {
                symbol.Asking = false;
            }
        }
    }

    private static void TakeSnapshot(Symbol symbol, JsonElement root)
    {
        symbol.Book.Take(root.WholeOf("lastUpdateId"), root.GetProperty("bids"), root.GetProperty("asks"));
        foreach (var waiting in symbol.Waiting)
        {
            if (Apply(symbol.Book, waiting) == DepthStep.Gap)
            {
                break; // the snapshot is older than what waited first: the next one will do
            }
        }

        symbol.Waiting.Clear();
    }

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, path);

    [LoggerMessage(4351, LogLevel.Information, "{Service} gave no depth snapshot of {Symbol}: {Why}")]
    private static partial void LogNoSnapshot(ILogger logger, string service, string symbol, string why);

    // Guarded by its gate: differences come on the line, snapshots on a task of their own.
    private sealed class Symbol
    {
        public Lock Gate { get; } = new();

        public DepthBook Book { get; } = new();

        public List<JsonElement> Waiting { get; } = [];

        public bool Asking { get; set; }

        public long AskedAt { get; set; }

        /// <summary>Counts the connections: a snapshot of an older one is of no use.</summary>
        public int Line { get; private set; }

        public void Reset()
        {
            lock (Gate)
            {
                Book.Break();
                Waiting.Clear();
                Line++;
            }
        }
    }
}
