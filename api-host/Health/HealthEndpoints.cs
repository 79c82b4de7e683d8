using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bourse.ApiHost.Health;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it can serve, because every check with the tag <see cref="Ready"/> is well or only
/// degraded (the silo's room adds its own); each says what is wrong.
/// </summary>
public static class HealthEndpoints
{
    public const string Ready = "ready";

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").WithTags("health");
        health.MapGet("/live", () => Answer.Json(new HealthJson("live", null)));
        health.MapGet("/ready", GetReady).Produces<HealthJson>().Produces<HealthJson>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> GetReady(HealthCheckService checks, HttpResponse response, CancellationToken cancellation)
    {
        var report = await checks.CheckHealthAsync(check => check.Tags.Contains(Ready), cancellation);
        var byName = report.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Status == HealthStatus.Healthy ? "ok" : entry.Value.Description ?? "down");
        var isReady = report.Status != HealthStatus.Unhealthy;
        response.Headers.CacheControl = "no-store";
        return Answer.Json(
            new HealthJson(isReady ? "ready" : "not_ready", byName), isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

/// <summary>How the process is.</summary>
public sealed record HealthJson(string Status, IReadOnlyDictionary<string, string>? Checks);
