using Bourse.GrainInterfaces.History;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bourse.ApiHost.Health;

/// <summary>Well when PostgreSQL answers.</summary>
public sealed class DatabaseCheck(IHistoryReader history) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await history.GetState(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"PostgreSQL does not answer ({e.GetType().Name})");
        }
    }
}
