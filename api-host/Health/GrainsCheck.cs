using Bourse.GrainInterfaces.Instruments;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bourse.ApiHost.Health;

/// <summary>Well when a grain answers: the silo is up and this front end reaches it.</summary>
public sealed class GrainsCheck(IGrainFactory grains) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await grains.GetGrain<ICatalogueGrain>("catalogue").GetChanges(long.MaxValue).WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e)
        {
            return HealthCheckResult.Unhealthy($"no grain answers ({e.GetType().Name})");
        }
    }
}
