using Bourse.GrainInterfaces.History;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bourse.ApiHost.Health;

/// <summary>Well when PostgreSQL answers. One question is under way at most: a frozen database is not asked again and again.</summary>
public sealed class DatabaseCheck(IHistoryReader history) : IHealthCheck
{
    private readonly Lock guard = new();
    private Task underWay = Task.CompletedTask;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await Ask().WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e)
        {
            return HealthCheckResult.Unhealthy($"PostgreSQL does not answer ({e.GetType().Name})");
        }
    }

    private Task Ask()
    {
        lock (guard)
        {
            return underWay.IsCompleted ? underWay = history.GetState(CancellationToken.None) : underWay;
        }
    }
}
