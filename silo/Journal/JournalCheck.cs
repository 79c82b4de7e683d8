using Bourse.Grains.Journal;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bourse.Silo.Journal;

/// <summary>Well while the journal takes appends: PostgreSQL commits, and the queue before it is not full.</summary>
internal sealed class JournalCheck(IJournal journal) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            journal.ThrowIfOverloaded();
            return Task.FromResult(HealthCheckResult.Healthy());
        }
        catch (JournalUnavailableException e)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy($"the journal takes nothing now: {e.Message}"));
        }
    }
}
