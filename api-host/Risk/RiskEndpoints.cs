using System.Text.Json;
using Bourse.ApiHost.Accounts;
using Bourse.ApiHost.Admin;
using Bourse.ApiHost.Audit;
using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Risk;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Risk;

/// <summary><c>/api/v1/risk</c>: limits and kill switches. Traders see what concerns them; risk officers and operators see and set all.</summary>
public static class RiskEndpoints
{
    public static void MapRisk(this IEndpointRouteBuilder api)
    {
        var risk = api.MapGroup("/risk").WithTags("risk").RequireAuthorization().WithProblems(401, 403, 429, 503);
        risk.MapGet("/limits", GetLimits).Produces<LimitsJson>().WithQuery(("account_id", "for risk officers and operators: whose; the caller's own by default"));
        risk.MapPut("/limits", SetLimits).Produces<LimitsJson>().WithProblems(400, 404)
            .RequireAuthorization(policy => policy.RequireRole(Roles.RiskOfficer, Roles.Operator));
        risk.MapGet("/restricted", GetRestricted).Produces<ListJson<RestrictedJson>>()
            .RequireAuthorization(policy => policy.RequireRole(Roles.RiskOfficer, Roles.Operator));
        risk.MapPut("/restricted", SetRestricted).Produces<RestrictedJson>().WithProblems(400, 404, 422)
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
        return Answer.Json(LimitsShape.Write(account, await grains.GetGrain<IRiskLimitGrain>(account).Get()));
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
        var wanted = LimitsShape.Change(now, wish);
        await audit.Write(context, "risk.limits_set", account, reason, JsonSerializer.Serialize(LimitsShape.Write(account, wanted), WireFormat.Options));
        var set = await owner.Set(wanted, caller.UserId, reason);
        return Answer.Json(LimitsShape.Write(account, set));
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

    private static async Task<IResult> GetRestricted(IGrainFactory grains)
    {
        var board = await grains.GetGrain<IKillSwitchGrain>(IKillSwitchGrain.Key).Get(-1);
        return Answer.Json(new ListJson<RestrictedJson>([.. (board.Restricted ?? []).Select(Shape)], null));
    }

    private static async Task<IResult> SetRestricted(
        JsonBody<RestrictedBody> body, Caller caller, IGrainFactory grains, InstrumentCache instruments, AuditTrail audit, HttpContext context)
    {
        var reason = new ReasonBody(body.Value.Reason).Required();
        var symbols = new List<string>();
        foreach (var name in body.Value.Symbols ?? throw new ProblemException(Problem.Malformed("symbols", "symbols is missing.")))
        {
            symbols.Add((await instruments.Get(name))?.Symbol ?? throw new ProblemException(Problem.NotFound("unknown_symbol", "There is no such symbol.")));
        }

        if (new AccountRules(UserClass: body.Value.UserClass ?? "").FindFault() is not null)
        {
            throw new ProblemException(Problem.Malformed("user_class", "user_class is 1 to 32 lower-case letters and underscores."));
        }

        await audit.Write(context, "risk.restricted", body.Value.UserClass!, reason, string.Join(' ', symbols));
        try
        {
            var set = await grains.GetGrain<IKillSwitchGrain>(IKillSwitchGrain.Key).Restrict(
                new RestrictSymbols(body.Value.UserClass!, [.. symbols.Distinct()], reason, caller.UserId));
            return Answer.Json(Shape(set));
        }
        catch (ArgumentException full)
        {
            return Problem.Refused("too_many_restricted", full.Message).ToResult();
        }
    }

    private static RestrictedJson Shape(RestrictedList list) => new(list.UserClass, list.Symbols, list.Reason, list.By, list.At);

    private static bool IsStaff(HttpContext context) => context.User.IsInRole(Roles.RiskOfficer) || context.User.IsInRole(Roles.Operator);

    private static KillSwitchJson Shape(SwitchView view, bool isStaff) => new(
        RiskNames.Of(view.Scope), RiskNames.Id(view), RiskNames.Of(view.State), view.Reason, view.At, view.Canceling, isStaff ? view.By : null);
}
