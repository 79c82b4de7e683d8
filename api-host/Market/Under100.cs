using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Wire;
using Bourse.Domain.Instruments;
using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.Instruments;

namespace Bourse.ApiHost.Market;

/// <summary>
/// Stocks and coins that cost less than 100. Of a small catalogue the feeds are asked; of a large one, whose feeds mostly sleep, what is kept of them, some
/// seconds old at most.
/// </summary>
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
        var listing = (await InstrumentEndpoints.Loaded(instruments)).Instruments;
        if (listing.Count > MaxLookedAt)
        {
            return await FromPriceList(instruments, grains, type, limit, after ?? string.Empty);
        }

        var candidates = listing.Where(i => IsOf(type, i) && (after is null || string.CompareOrdinal(i.Symbol, after) > 0));

        var items = new List<Under100Json>();
        foreach (var some in candidates.Chunk(AtOnce))
        {
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
                    items.Add(Item(instrument, quote, price));
                }
            }
        }

        return Page(items, null);
    }

    private static async Task<IResult> FromPriceList(InstrumentCache instruments, IGrainFactory grains, string type, int limit, string after)
    {
        var items = new List<Under100Json>();
        for (string? from = after; from is not null;)
        {
            var page = await grains.GetGrain<IPriceListGrain>(0).GetBelow(Bound, from, limit * 2);
            from = page.Next;
            foreach (var quote in page.Quotes)
            {
                if (items.Count == limit)
                {
                    return Page(items, items[^1].Symbol);
                }

                if (instruments.Find(quote.Symbol) is { } instrument && IsOf(type, instrument) && quote.Reference is { } price)
                {
                    items.Add(Item(instrument, quote, price));
                }
            }
        }

        return Page(items, null);
    }

    private static Under100Json Item(InstrumentView instrument, Quote quote, decimal price) => new(
        instrument.Symbol, instrument.Name, MarketNames.Of(instrument.AssetClass), price, quote.Change, quote.ChangePercent, quote.Volume);

    private static bool IsOf(string type, InstrumentView instrument) => type switch
    {
        "stocks" => instrument.AssetClass == AssetClass.Stock,
        "crypto" => instrument.AssetClass == AssetClass.Crypto,
        _ => instrument.AssetClass is AssetClass.Stock or AssetClass.Crypto,
    };

    private static IResult Page(IReadOnlyList<Under100Json> items, string? next) => Answer.Json(new ListJson<Under100Json>(items, next));
}
