using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Instruments;
using Microsoft.Net.Http.Headers;

namespace Bourse.ApiHost.Market;

/// <summary>The catalogue, and looking for something in it.</summary>
public static class InstrumentEndpoints
{
    private const int DefaultLimit = 1_000;
    private const int MaxLimit = 5_000;
    private const int DefaultFound = 20;
    private const int MaxFound = 100;
    private const int MaxQuery = 64;

    public static async Task<IResult> GetAll(InstrumentCache instruments, HttpContext context)
    {
        var input = new QueryInput(context.Request.Query);
        var after = input.PageToken(SymbolText.MaxLength);
        var limit = input.Int("limit", DefaultLimit, 1, MaxLimit);
        var assetClass = input.OneOf("asset_class", "all", "all", "stock", "crypto", "fx");
        var listing = await Loaded(instruments);
        var tag = new EntityTagHeaderValue($"\"i{listing.Version}\"");
        var headers = context.Response.GetTypedHeaders();
        headers.ETag = tag;
        context.Response.Headers.CacheControl = "no-cache";
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        InstrumentView[] found =
        [
            .. listing.Instruments
                .Where(i => (after is null || string.CompareOrdinal(i.Symbol, after) > 0) && (assetClass == "all" || MarketNames.Of(i.AssetClass) == assetClass))
                .Take(limit + 1),
        ];
        var items = found.Take(limit).Select(InstrumentJson.From);
        return Answer.Json(new ListJson<InstrumentJson>([.. items], found.Length > limit ? found[limit - 1].Symbol : null));
    }

    public static async Task<IResult> Get(string symbol, InstrumentCache instruments) =>
        Answer.Json(InstrumentJson.From(await MarketEndpoints.Named(symbol, instruments)));

    /// <summary>Symbols that begin with the text first, then those whose symbol or name has it anywhere.</summary>
    public static async Task<IResult> Search(InstrumentCache instruments, HttpRequest request)
    {
        var input = new QueryInput(request.Query);
        var text = input.Text("q", MaxQuery)?.Trim() ?? "";
        var limit = input.Int("limit", DefaultFound, 1, MaxFound);
        var found = text.Length == 0 ? [] : (await Loaded(instruments)).Search(text, MaxFound);
        return Answer.Json(new ListJson<InstrumentJson>([.. found.Take(limit).Select(InstrumentJson.From)], null));
    }

    /// <summary>The catalogue, asked for when this front end has just begun and knows nothing yet.</summary>
    public static async ValueTask<InstrumentCache.Listing> Loaded(InstrumentCache instruments)
    {
        if (instruments.Current.Instruments.Count == 0)
        {
            await instruments.Refresh();
        }

        return instruments.Current;
    }
}
