using Bourse.ApiHost.Admin;
using Bourse.ApiHost.Audit;
using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Risk;

/// <summary>Halts of symbols, whose books collect orders meanwhile and reopen by an auction: set by staff, seen by everybody.</summary>
public static class HaltEndpoints
{
    private const int MaxSeconds = 86_400;

    public static void MapHalts(this IEndpointRouteBuilder api)
    {
        var risk = api.MapGroup("/risk").WithTags("risk").RequireAuthorization().WithProblems(401, 403, 429, 503);
        risk.MapGet("/halts", List).Produces<ListJson<SymbolHaltJson>>();
        risk.MapPost("/halts", Set).Produces<AuctionJson>().WithProblems(400, 404)
            .RequireAuthorization(policy => policy.RequireRole(Roles.RiskOfficer, Roles.Operator));
        api.MapGroup("/market").WithTags("market").WithProblems(404, 429, 503).MapGet("/auction/{symbol}", Get).Produces<AuctionJson>();
    }

    private static async Task<IResult> List(IGrainFactory grains)
    {
        var list = await grains.GetGrain<IHaltsGrain>(IHaltsGrain.Key).Get(-1);
        return Answer.Json(new ListJson<SymbolHaltJson>(
            [.. (list.Halts ?? []).Where(h => h.IsHalted).OrderBy(h => h.Symbol, StringComparer.Ordinal)
                .Select(h => new SymbolHaltJson(h.Symbol, h.Code, h.Reason, Time(h.SinceMs)!.Value, Time(h.UntilMs)))],
            null));
    }

    private static async Task<IResult> Get(string symbol, InstrumentCache instruments, IGrainFactory grains, HttpResponse response)
    {
        var instrument = await MarketEndpoints.Named(symbol, instruments);
        response.Headers.CacheControl = "no-store";
        return Answer.Json(Shape(await grains.GetGrain<IBookGrain>(instrument.Symbol).GetAuction()));
    }

    private static async Task<IResult> Set(
        JsonBody<HaltBody> body, Caller caller, IGrainFactory grains, InstrumentCache instruments, AuditTrail audit, HttpContext context)
    {
        var (wish, reason) = (body.Value, new ReasonBody(body.Value.Reason).Required());
        var symbol = string.IsNullOrEmpty(wish.Symbol)
            ? throw new ProblemException(Problem.Malformed("symbol", "symbol is missing."))
            : (await MarketEndpoints.Named(wish.Symbol, instruments)).Symbol;
        if (wish.Seconds is < 1 or > MaxSeconds)
        {
            throw new ProblemException(Problem.Malformed("seconds", $"seconds is to be 1 to {MaxSeconds}."));
        }

        var halts = wish.State switch
        {
            "halted" => true,
            "open" => false,
            _ => throw new ProblemException(Problem.Malformed("state", "state is to be one of halted, open.")),
        };
        await audit.Write(context, halts ? "symbol.halted" : "symbol.reopened", symbol, reason);
        var book = grains.GetGrain<IBookGrain>(symbol);
        return Answer.Json(Shape(halts ? await book.Halt(new HaltSymbol("operator", reason, caller.UserId, wish.Seconds ?? 0)) : await book.Reopen()));
    }

    private static AuctionJson Shape(AuctionView view) => new(
        view.Symbol,
        view.IsHalted ? "auction" : "open",
        view.Code,
        view.Reason,
        Time(view.SinceMs),
        Time(view.UntilMs),
        view.Price,
        view.Quantity,
        view.Imbalance,
        view.BandLow == 0 && view.BandHigh == 0 ? null : view.BandLow,
        view.BandHigh == 0 ? null : view.BandHigh);

    private static DateTimeOffset? Time(long ms) => ms == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(ms);
}

/// <summary>A wish to halt a symbol, or to reopen it by an auction.</summary>
/// <param name="State"><c>halted</c> or <c>open</c>.</param>
/// <param name="Seconds">After how long it reopens by itself, 1 to 86,400; when somebody reopens it without.</param>
/// <param name="Reason">1 to 500 characters.</param>
public sealed record HaltBody(string? Symbol, string? State, int? Seconds, string? Reason);

/// <summary>A symbol that is halted.</summary>
/// <param name="Code"><c>operator</c> or <c>price_band</c>.</param>
/// <param name="Until">When it reopens by itself; null when somebody has to reopen it.</param>
public sealed record SymbolHaltJson(string Symbol, string Code, string Reason, DateTimeOffset Since, DateTimeOffset? Until);

/// <summary>Whether a symbol trades, and what its auction would give now.</summary>
/// <param name="State"><c>open</c>, or <c>auction</c> while its book collects orders.</param>
/// <param name="IndicativePrice">Null when nothing would trade.</param>
/// <param name="Imbalance">What would be left over at that price: above 0 bids, below 0 asks.</param>
/// <param name="BandLow">Nothing trades below; null without a band.</param>
public sealed record AuctionJson(
    string Symbol, string State, string? Code, string? Reason, DateTimeOffset? Since, DateTimeOffset? Until, decimal? IndicativePrice, decimal IndicativeQty,
    decimal Imbalance, decimal? BandLow, decimal? BandHigh);
