using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Wire;
using Bourse.Domain.Instruments;
using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.Instruments;

namespace Bourse.ApiHost.Market;

/// <summary>Stocks and coins that cost less than 100. A page looks at no more than 2,000 instruments; its token goes on from there.</summary>
public static class Under100
{
    private const decimal Bound = 100m;
    private const int DefaultLimit = 100;
    private const int MaxLimit = 500;
    private const int AtOnce = 32;
    private const int MaxLookedAt = 2_000;

    public static async Task<IResult> Get(InstrumentCache instruments, IGrainFactory grains, HttpRequest request)
    {
        var input = new QueryInput(request.Query);
        var type = input.OneOf("asset_type", "all", "all", "stocks", "crypto");
        var limit = input.Int("limit", DefaultLimit, 1, MaxLimit);
        var after = input.PageToken(SymbolText.MaxLength);
        var candidates = (await InstrumentEndpoints.Loaded(instruments)).Instruments
            .Where(i => IsOf(type, i) && (after is null || string.CompareOrdinal(i.Symbol, after) > 0));

        var items = new List<Under100Json>();
        var lookedAt = 0;
        foreach (var some in candidates.Chunk(AtOnce))
        {
            if (lookedAt >= MaxLookedAt)
            {
                return Page(items, after);
            }

            var quotes = await Task.WhenAll(some.Select(i => grains.GetGrain<IFeedGrain>(i.Symbol).GetQuote()));
            foreach (var (instrument, quote) in some.Zip(quotes))
            {
                if (items.Count == limit)
                {
                    return Page(items, after);
                }

                after = instrument.Symbol;
                if (quote?.Reference is { } price && price < Bound)
                {
                    items.Add(new Under100Json(
                        instrument.Symbol, instrument.Name, MarketNames.Of(instrument.AssetClass), price, quote.Change, quote.ChangePercent, quote.Volume));
                }
            }

            lookedAt += some.Length;
        }

        return Page(items, null);
    }

    private static bool IsOf(string type, InstrumentView instrument) => type switch
    {
        "stocks" => instrument.AssetClass == AssetClass.Stock,
        "crypto" => instrument.AssetClass == AssetClass.Crypto,
        _ => instrument.AssetClass is AssetClass.Stock or AssetClass.Crypto,
    };

    private static IResult Page(IReadOnlyList<Under100Json> items, string? next) => Answer.Json(new ListJson<Under100Json>(items, next));
}
