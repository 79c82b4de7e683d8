using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.History;

namespace Bourse.ApiHost.Accounts;

/// <summary>Portfolio, positions, history and activities of the caller's account.</summary>
public static class AccountEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;
    private const int MaxTokenLength = 200;

    /// <summary>How many orders a refusal names.</summary>
    private const int MaxNamed = 5;

    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        var account = api.MapGroup("").WithTags("account").RequireAuthorization().WithProblems(401, 429, 503);
        account.MapGet("/portfolio", GetPortfolio).Produces<PortfolioJson>();
        account.MapGet("/portfolio/history", GetHistory).Produces<PortfolioHistoryJson>().WithProblems(400)
            .WithQuery(("period", "1D, 1W, 1M (default), 3M, 6M, 1A or all"), ("timeframe", "1m, 5m, 15m, 1h or 1d; by the period when missing"));
        account.MapGet("/account/activities", GetActivities).Produces<ListJson<ActivityJson>>().WithProblems(400)
            .WithQuery(("limit", "1 to 500; 50 by default"), ("page_token", "as the page before gave it"));
        account.MapGet("/positions", GetPositions).Produces<ListJson<PositionJson>>();
        account.MapGet("/positions/{symbol}", GetPosition).Produces<PositionJson>().WithProblems(404);
        account.MapDelete("/positions/{symbol}", ClosePosition).Produces<OrderJson>().WithProblems(400, 404, 422)
            .WithQuery(("cancel_orders", "true: first cancels the open orders of the symbol that would close the position too"));
        account.MapGet("/accounts", GetAccounts).Produces<ListJson<AccountJson>>();
        account.MapGet("/accounts/{id}", GetAccount).Produces<AccountJson>().WithProblems(404);
    }

    private static async Task<IResult> GetPortfolio(Caller caller, IGrainFactory grains, PortfolioShape shape) =>
        Answer.Json(shape.Portfolio(await Portfolio(caller, grains)));

    private static async Task<IResult> GetHistory(Caller caller, IHistoryReader history, TimeProvider clock, HttpRequest request)
    {
        var (from, to, step) = HistoryRange.Read(new QueryInput(request.Query), clock.GetUtcNow());
        return Answer.Json(PortfolioShape.History(
            await history.GetPortfolioHistory(caller.Account, from, to, step, request.HttpContext.RequestAborted)));
    }

    private static async Task<IResult> GetActivities(Caller caller, IHistoryReader history, PortfolioShape shape, HttpRequest request)
    {
        var input = new QueryInput(request.Query);
        Page<ActivityView> page;
        try
        {
            page = await history.GetActivities(
                caller.Account, input.PageToken(MaxTokenLength), input.Int("limit", DefaultLimit, 1, MaxLimit), request.HttpContext.RequestAborted);
        }
        catch (ArgumentException)
        {
            // the one argument that only the reader can check
            throw new ProblemException(Problem.Malformed("page_token", "This is no page token."));
        }

        return Answer.Json(new ListJson<ActivityJson>([.. page.Items.Select(shape.Activity)], page.NextPageToken));
    }

    private static async Task<IResult> GetPositions(Caller caller, IGrainFactory grains, PortfolioShape shape) =>
        Answer.Json(new ListJson<PositionJson>(shape.Portfolio(await Portfolio(caller, grains)).Positions, null));

    private static async Task<IResult> GetPosition(string symbol, Caller caller, IGrainFactory grains, InstrumentCache instruments, PortfolioShape shape) =>
        Answer.Json(shape.Position(await Position(symbol, caller, grains, instruments)));

    /// <summary>Sells what is held, or buys back what is short, at market; never more than that. Open orders that could do the same stand in its way.</summary>
    private static async Task<IResult> ClosePosition(
        string symbol, Caller caller, IGrainFactory grains, InstrumentCache instruments, OrderDesk desk, HttpRequest request)
    {
        var cancels = new QueryInput(request.Query).OneOf("cancel_orders", "false", "true", "false") == "true";
        var position = await Position(symbol, caller, grains, instruments);
        if (cancels)
        {
            await desk.CancelAll(caller, position.Symbol, ClosingSide(position));
            position = await Position(symbol, caller, grains, instruments);
        }

        if (await desk.FindInTheWay(caller, position.Symbol, ClosingSide(position)) is { Count: > 0 } orders)
        {
            var ids = string.Join(", ", orders.Take(MaxNamed).Select(o => o.Id)) + (orders.Count > MaxNamed ? ", …" : "");
            throw new ProblemException(Problem.Refused(
                "held_by_orders", $"Open orders to {OrderNames.Of(ClosingSide(position))} {position.Symbol} stand in the way ({ids}): cancel them, or close with cancel_orders=true."));
        }

        var order = new OrderBody
        {
            Symbol = position.Symbol,
            Side = OrderNames.Of(ClosingSide(position)),
            Type = OrderNames.Of(OrderType.Market),
            TimeInForce = OrderNames.Of(TimeInForce.Ioc),
            Qty = Math.Abs(position.Quantity),
            ReduceOnly = true,
        };
        var (placed, _) = await desk.Place(caller, order, OrderEndpoints.IdempotencyKey(request));
        return Answer.Json(placed);
    }

    private static Side ClosingSide(PositionView position) => position.Quantity > 0 ? Side.Sell : Side.Buy;

    private static async Task<IResult> GetAccounts(Caller caller, IGrainFactory grains, PortfolioShape shape) =>
        Answer.Json(new ListJson<AccountJson>([shape.Account(await Portfolio(caller, grains))], null));

    private static async Task<IResult> GetAccount(string id, Caller caller, IGrainFactory grains, PortfolioShape shape) =>
        id == caller.Account
            ? Answer.Json(shape.Account(await Portfolio(caller, grains)))
            : Problem.NotFound("account_not_found", "You have no such account.").ToResult();

    private static Task<PortfolioView> Portfolio(Caller caller, IGrainFactory grains) => grains.GetGrain<IAccountGrain>(caller.Account).GetPortfolio();

    private static async Task<PositionView> Position(string symbol, Caller caller, IGrainFactory grains, InstrumentCache instruments)
    {
        var instrument = await instruments.Get(SymbolText.Unescape(symbol));
        var positions = instrument is null ? [] : (await Portfolio(caller, grains)).Positions;
        return positions.FirstOrDefault(p => p.Symbol == instrument?.Symbol && p.Quantity != 0)
            ?? throw new ProblemException(Problem.NotFound("position_not_found", "You have no position in this symbol."));
    }
}
