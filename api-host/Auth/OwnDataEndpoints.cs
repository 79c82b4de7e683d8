using System.Text.Json;
using Bourse.ApiHost.Accounts;
using Bourse.ApiHost.Audit;
using Bourse.ApiHost.Auth.Keys;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.History;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Auth;

/// <summary>What a user may ask of us about its data: all of it, and its end.</summary>
public static class OwnDataEndpoints
{
    private const int PageSize = 500;

    public static void MapOwnData(this IEndpointRouteBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("auth").RequireAuthorization().WithProblems(401, 403, 429, 503);
        auth.MapPost("/export", Export).Produces(StatusCodes.Status200OK, contentType: "application/x-ndjson").WithProblems(400);
        auth.MapPost("/erase", Erase).Produces(StatusCodes.Status204NoContent).WithProblems(400, 409);
    }

    /// <summary>Everything about the caller as lines of JSON, each with its <c>kind</c>: profile, session, portfolio, then every order and activity, newest first.</summary>
    private static async Task<IResult> Export(
        JsonBody<ReauthBody> body, Caller caller, SignIn signIn, IGrainFactory grains, IHistoryReader history, PortfolioShape portfolio, OrderShape orders,
        AuditTrail audit, HttpContext context)
    {
        await signIn.Reauthenticate(caller.UserId, body.Value.Password, body.Value.Code, ClientInfo.Of(context), context.RequestAborted);
        await audit.Write(context, "user.exported", caller.UserId);
        var user = grains.GetGrain<IUserGrain>(caller.UserId);
        var profile = (await user.Get())!;
        return Results.Stream(
            async output =>
            {
                await Line("profile", new MeJson(profile.Id, profile.Email, profile.Username, profile.Roles, profile.CreatedAt));
                foreach (var s in await user.GetSessions())
                {
                    await Line("session", new SessionJson(s.Id, s.StartedAt, s.UsedAt, s.ExpiresAt, s.Address, s.Agent, s.Id == caller.SessionId));
                }

                await Line("portfolio", portfolio.Portfolio(await grains.GetGrain<IAccountGrain>(caller.Account).GetPortfolio()));
                string? token = null;
                do
                {
                    var page = await history.GetOrders(
                        new OrderQuery(caller.Account, null, null, null, PageSize, Ascending: false, token), context.RequestAborted);
                    foreach (var order in page.Items)
                    {
                        await Line("order", orders.Order(order));
                    }

                    token = page.NextPageToken;
                }
                while (token is not null);
                do
                {
                    var page = await history.GetActivities(caller.Account, token, PageSize, context.RequestAborted);
                    foreach (var activity in page.Items)
                    {
                        await Line("activity", portfolio.Activity(activity));
                    }

                    token = page.NextPageToken;
                }
                while (token is not null);

                async Task Line<T>(string kind, T value)
                {
                    await output.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new { kind, value }, WireFormat.Options), context.RequestAborted);
                    await output.WriteAsync("\n"u8.ToArray(), context.RequestAborted);
                }
            },
            "application/x-ndjson");
    }

    /// <summary>
    /// Forgets who the caller was. What the account did stays, under an id that leads to nobody, because others' trades and the books' sums hang on it; so
    /// there must be nothing open in it.
    /// </summary>
    private static async Task<IResult> Erase(
        JsonBody<ReauthBody> body, Caller caller, SignIn signIn, IGrainFactory grains, LiveSessions live, ApiKeys keys, AuditTrail audit, HttpContext context)
    {
        await signIn.Reauthenticate(caller.UserId, body.Value.Password, body.Value.Code, ClientInfo.Of(context), context.RequestAborted);
        var account = grains.GetGrain<IAccountGrain>(caller.Account);
        if ((await account.GetOpenOrders()).Count > 0 || (await account.GetPortfolio()).Positions.Any(p => p.Quantity != 0))
        {
            return new Problem(StatusCodes.Status409Conflict, "account_not_flat", "Cancel your orders and close your positions first.").ToResult();
        }

        var user = grains.GetGrain<IUserGrain>(caller.UserId);
        var profile = (await user.Get())!;
        await audit.Write(context, "user.erased", caller.UserId);
        foreach (var key in await user.GetKeys())
        {
            await grains.GetGrain<IApiKeyGrain>(key).Revoke();
            keys.Forget(key);
        }

        await user.Erase();
        await grains.GetGrain<IUserNameGrain>(IUserNameGrain.ForEmail(profile.Email)).Release(caller.UserId);
        await grains.GetGrain<IUserNameGrain>(IUserNameGrain.ForUsername(profile.Username)).Release(caller.UserId);
        live.Forget(caller.UserId);
        return TypedResults.NoContent();
    }
}
