using System.Reflection;
using System.Security.Claims;
using Bourse.ApiHost.Problems;

namespace Bourse.ApiHost.Auth;

/// <summary>Who asks. The account of a user has the user's id.</summary>
/// <param name="SessionId">The sign-in; null with an API key.</param>
/// <param name="KeyId">The API key; null with a sign-in.</param>
public sealed record Caller(string UserId, string? SessionId = null, string? KeyId = null)
{
    /// <summary>The claims that name the session and the key.</summary>
    public const string SessionClaim = "sid";
    public const string KeyClaim = "key";
    public const string ScopeClaim = "scope";

    public string Account => UserId;

    /// <summary>The name that its rate limit is counted under.</summary>
    public string CountedAs { get; } = KeyId is null ? "user:" + UserId : "key:" + KeyId;

    public static Caller? From(ClaimsPrincipal? user) =>
        user?.FindFirstValue(ClaimTypes.NameIdentifier) is { } id
            ? new Caller(id, user.FindFirstValue(SessionClaim), user.FindFirstValue(KeyClaim))
            : null;

    /// <summary>For endpoints that need a sign-in; without one the answer is 401.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext context, ParameterInfo parameter) =>
        From(context.User) is { } caller
            ? ValueTask.FromResult(caller)
            : throw new ProblemException(ProblemMap.OfStatus(StatusCodes.Status401Unauthorized));
}
