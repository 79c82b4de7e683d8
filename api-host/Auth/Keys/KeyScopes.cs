using Bourse.ApiHost.Problems;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Auth.Keys;

/// <summary>
/// What an API key may do: <c>read</c> and <c>trade</c> on its user's account, and what its user's roles allow where the key names the role. A key never
/// touches its user's sign-in.
/// </summary>
public static class KeyScopes
{
    public const string Read = "read";
    public const string Trade = "trade";

    /// <summary>Every scope that there is.</summary>
    public static IReadOnlySet<string> All { get; } =
        new HashSet<string>(StringComparer.Ordinal) { Read, Trade, Roles.RiskOfficer, Roles.Operator, Roles.Feed, Roles.Service };

    private static readonly string[] s_ofStaff = ["/api/v1/admin", "/api/v1/risk", "/api/v1/market"];

    /// <summary>Answers 403 to a key that goes beyond its scopes; to stand after authentication.</summary>
    public static void UseKeyScopes(this IApplicationBuilder app) => app.Use((context, next) =>
        Caller.From(context.User)?.KeyId is null || Allows(context)
            ? next(context)
            : ProblemResult.Write(context, new Problem(StatusCodes.Status403Forbidden, "scope", "The API key's scopes do not allow this.")));

    /// <summary>Whether a caller may place orders; always without a key.</summary>
    public static bool MayTrade(Caller caller, System.Security.Claims.ClaimsPrincipal? user) =>
        caller.KeyId is null || user!.HasClaim(Caller.ScopeClaim, Trade);

    private static bool Allows(HttpContext context)
    {
        var (path, user) = (context.Request.Path, context.User);
        var reads = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (path.StartsWithSegments("/api/v1/auth"))
        {
            return reads && path == "/api/v1/auth/me";
        }

        // Where roles decide, the key's claims hold only the roles that it names.
        return reads ? user.HasClaim(Caller.ScopeClaim, Read) : s_ofStaff.Any(staff => path.StartsWithSegments(staff)) || user.HasClaim(Caller.ScopeClaim, Trade);
    }
}
