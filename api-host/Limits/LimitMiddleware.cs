using System.Globalization;
using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Problems;

namespace Bourse.ApiHost.Limits;

/// <summary>Counts requests under <c>/api</c>, tells the caller where it stands, and answers 429 past the limit.</summary>
public sealed class LimitMiddleware(RequestDelegate next, RequestLimits limits)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/api"))
        {
            await next(context);
            return;
        }

        var address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        var isSignIn = context.Request.Path.StartsWithSegments("/api/v1/auth") && HttpMethods.IsPost(context.Request.Method);
        var use = isSignIn
            ? limits.Take(LimitKind.SignIns, address)
            : limits.Take(LimitKind.Requests, Caller.From(context.User)?.UserId ?? address);
        // Set when the answer starts, because an answer that ends in an exception is begun anew.
        context.Response.OnStarting(() =>
        {
            Tell(context.Response.Headers, use);
            return Task.CompletedTask;
        });
        await (use.Allowed ? next(context) : ProblemResult.Write(context, RequestLimits.Problem(use)));
    }

    private static void Tell(IHeaderDictionary headers, LimitUse use)
    {
        headers["X-RateLimit-Limit"] = use.Limit.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = use.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = use.ResetSeconds.ToString(CultureInfo.InvariantCulture);
    }
}
