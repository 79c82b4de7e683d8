using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Problems;

namespace Bourse.ApiHost.Limits;

/// <summary>Counts requests under <c>/api</c>, tells the caller where it stands, and answers 429 past the limit.</summary>
public sealed class LimitMiddleware(RequestDelegate next, RequestLimits limits)
{
    private const int NetworkBytes = 8;

    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/api"))
        {
            await next(context);
            return;
        }

        var kind = KindOf(context.Request);
        var use = await limits.Take(kind, kind == LimitKind.Requests && Caller.From(context.User) is { } caller ? caller.CountedAs : Address(context));
        // Set when the answer starts, because an answer that ends in an exception is begun anew.
        context.Response.OnStarting(() =>
        {
            Tell(context.Response.Headers, use);
            return Task.CompletedTask;
        });
        await (use.Allowed ? next(context) : ProblemResult.Write(context, RequestLimits.Problem(use)));
    }

    /// <summary>How an address is counted: of version 6 the network, because whoever has one has all its addresses.</summary>
    public static string Address(IPAddress? address) => "address:" + address switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => new IPAddress([.. address.GetAddressBytes().Take(NetworkBytes), .. new byte[NetworkBytes]]) + "/64",
        _ => address.ToString(),
    };

    private static string Address(HttpContext context) => Address(context.Connection.RemoteIpAddress);

    private static LimitKind KindOf(HttpRequest request) =>
        !HttpMethods.IsPost(request.Method) ? LimitKind.Requests
        : request.Path.StartsWithSegments("/api/v1/auth/register") ? LimitKind.SignUps
        : request.Path.StartsWithSegments("/api/v1/auth/login") || request.Path.StartsWithSegments("/api/v1/auth/refresh")
            || request.Path.StartsWithSegments("/api/v1/auth/logout") ? LimitKind.SignIns
        : LimitKind.Requests;

    private static void Tell(IHeaderDictionary headers, LimitUse use)
    {
        headers["X-RateLimit-Limit"] = use.Limit.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = use.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = use.ResetSeconds.ToString(CultureInfo.InvariantCulture);
    }
}
