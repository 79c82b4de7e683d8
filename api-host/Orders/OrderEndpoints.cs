using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.History;

namespace Bourse.ApiHost.Orders;

/// <summary><c>/api/v1/orders</c>.</summary>
public static class OrderEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;
    private const int MaxTokenLength = 64;

    public static void MapOrders(this IEndpointRouteBuilder api)
    {
        var orders = api.MapGroup("/orders").WithTags("orders").RequireAuthorization().WithProblems(401, 429, 503);
        orders.MapPost("/", Place).Produces<OrderJson>(StatusCodes.Status201Created).Produces<OrderJson>().WithProblems(400, 409, 413, 422)
            .WithQuery(("validate", "true: says what would happen, places nothing and answers 200 with an order_preview"));
        orders.MapGet("/", List).Produces<ListJson<OrderJson>>().WithProblems(400).WithQuery(
            ("status", "open (default), closed or all"), ("symbol", "only this symbol"), ("after", "only orders created after this time; or a page's token"),
            ("limit", "1 to 500; 50 by default"), ("direction", "desc (default) or asc"), ("page_token", "as the page before gave it"),
            ("nested", "true: legs stand in the legs of their order"));
        orders.MapDelete("/", CancelAll).Produces<IReadOnlyList<CancelRowJson>>(StatusCodes.Status207MultiStatus).WithQuery(("symbol", "only this symbol"));
        orders.MapGet("/by_client_order_id/{clientOrderId}", GetByClientOrderId).Produces<OrderJson>().WithProblems(404);
        orders.MapGet("/{id}", Get).Produces<OrderJson>().WithProblems(404);
        orders.MapPatch("/{id}", Replace).Produces<OrderJson>().WithProblems(400, 404, 422);
        orders.MapDelete("/{id}", Cancel).Produces(StatusCodes.Status204NoContent).WithProblems(404, 422);
    }

    /// <summary>The header's value, without the quotes that its draft standard asks for.</summary>
    public static string? IdempotencyKey(HttpRequest request) => request.Headers["Idempotency-Key"].ToString() switch
    {
        "" => null,
        ['"', .. var inner, '"'] => inner,
        var text => text,
    };

    private static async Task<IResult> Place(JsonBody<OrderBody> body, Caller caller, OrderDesk desk, HttpRequest request)
    {
        if (new QueryInput(request.Query).OneOf("validate", "false", "true", "false") == "true")
        {
            return Answer.Json(await desk.Preview(caller, body.Value, IdempotencyKey(request)));
        }

        var (order, repeated) = await desk.Place(caller, body.Value, IdempotencyKey(request));
        return repeated ? Answer.Json(order) : TypedResults.Created($"/api/v1/orders/{order.Id}", order);
    }

    private static async Task<IResult> List(Caller caller, OrderLists lists, InstrumentCache instruments, HttpRequest request)
    {
        var input = new QueryInput(request.Query);
        bool? open = input.OneOf("status", "open", "open", "closed", "all") switch { "open" => true, "closed" => false, _ => null };
        var symbol = input.Text("symbol", SymbolText.MaxLength);
        var (token, after) = Start(input);

        // A symbol that there is not has no orders.
        var known = symbol is null ? null : (await instruments.Get(symbol))?.Symbol ?? symbol;
        var ascending = input.OneOf("direction", "desc", "asc", "desc") == "asc";
        var query = new OrderQuery(caller.Account, open, known, after, input.Int("limit", DefaultLimit, 1, MaxLimit), ascending, token);
        return Answer.Json(await lists.Get(caller, query, input.OneOf("nested", "false", "true", "false") == "true", request.HttpContext.RequestAborted));
    }

    /// <summary><c>after</c> is a page's token or a time; <c>page_token</c> is a page's token.</summary>
    private static (string? Token, DateTimeOffset? After) Start(QueryInput input)
    {
        var token = input.Text("page_token", MaxTokenLength);
        if (input.Text("after", MaxTokenLength) is { } after)
        {
            if (!OrderKey.TryParse(after, out _))
            {
                return (Checked(token), input.Time("after"));
            }

            token ??= after;
        }

        return (Checked(token), null);
    }

    private static string? Checked(string? token) => token is null || OrderKey.TryParse(token, out _)
        ? token
        : throw new ProblemException(Problem.Malformed("page_token", "This is no page token."));

    private static async Task<IResult> CancelAll(Caller caller, OrderDesk desk, HttpRequest request) =>
        Answer.Json(await desk.CancelAll(caller, new QueryInput(request.Query).Text("symbol", SymbolText.MaxLength)), StatusCodes.Status207MultiStatus);

    private static async Task<IResult> Get(string id, Caller caller, OrderDesk desk, CancellationToken cancellation) =>
        Answer.Json(await desk.Get(caller, id, cancellation));

    private static async Task<IResult> GetByClientOrderId(string clientOrderId, Caller caller, OrderDesk desk, CancellationToken cancellation) =>
        Answer.Json(await desk.GetByClientOrderId(caller, SymbolText.Unescape(clientOrderId), cancellation));

    private static async Task<IResult> Replace(string id, JsonBody<ChangesBody> body, Caller caller, OrderDesk desk, CancellationToken cancellation) =>
        Answer.Json(await desk.Replace(caller, id, body.Value, cancellation));

    private static async Task<IResult> Cancel(string id, Caller caller, OrderDesk desk, CancellationToken cancellation)
    {
        await desk.Cancel(caller, id, cancellation);
        return TypedResults.NoContent();
    }
}
