using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.ApiHost.Market;

/// <summary>
/// Takes ticks from a source over HTTP. A batch that cannot be read is refused whole; of one that can, the feeds take what can be true, and the answer tells
/// what became of the rest.
/// </summary>
public static class TicksEndpoint
{
    /// <summary>Room for a full batch with every field.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const int MaxTicks = 5_000;
    private const int MaxTold = 100;

    public static async Task<IResult> Push(JsonBody<List<TickBody>> body, InstrumentCache instruments, IGrainFactory grains, TimeProvider clock)
    {
        if (body.Value.Count > MaxTicks)
        {
            throw new ProblemException(Problem.Malformed(null, $"A batch has at most {MaxTicks} ticks."));
        }

        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var bySymbol = new Dictionary<string, SymbolBatch>();
        for (var i = 0; i < body.Value.Count; i++)
        {
            var tick = body.Value[i];
            var instrument = tick?.Symbol is { } text ? await instruments.Get(text) : null;
            if (instrument is null)
            {
                throw new ProblemException(Problem.Refused("unknown_symbol", "There is no such symbol.", $"[{i}].symbol"));
            }

            if (!bySymbol.TryGetValue(instrument.Symbol, out var batch))
            {
                bySymbol[instrument.Symbol] = batch = new SymbolBatch([], []);
            }

            batch.Ticks.Add(Checked(tick!, i, now));
            batch.Places.Add(i);
        }

        var receipts = await Task.WhenAll(bySymbol.Select(async pair => (pair.Key, pair.Value.Places, Receipt: await grains.GetGrain<IFeedGrain>(pair.Key).Push(pair.Value.Ticks))));
        var refused = receipts.SelectMany(r => r.Receipt.Refused.Select(f => new RefusedTickJson(r.Places[f.Index], r.Key, MarketNames.Of(f.Fault)))).OrderBy(f => f.Index).ToList();
        return Answer.Json(
            new TicksTakenJson(receipts.Sum(r => r.Receipt.Taken), receipts.Sum(r => r.Receipt.Late), receipts.Sum(r => r.Receipt.Duplicates), refused.Count, [.. refused.Take(MaxTold)]),
            StatusCodes.Status202Accepted);
    }

    private static Tick Checked(TickBody tick, int index, long now)
    {
        if (tick.Price is null && tick.Bid is null && tick.Ask is null)
        {
            throw new ProblemException(Problem.Malformed($"[{index}]", "A tick has a price, a bid or an ask."));
        }

        if (tick is { Price: <= 0 } or { Bid: <= 0 } or { Ask: <= 0 } or { Size: < 0 } or { BidSize: < 0 } or { AskSize: < 0 } or { Timestamp: < 0 })
        {
            throw new ProblemException(Problem.Malformed($"[{index}]", "Prices are to be above 0, sizes and times not below."));
        }

        return new Tick(tick.Timestamp ?? now, tick.Price, tick.Size, tick.Bid, tick.BidSize, tick.Ask, tick.AskSize);
    }

    /// <summary>The ticks of one symbol, and where in the body each stands.</summary>
    private sealed record SymbolBatch(List<Tick> Ticks, List<int> Places);
}
