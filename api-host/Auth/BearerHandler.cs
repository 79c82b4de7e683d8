using System.Security.Claims;
using System.Text.Encodings.Web;
using Bourse.ApiHost.Auth.Keys;
using Bourse.ApiHost.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Auth;

/// <summary>Signs requests in by an API key (<see cref="KeySignIn"/>) or by <c>Authorization: Bearer</c>; on the hub's address by the query's <c>access_token</c> too, which browsers need for sockets, and on the dashboard's by that or a cookie, which its files need.</summary>
public sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessTokens tokens, LiveSessions sessions, KeySignIn keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";
    public const string DashboardPath = "/dashboard";
    public const string DashboardCookie = "bourse_dashboard";
    private const string Prefix = "Bearer ";

    /// <summary>Whether the request brings a token or a key, good or bad.</summary>
    public static bool HasToken(HttpContext context) => TokenOf(context.Request) is not null || KeySignIn.IsAsked(context.Request);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (KeySignIn.IsAsked(Request))
        {
            return await keys.SignIn(Context, SchemeName) is { } identity
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName))
                : AuthenticateResult.Fail("The API key is not in force.");
        }

        if (TokenOf(Request) is not { } text)
        {
            return AuthenticateResult.NoResult();
        }

        if (await tokens.Read(text) is not { } token)
        {
            return AuthenticateResult.Fail("The access token is not in force.");
        }

        if (await sessions.Roles(token.UserId, token.SessionId) is not { } roles)
        {
            return AuthenticateResult.Fail("The session has ended.");
        }

        var claims = new List<Claim>
        {
            new(ClaimTypes.NameIdentifier, token.UserId), new(ClaimTypes.Name, token.Username), new(Caller.SessionClaim, token.SessionId),
        };
        claims.AddRange(roles.Select(role => new Claim(ClaimTypes.Role, role)));
        var properties = new AuthenticationProperties { ExpiresUtc = token.ExpiresAt };
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, SchemeName)), properties, SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = HasToken(Context) ? "Bearer error=\"invalid_token\"" : "Bearer";
        return ProblemResult.Write(Context, ProblemMap.OfStatus(StatusCodes.Status401Unauthorized));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ProblemResult.Write(Context, ProblemMap.OfStatus(StatusCodes.Status403Forbidden));

    private static string? TokenOf(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            return header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? header[Prefix.Length..].Trim() : "";
        }

        var isDashboard = request.Path.StartsWithSegments(DashboardPath);
        var query = isDashboard || request.Path.StartsWithSegments("/hubs") ? request.Query["access_token"].ToString() : "";
        return query.Length > 0 ? query : isDashboard ? request.Cookies[DashboardCookie] : null;
    }
}
