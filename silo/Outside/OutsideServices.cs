using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bourse.Silo.Outside;

/// <summary>
/// The outside services that this process uses. As a health check they are well, or degraded with each service's state in the text: without one of them the
/// platform still serves.
/// </summary>
public sealed class OutsideServices : IHealthCheck, IDisposable
{
    private readonly ConcurrentDictionary<string, OutsideHealth> _services = new(StringComparer.Ordinal);
    private readonly OutsideMeter _meter;

    public OutsideServices() => _meter = new OutsideMeter(() => _services.Values);

    /// <summary>The service of a name, from now on among those looked at.</summary>
    public OutsideHealth Of(string name) => _services.GetOrAdd(name, static (n, meter) => new OutsideHealth(n, meter), _meter);

    /// <summary>One that nothing depends on: not among those looked at.</summary>
    public OutsideHealth Apart(string name) => new(name, _meter);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var services = _services.Values.OrderBy(s => s.Name, StringComparer.Ordinal).ToList();
        return Task.FromResult(services.All(s => s.IsUp)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded(string.Join("; ", services.Select(s => $"{s.Name}: {s.Text}"))));
    }

    public void Dispose() => _meter.Dispose();
}
