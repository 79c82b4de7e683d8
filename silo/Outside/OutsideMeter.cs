using System.Diagnostics.Metrics;

namespace Bourse.Silo.Outside;

/// <summary>Figures of the outside services, on the meter <c>Bourse</c>; the label <c>service</c> tells which.</summary>
public sealed class OutsideMeter : IDisposable
{
    private readonly Meter _meter = new("Bourse");

    public OutsideMeter(Func<IEnumerable<OutsideHealth>> services)
    {
        Requests = _meter.CreateCounter<long>("bourse.outside.requests", description: "HTTP requests, repetitions counted as one, by outcome");
        Duration = _meter.CreateHistogram<double>("bourse.outside.request.duration", "ms", "From asking to the answer, waits for the budget and repetitions included");
        CircuitOpenings = _meter.CreateCounter<long>("bourse.outside.circuit.openings", description: "How often a circuit breaker opened");
        LineLosses = _meter.CreateCounter<long>("bourse.outside.line.losses", description: "WebSocket lines lost or not had");
        Garbled = _meter.CreateCounter<long>("bourse.outside.garbled", description: "Messages that could not be understood");
        Gaps = _meter.CreateCounter<long>("bourse.outside.gaps", description: "Gaps in numbered differences");
        _meter.CreateObservableGauge(
            "bourse.outside.up",
            () => services().Select(s => new Measurement<int>(s.IsUp ? 1 : 0, new KeyValuePair<string, object?>("service", s.Name))),
            description: "1 while the service can be used");
    }

    internal Counter<long> Requests { get; }

    internal Histogram<double> Duration { get; }

    internal Counter<long> CircuitOpenings { get; }

    internal Counter<long> LineLosses { get; }

    internal Counter<long> Garbled { get; }

    internal Counter<long> Gaps { get; }

    public void Dispose() => _meter.Dispose();
}
