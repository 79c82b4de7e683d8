using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.Domain.Alerts;
using Bourse.GrainInterfaces.Alerts;

namespace Bourse.ApiHost.Alerts;

/// <summary><c>/api/v1/alerts</c>.</summary>
public static class AlertEndpoints
{
    private const decimal MaxPrice = 1_000_000_000_000m;

    public static void MapAlerts(this IEndpointRouteBuilder api)
    {
        var alerts = api.MapGroup("/alerts").WithTags("alerts").RequireAuthorization().WithProblems(401, 429, 503);
        alerts.MapGet("/", List).Produces<ListJson<AlertJson>>().WithProblems(400).WithQuery(("status", "all (default), active or triggered"));
        alerts.MapPost("/", Add).Produces<AlertJson>(StatusCodes.Status201Created).WithProblems(400, 422);
        alerts.MapGet("/{id}", Get).Produces<AlertJson>().WithProblems(404);
        alerts.MapDelete("/{id}", Remove).Produces(StatusCodes.Status204NoContent).WithProblems(404);
    }

    /// <summary>The newest 500, newest first.</summary>
    private static async Task<IResult> List(Caller caller, IGrainFactory grains, HttpRequest request)
    {
        var status = new QueryInput(request.Query).OneOf("status", "all", "all", "active", "triggered");
        var items = (await Of(caller, grains).List()).Select(AlertJson.From).Where(a => status == "all" || a.Status == status);
        return Answer.Json(new ListJson<AlertJson>([.. items], null));
    }

    private static async Task<IResult> Add(JsonBody<AlertBody> body, Caller caller, InstrumentCache instruments, IGrainFactory grains)
    {
        var (symbol, condition, target) = body.Value;
        var instrument = (symbol is null ? null : await instruments.Get(symbol))
            ?? throw new ProblemException(Problem.Refused("unknown_symbol", "There is no such symbol.", "symbol"));
        var way = condition switch
        {
            "above" => AlertCondition.Above,
            "below" => AlertCondition.Below,
            _ => throw new ProblemException(Problem.Malformed("condition", "condition is to be above or below.")),
        };
        if (target is not ({ } price and > 0 and <= MaxPrice))
        {
            throw new ProblemException(Problem.Malformed("target_price", "target_price is to be above 0."));
        }

        return await Of(caller, grains).Add(instrument.Symbol, way, price) is { } alert
            ? TypedResults.Created($"/api/v1/alerts/{alert.Id}", AlertJson.From(alert))
            : Problem.Refused("too_many_alerts", $"At most {IAlertsGrain.MaxWaiting} alerts of a user wait.").ToResult();
    }

    private static async Task<IResult> Get(string id, Caller caller, IGrainFactory grains) =>
        (await Of(caller, grains).List()).FirstOrDefault(a => a.Id.ToString() == id) is { } alert ? Answer.Json(AlertJson.From(alert)) : NotFound();

    private static async Task<IResult> Remove(string id, Caller caller, IGrainFactory grains) =>
        Guid.TryParse(id, out var known) && await Of(caller, grains).Remove(known) ? TypedResults.NoContent() : NotFound();

    private static IAlertsGrain Of(Caller caller, IGrainFactory grains) => grains.GetGrain<IAlertsGrain>(caller.UserId);

    private static IResult NotFound() => Problem.NotFound("not_found", "There is no such alert.").ToResult();
}
