using Bourse.ApiHost.Auth;
using Bourse.GrainInterfaces.Users;
using Orleans.Dashboard;

namespace Bourse.ApiHost;

public static partial class FrontEnd
{
    /// <summary>What the cluster does, for operators. A browser comes with <c>?access_token=</c>, which turns into a cookie for this address alone.</summary>
    static partial void MapDashboard(WebApplication app)
    {
        if (!app.Configuration.GetValue("Cluster:Dashboard", true))
        {
            return;
        }

        app.MapOrleansDashboard(BearerHandler.DashboardPath)
            .RequireAuthorization(policy => policy.RequireRole(Roles.Operator))
            .ExcludeFromDescription()
            .AddEndpointFilter(async (context, next) => TakeToken(context.HttpContext) ?? await next(context));
    }

    private static IResult? TakeToken(HttpContext http)
    {
        if (http.Request.Query["access_token"] is not [{ Length: > 0 } token])
        {
            return null;
        }

        http.Response.Cookies.Append(BearerHandler.DashboardCookie, token, new CookieOptions
        {
            HttpOnly = true,
            Secure = http.Request.IsHttps,
            SameSite = SameSiteMode.Strict,
            Path = BearerHandler.DashboardPath,
        });
        return Results.LocalRedirect($"{BearerHandler.DashboardPath}/");
    }
}
