using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.Feeds;
using Bourse.GrainInterfaces.Instruments;
using Bourse.GrainInterfaces.Users;
using Microsoft.AspNetCore.Mvc;

namespace Bourse.ApiHost.Market;

/// <summary><c>/api/v1/market</c>; reading needs no sign-in.</summary>
public static class MarketEndpoints
{
    private const int DefaultTrades = 100;
    private const int MaxTrades = 1_000;
    private const int DefaultLevels = 20;
    private const int MaxLevels = 1_000;
    private const int BarsAPage = 50_000;
    private const int MaxBars = 4 * BarsAPage;

    public static void MapMarket(this IEndpointRouteBuilder api)
    {
        var market = api.MapGroup("/market").WithTags("market").WithProblems(400, 404, 429, 503);
        market.MapGet("/quote/{symbol}", GetQuote).Produces<QuoteJson>();
        market.MapGet("/stats/{symbol}", GetStatistics).Produces<StatisticsJson>();
        market.MapGet("/trades/{symbol}", GetTrades).Produces<ListJson<TradeJson>>().WithQuery(("limit", "1 to 1,000; 100 by default"));
        market.MapGet("/depth/{symbol}", GetDepth).Produces<DepthJson>().WithQuery(("levels", "1 to 1,000 a side; 20 by default"));
        market.MapGet("/chart/{symbol}", GetChart).Produces<IReadOnlyList<BarJson>>().WithQuery(
            ("timeframe", "1s, 1m (default), 5m, 1h or 1d"), ("price", "trade, bid, ask or mid; trade by default, mid for a symbol that only has quotes"),
            ("from", "ms since 1970 or RFC 3339, inclusive"), ("to", "the same, exclusive"), ("limit", "the newest bars of the range, at most 200,000"));
        market.MapGet("/instruments", InstrumentEndpoints.GetAll).Produces<ListJson<InstrumentJson>>()
            .WithQuery(("asset_class", "all (default), stock, crypto or fx"), ("limit", "1 to 5,000; 1,000 by default"), ("page_token", "as the page before gave it"));
        market.MapGet("/instruments/{symbol}", InstrumentEndpoints.Get).Produces<InstrumentJson>();
        market.MapGet("/search", InstrumentEndpoints.Search).Produces<ListJson<InstrumentJson>>().WithQuery(("q", "part of a symbol or name"), ("limit", "1 to 100; 20 by default"));
        market.MapGet("/under-100", Under100.Get).Produces<ListJson<Under100Json>>()
            .WithQuery(("asset_type", "all (default), stocks or crypto"), ("limit", "1 to 500; 100 by default"), ("page_token", "as the page before gave it"));
        market.MapGet("/clock", SessionEndpoints.GetClock).Produces<ClockJson>().WithQuery(("calendar", "us-equity (default), always or fx"));
        market.MapGet("/calendar", SessionEndpoints.GetCalendar).Produces<ListJson<SessionJson>>()
            .WithQuery(("calendar", "us-equity (default), always or fx"), ("start", "a date; today by default"), ("end", "a date; 30 days on by default"));
        market.MapPost("/ticks", TicksEndpoint.Push).RequireAuthorization(policy => policy.RequireRole(Roles.Feed))
            .WithMetadata(new RequestSizeLimitAttribute(TicksEndpoint.MaxBytes)).Produces<TicksTakenJson>(StatusCodes.Status202Accepted).WithProblems(401, 403, 422);
    }

    /// <summary>The instrument that a route names. Throws <see cref="ProblemException"/> (404) when there is none.</summary>
    public static async ValueTask<InstrumentView> Named(string symbol, InstrumentCache instruments) =>
        await instruments.Get(SymbolText.Unescape(symbol))
            ?? throw new ProblemException(Problem.NotFound("unknown_symbol", "There is no such symbol."));

    private static async Task<IResult> GetQuote(string symbol, InstrumentCache instruments, IGrainFactory grains, HttpResponse response)
    {
        var instrument = await Named(symbol, instruments);
        var quote = await grains.GetGrain<IFeedGrain>(instrument.Symbol).GetQuote();
        response.Headers.CacheControl = "no-store";
        return quote is null
            ? Problem.NotFound("no_quote", "There is no quote for this symbol yet.").ToResult()
            : Answer.Json(QuoteJson.From(quote));
    }

    /// <summary>The last 24 hours.</summary>
    private static async Task<IResult> GetStatistics(string symbol, InstrumentCache instruments, IGrainFactory grains, HttpResponse response)
    {
        var instrument = await Named(symbol, instruments);
        var statistics = await grains.GetGrain<IFeedGrain>(instrument.Symbol).GetStatistics();
        response.Headers.CacheControl = "no-store";
        return statistics is null
            ? Problem.NotFound("no_quote", "There is no quote for this symbol yet.").ToResult()
            : Answer.Json(StatisticsJson.Of(statistics));
    }

    private static async Task<IResult> GetTrades(string symbol, InstrumentCache instruments, IGrainFactory grains, HttpRequest request)
    {
        var limit = new QueryInput(request.Query).Int("limit", DefaultTrades, 1, MaxTrades);
        var instrument = await Named(symbol, instruments);
        var trades = await grains.GetGrain<IFeedGrain>(instrument.Symbol).GetTrades(limit);
        return Answer.Json(new ListJson<TradeJson>(
            [.. trades.Select(t => new TradeJson(instrument.Symbol, t.Price, t.Quantity, OrderNames.Of(t.Side), t.Number, t.TimestampMs))], null));
    }

    private static async Task<IResult> GetDepth(string symbol, InstrumentCache instruments, IGrainFactory grains, HttpRequest request)
    {
        var levels = new QueryInput(request.Query).Int("levels", DefaultLevels, 1, MaxLevels);
        var instrument = await Named(symbol, instruments);
        var depth = await grains.GetGrain<IBookGrain>(instrument.Symbol).GetDepth(levels);
        return Answer.Json(new DepthJson(instrument.Symbol, depth.Seq, Levels(depth.Bids), Levels(depth.Asks)));
    }

    /// <summary>The newest bars of the range: 200,000 at most, 50,000 when no <c>from</c> is given.</summary>
    private static async Task<IResult> GetChart(string symbol, InstrumentCache instruments, IGrainFactory grains, HttpRequest request)
    {
        var input = new QueryInput(request.Query);
        var timeframe = MarketNames.ToTimeframe(input.OneOf("timeframe", "1m", "1s", "1m", "5m", "1h", "1d"));
        var price = MarketNames.ToBarPrice(input.OneOf("price", "", "", "trade", "bid", "ask", "mid"));
        var from = input.TimeMs("from") ?? 0;
        var to = input.TimeMs("to") ?? long.MaxValue;
        var wanted = input.Int("limit", input.Has("from") ? MaxBars : BarsAPage, 1, MaxBars);
        var instrument = await Named(symbol, instruments);
        var feed = grains.GetGrain<IFeedGrain>(instrument.Symbol);
        var pages = new List<IReadOnlyList<Bar>>();
        while (from < to && wanted > 0)
        {
            var ask = Math.Min(wanted, BarsAPage);
            var bars = await feed.GetBars(timeframe, price, from, to, ask);
            pages.Add(bars);
            if (bars.Count < ask)
            {
                break;
            }

            wanted -= bars.Count;
            to = bars[0].StartMs;
        }

        return new BarsResult(pages);
    }

    private static decimal[][] Levels(IReadOnlyList<DepthLevel> levels) => [.. levels.Select(level => new[] { level.Price, level.Quantity })];
}
