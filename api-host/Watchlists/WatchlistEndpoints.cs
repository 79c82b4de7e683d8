using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Watchlists;

namespace Bourse.ApiHost.Watchlists;

/// <summary>A watch list on the wire.</summary>
public sealed record WatchlistJson(string Id, string Name, IReadOnlyList<string> Symbols, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static WatchlistJson From(Watchlist w) => new(w.Id.ToString(), w.Name, w.Symbols, w.CreatedAt, w.UpdatedAt);
}

/// <summary>A new list.</summary>
public sealed record WatchlistBody(string? Name, IReadOnlyList<string>? Symbols);

/// <summary>A symbol for a list.</summary>
public sealed record WatchlistItemBody(string? Symbol);

/// <summary><c>/api/v1/watchlists</c>.</summary>
public static class WatchlistEndpoints
{
    private const int MaxName = 64;

    public static void MapWatchlists(this IEndpointRouteBuilder api)
    {
        var lists = api.MapGroup("/watchlists").WithTags("watchlists").RequireAuthorization().WithProblems(401, 429, 503);
        lists.MapGet("/", List).Produces<ListJson<WatchlistJson>>();
        lists.MapPost("/", Create).Produces<WatchlistJson>(StatusCodes.Status201Created).WithProblems(400, 422);
        lists.MapGet("/{id}", Get).Produces<WatchlistJson>().WithProblems(404);
        lists.MapDelete("/{id}", Delete).Produces(StatusCodes.Status204NoContent).WithProblems(404);
        lists.MapPost("/{id}/items", AddItem).Produces<WatchlistJson>(StatusCodes.Status201Created).WithProblems(400, 404, 422);
        lists.MapDelete("/{id}/items/{symbol}", RemoveItem).Produces(StatusCodes.Status204NoContent).WithProblems(404);
    }

    private static async Task<IResult> List(Caller caller, IGrainFactory grains) =>
        Answer.Json(new ListJson<WatchlistJson>([.. (await Of(caller, grains).Get()).Select(WatchlistJson.From)], null));

    private static async Task<IResult> Create(JsonBody<WatchlistBody> body, Caller caller, InstrumentCache instruments, IGrainFactory grains)
    {
        var name = body.Value.Name?.Trim();
        if (name is not { Length: > 0 and <= MaxName })
        {
            throw new ProblemException(Problem.Malformed("name", $"name is to be 1 to {MaxName} characters."));
        }

        var wanted = body.Value.Symbols ?? [];
        if (wanted.Count > IWatchlistsGrain.MaxSymbols)
        {
            throw TooManySymbols();
        }

        var symbols = new List<string>(wanted.Count);
        foreach (var text in wanted)
        {
            symbols.Add(await Known(text, instruments, "symbols"));
        }

        return await Of(caller, grains).Create(name, symbols) is { } list
            ? TypedResults.Created($"/api/v1/watchlists/{list.Id}", WatchlistJson.From(list))
            : Problem.Refused("too_many_watchlists", $"A user has at most {IWatchlistsGrain.MaxLists} watch lists.").ToResult();
    }

    private static async Task<IResult> Get(string id, Caller caller, IGrainFactory grains) =>
        (await Of(caller, grains).Get()).FirstOrDefault(l => l.Id.ToString() == id) is { } list ? Answer.Json(WatchlistJson.From(list)) : NotFound();

    private static async Task<IResult> Delete(string id, Caller caller, IGrainFactory grains) =>
        Guid.TryParse(id, out var known) && await Of(caller, grains).Delete(known) ? TypedResults.NoContent() : NotFound();

    private static async Task<IResult> AddItem(string id, JsonBody<WatchlistItemBody> body, Caller caller, InstrumentCache instruments, IGrainFactory grains)
    {
        var symbol = await Known(body.Value.Symbol, instruments, "symbol");
        if (!Guid.TryParse(id, out var known) || await Of(caller, grains).Add(known, symbol) is not { } list)
        {
            return NotFound();
        }

        return list.Symbols.Contains(symbol) ? TypedResults.Created($"/api/v1/watchlists/{list.Id}", WatchlistJson.From(list)) : throw TooManySymbols();
    }

    private static async Task<IResult> RemoveItem(string id, string symbol, Caller caller, InstrumentCache instruments, IGrainFactory grains)
    {
        // A symbol that there no longer is can still stand in a list.
        var text = SymbolText.Unescape(symbol);
        var name = (await instruments.Get(text))?.Symbol ?? text;
        return Guid.TryParse(id, out var known) && await Of(caller, grains).Remove(known, name) is not null ? TypedResults.NoContent() : NotFound();
    }

    private static async ValueTask<string> Known(string? text, InstrumentCache instruments, string field) =>
        (text is null ? null : await instruments.Get(text))?.Symbol ?? throw new ProblemException(Problem.Refused("unknown_symbol", "There is no such symbol.", field));

    private static ProblemException TooManySymbols() =>
        new(Problem.Refused("too_many_symbols", $"A watch list holds at most {IWatchlistsGrain.MaxSymbols} symbols.", "symbols"));

    private static IWatchlistsGrain Of(Caller caller, IGrainFactory grains) => grains.GetGrain<IWatchlistsGrain>(caller.UserId);

    private static IResult NotFound() => Problem.NotFound("not_found", "There is no such watch list.").ToResult();
}
