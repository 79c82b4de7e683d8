using System.Text.Json;
using Bourse.ApiHost.Accounts;
using Bourse.ApiHost.Admin;
using Bourse.ApiHost.Audit;
using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Risk;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Risk;

/// <summary><c>/api/v1/risk</c>: limits and kill switches. Traders see what concerns them; risk officers and operators see and set all.</summary>
public static class RiskEndpoints
{
    private const decimal MaxBound = 1_000_000_000_000_000m;
    private const int MaxOpenOrders = 100_000;

    public static void MapRisk(this IEndpointRouteBuilder api)
    {
        var risk = api.MapGroup("/risk").WithTags("risk").RequireAuthorization().WithProblems(401, 403, 429, 503);
        risk.MapGet("/limits", GetLimits).Produces<LimitsJson>().WithQuery(("account_id", "for risk officers and operators: whose; the caller's own by default"));
        risk.MapPut("/limits", SetLimits).Produces<LimitsJson>().WithProblems(400, 404)
            .RequireAuthorization(policy => policy.RequireRole(Roles.RiskOfficer, Roles.Operator));
        risk.MapGet("/kill-switch", GetSwitches).Produces<ListJson<KillSwitchJson>>();
        risk.MapPost("/kill-switch", SetSwitch).Produces<KillSwitchJson>().WithProblems(400, 404, 422)
            .RequireAuthorization(policy => policy.RequireRole(Roles.RiskOfficer, Roles.Operator));
    }

    private static async Task<IResult> GetLimits(Caller caller, IGrainFactory grains, HttpContext context)
    {
        var account = new QueryInput(context.Request.Query).Text("account_id", AccountIds.MaxLength) ?? caller.Account;
        if (account != caller.Account && !IsStaff(context))
        {
            return ProblemMap.OfStatus(StatusCodes.Status403Forbidden).ToResult();
        }

        await AccountIds.ThrowUnlessKnown(grains, account);
        return Answer.Json(Shape(account, await grains.GetGrain<IRiskLimitGrain>(account).Get()));
    }

    private static async Task<IResult> SetLimits(
        JsonBody<LimitsBody> body, Caller caller, IGrainFactory grains, AuditTrail audit, HttpContext context)
    {
        var wish = body.Value;
        var account = wish.AccountId ?? caller.Account;
        var reason = new ReasonBody(wish.Reason).Required();
        await AccountIds.ThrowUnlessKnown(grains, account);
        var owner = grains.GetGrain<IRiskLimitGrain>(account);
        var now = await owner.Get();
        var wanted = now with
        {
            MaxOrderQuantity = Bound(wish.MaxOrderQty, "max_order_qty") ?? now.MaxOrderQuantity,
            MaxOrderNotional = Bound(wish.MaxNotional, "max_notional") ?? now.MaxOrderNotional,
            MaxPosition = Bound(wish.MaxPosition, "max_position") ?? now.MaxPosition,
            MaxOpenOrders = (int?)Bound(wish.MaxOpenOrders, "max_open_orders", MaxOpenOrders) ?? now.MaxOpenOrders,
            AllowShort = wish.AllowShort ?? now.AllowShort,
        };
        await audit.Write(context, "risk.limits_set", account, reason, JsonSerializer.Serialize(Shape(account, wanted), WireFormat.Options));
        var set = await owner.Set(wanted, caller.UserId, reason);
        return Answer.Json(Shape(account, set));
    }

    private static async Task<IResult> GetSwitches(Caller caller, IGrainFactory grains, HttpContext context)
    {
        var isStaff = IsStaff(context);
        var board = await grains.GetGrain<IKillSwitchGrain>(IKillSwitchGrain.Key).Get(-1);
        return Answer.Json(new ListJson<KillSwitchJson>(
            [.. (board.Switches ?? []).Where(s => isStaff || s.Scope != SwitchScope.Account || s.Id == caller.Account).Select(s => Shape(s, isStaff))], null));
    }

    private static async Task<IResult> SetSwitch(
        JsonBody<KillSwitchBody> body, Caller caller, IGrainFactory grains, InstrumentCache instruments, AuditTrail audit, HttpContext context)
    {
        var wish = body.Value;
        var (scope, state, reason) = (RiskNames.Scope(wish.Scope), RiskNames.State(wish.State), new ReasonBody(wish.Reason).Required());
        var id = scope switch
        {
            SwitchScope.Global when wish.Id is not null => throw new ProblemException(Problem.Malformed("id", "A global switch has no id.")),
            SwitchScope.Global => "",
            _ when string.IsNullOrEmpty(wish.Id) => throw new ProblemException(Problem.Malformed("id", "id is missing.")),
            SwitchScope.Symbol => (await instruments.Get(wish.Id))?.Symbol ?? throw new ProblemException(Problem.NotFound("unknown_symbol", "There is no such symbol.")),
            _ => wish.Id,
        };
        if (scope == SwitchScope.Account)
        {
            await AccountIds.ThrowUnlessKnown(grains, id);
        }

        var details = wish.CancelOrders == true ? $"{wish.State}, orders cancelled" : wish.State!;
        await audit.Write(context, "kill_switch.set", id.Length == 0 ? "global" : id, reason, details);
        try
        {
            var set = await grains.GetGrain<IKillSwitchGrain>(IKillSwitchGrain.Key).Set(
                new SetSwitch(scope, id, state, reason, caller.UserId, wish.CancelOrders ?? false));
            return Answer.Json(Shape(set, isStaff: true));
        }
        catch (ArgumentException full)
        {
            return Problem.Refused("too_many_switches", full.Message).ToResult();
        }
    }

    private static bool IsStaff(HttpContext context) => context.User.IsInRole(Roles.RiskOfficer) || context.User.IsInRole(Roles.Operator);

    private static LimitsJson Shape(string account, LimitsView limits) => new(
        account,
        limits.Version,
        PortfolioShape.Money(limits.MaxOrderQuantity),
        PortfolioShape.Money(limits.MaxOrderNotional),
        PortfolioShape.Money(limits.MaxPosition),
        limits.MaxOpenOrders,
        limits.AllowShort);

    private static KillSwitchJson Shape(SwitchView view, bool isStaff) => new(
        RiskNames.Of(view.Scope), RiskNames.Id(view), RiskNames.Of(view.State), view.Reason, view.At, view.Canceling, isStaff ? view.By : null);

    private static decimal? Bound(decimal? value, string field, decimal max = MaxBound) => value is < 0 || value > max
        ? throw new ProblemException(Problem.Malformed(field, $"{field} is to be 0 to {max}."))
        : value;
}
