using System.Globalization;
using System.Text.Json;
using Bourse.ApiHost.Wire;

namespace Bourse.ApiHost.Problems;

/// <summary>Writes a problem as the answer.</summary>
public sealed class ProblemResult(Problem problem) : IResult
{
    private const string ContentType = "application/problem+json";

    public Task ExecuteAsync(HttpContext httpContext) => Write(httpContext, problem);

    public static async Task Write(HttpContext context, Problem problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        await response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(problem, WireFormat.Options), context.RequestAborted);
    }
}

/// <summary>Problems as results.</summary>
public static class ProblemResults
{
    public static IResult ToResult(this Problem problem) => new ProblemResult(problem);
}
