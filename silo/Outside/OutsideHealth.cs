
namespace Bourse.Silo.Outside;

/// <summary>How one outside service does, for health checks and metrics. Safe for any thread.</summary>
/// <param name="name">The service's: <c>binance</c>. A label of the metrics.</param>
public sealed class OutsideHealth(string name, OutsideMeter meter)
{
    private readonly KeyValuePair<string, object?> _label = new("service", name);
    private volatile string? _fault;
    private volatile bool _circuitOpen;
    private volatile bool _lineDown;

    public string Name => name;

    /// <summary>Whether requests are let through and the line, where there is one, stands.</summary>
    public bool IsUp => !_circuitOpen && !_lineDown;

    /// <summary><c>ok</c>, or what is wrong.</summary>
    public string Text => IsUp ? "ok" : $"{(_circuitOpen ? "circuit open" : "not connected")} ({_fault ?? "not yet"})";

    /// <summary>A request was answered.</summary>
    public void Answered(TimeSpan after)
    {
        meter.Requests.Add(1, _label, new("outcome", "answered"));
        meter.Duration.Record(after.TotalMilliseconds, _label);
    }

    /// <summary>A request had no answer.</summary>
    public void Failed(string why)
    {
        _fault = why;
        meter.Requests.Add(1, _label, new("outcome", "failed"));
    }

    public void Opened()
    {
        _circuitOpen = true;
        meter.CircuitOpenings.Add(1, _label);
    }

    public void Closed() => _circuitOpen = false;

    /// <summary>The line is not there yet, or no longer.</summary>
    public void LineDown(string? why)
    {
        _lineDown = true;
        if (why is not null)
        {
            _fault = why;
            meter.LineLosses.Add(1, _label);
        }
    }

    public void LineUp() => _lineDown = false;

    /// <summary>A message could not be understood and was passed over.</summary>
    public void Garbled() => meter.Garbled.Add(1, _label);

    /// <summary>Numbered differences had a gap: the snapshot is asked for again.</summary>
    public void Gap() => meter.Gaps.Add(1, _label);
}
