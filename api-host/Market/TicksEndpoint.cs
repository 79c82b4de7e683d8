using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.ApiHost.Market;

/// <summary>Takes ticks from a source over HTTP: all of a batch, or none when one is wrong.</summary>
public static class TicksEndpoint
{
    /// <summary>Room for a full batch with every field.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const int MaxTicks = 5_000;

    public static async Task<IResult> Push(JsonBody<List<TickBody>> body, InstrumentCache instruments, IGrainFactory grains, TimeProvider clock)
    {
        if (body.Value.Count > MaxTicks)
        {
            throw new ProblemException(Problem.Malformed(null, $"A batch has at most {MaxTicks} ticks."));
        }

        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var bySymbol = new Dictionary<string, List<Tick>>();
        for (var i = 0; i < body.Value.Count; i++)
        {
            var tick = body.Value[i];
            var instrument = tick?.Symbol is { } text ? await instruments.Get(text) : null;
            if (instrument is null)
            {
                throw new ProblemException(Problem.Refused("unknown_symbol", "There is no such symbol.", $"[{i}].symbol"));
            }

            if (!bySymbol.TryGetValue(instrument.Symbol, out var ticks))
            {
                bySymbol[instrument.Symbol] = ticks = [];
            }

            ticks.Add(Checked(tick!, i, now));
        }

        await Task.WhenAll(bySymbol.Select(pair => grains.GetGrain<IFeedGrain>(pair.Key).Push(pair.Value)));
        return Answer.Json(new TicksTakenJson(body.Value.Count), StatusCodes.Status202Accepted);
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
}
