using System.Reflection;
using System.Security.Claims;
using Bourse.ApiHost.Problems;

namespace Bourse.ApiHost.Auth;

/// <summary>Who asks. The account of a user has the user's id.</summary>
public sealed record Caller(string UserId)
{
    public string Account => UserId;

    /// <summary>The name that its rate limit is counted under.</summary>
    public string CountedAs => "user:" + UserId;

    public static Caller? From(ClaimsPrincipal? user) =>
        user?.FindFirstValue(ClaimTypes.NameIdentifier) is { } id ? new Caller(id) : null;

    /// <summary>For endpoints that need a sign-in; without one the answer is 401.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext context, ParameterInfo parameter) =>
        From(context.User) is { } caller
            ? ValueTask.FromResult(caller)
            : throw new ProblemException(ProblemMap.OfStatus(StatusCodes.Status401Unauthorized));
}
