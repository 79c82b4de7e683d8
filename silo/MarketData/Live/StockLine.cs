using System.Text.Json;
using Bourse.GrainInterfaces.Feeds;
using Bourse.Silo.Outside;

namespace Bourse.Silo.MarketData.Live;

/// <summary>
/// What the streams of Polygon and Alpaca have in common: arrays of small messages, a sign-in with the key, then a subscription to quotes and trades of stocks.
/// </summary>
/// <param name="stream">Where to connect.</param>
/// <param name="words">How this one says it.</param>
public sealed class StockLine(SymbolMap symbols, Uri stream, StockLine.Words words, OutsideSocket socket) : IOutsideTalk
{
    private TickSink? _sink;

    /// <param name="Kind">The field that tells what a message is.</param>
    /// <param name="Symbol">The field of the symbol.</param>
    /// <param name="Quote">What a quote is called.</param>
    /// <param name="Trade">What a trade is called.</param>
    /// <param name="Time">Reads a message's time, ms since 1970.</param>
    /// <param name="SignIn">The message that signs in.</param>
    /// <param name="Subscribe">The message that subscribes to symbols.</param>
    /// <param name="Step">What a message about the line itself means.</param>
    public sealed record Words(
        string Kind, string Symbol, string Quote, string Trade, Func<JsonElement, long> Time, string SignIn,
        Func<IReadOnlyCollection<string>, string> Subscribe, Func<JsonElement, StockLineStep> Step);

    public Task Run(TickSink sink, CancellationToken cancellation)
    {
        _sink = sink;
        return socket.Run(this, cancellation);
    }

    public Task<Uri> Address(CancellationToken cancellation) => Task.FromResult(stream);

    public Task Opened(OutsideLine line, CancellationToken cancellation) => line.Send(words.SignIn, cancellation);

    public async ValueTask Received(OutsideLine line, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        using var json = JsonDocument.Parse(message);
        foreach (var one in json.RootElement.EnumerateArray())
        {
            var kind = one.TextOf(words.Kind);
            if (kind != words.Quote && kind != words.Trade)
            {
                await Heed(line, one, cancellation);
            }
            else if (symbols.ToOurs(one.TextOf(words.Symbol)) is { } ours)
            {
                var timeMs = words.Time(one);
                var tick = kind == words.Quote
                    ? new Tick(timeMs, null, null, Positive(one.Number("bp")), one.Number("bs"), Positive(one.Number("ap")), one.Number("as"))
                    : new Tick(timeMs, one.NumberOf("p"), one.Number("s"), null, null, null, null);
                await _sink!.Put(new SymbolTick(ours, tick), cancellation);
            }
        }
    }

    private async Task Heed(OutsideLine line, JsonElement message, CancellationToken cancellation)
    {
        switch (words.Step(message))
        {
            case StockLineStep.SignedIn:
                await line.Send(words.Subscribe(symbols.Theirs), cancellation);
                break;
            case StockLineStep.Refused:
                throw new OutsideException(OutsideFault.NotDone, "it refuses the key or the subscription");
        }
    }

    // One side of the market may be empty, which these services write as 0.
    private static decimal? Positive(decimal? price) => price > 0 ? price : null;
}

/// <summary>What a message about the line itself means.</summary>
public enum StockLineStep : byte { None = 0, SignedIn = 1, Refused = 2 }
