using Bourse.Grains.Instruments;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Bourse.Silo.MarketData;

/// <summary>Well once the simulator has listed its symbols, for a moment after a first start: nobody could trade before. No other source's symbols are waited for, which may come late or never.</summary>
internal sealed class MarketDataCheck(IOptions<MarketDataOptions> options, InstrumentCatalogue catalogue) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        options.Value.Source == MarketDataKind.Simulator && catalogue.IsEmpty
            ? HealthCheckResult.Unhealthy("the simulator has not listed its symbols yet")
            : HealthCheckResult.Healthy());
}
