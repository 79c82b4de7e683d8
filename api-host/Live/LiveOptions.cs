using System.ComponentModel.DataAnnotations;

namespace Bourse.ApiHost.Live;

/// <summary>Settings under <c>Live</c>: the bounds of live connections, those of the hub and those of the plain stream together.</summary>
public sealed class LiveOptions
{
    /// <value>How many symbols one connection may watch; 2,000 by default.</value>
    [Range(1, 100_000)]
    public int MaxSymbolsPerConnection { get; set; } = 2_000;

    /// <value>How many depths and bars one connection may watch; 50 by default.</value>
    [Range(1, 10_000)]
    public int MaxDepthsPerConnection { get; set; } = 50;

    /// <value>How many symbols one user may watch over all connections at this front end; 50,000 by default.</value>
    [Range(1, 10_000_000)]
    public int MaxSymbolsPerUser { get; set; } = 50_000;

    /// <value>How many connections one user may have at this front end; 1,000 by default.</value>
    [Range(1, 1_000_000)]
    public int MaxConnectionsPerUser { get; set; } = 1_000;

    /// <value>How many connections without a sign-in this front end takes; 20,000 by default.</value>
    [Range(0, 1_000_000)]
    public int MaxAnonymousConnections { get; set; } = 20_000;

    /// <value>Time between two price updates to a connection that did not ask for another, ms; 100 by default.</value>
    [Range(QuoteInterval.MinMs, QuoteInterval.MaxMs)]
    public int DefaultIntervalMs { get; set; } = 100;

    /// <value>How long a connection may take nothing of what it is sent before it is ended; 2 minutes by default.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <value>How many connections a second are told to go elsewhere when this front end stops; 1,000 by default.</value>
    [Range(1, 1_000_000)]
    public int DrainPerSecond { get; set; } = 1_000;

    /// <value>How long that takes at most, whatever their number; 15 s by default.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan MaxDrain { get; set; } = TimeSpan.FromSeconds(15);
}

/// <summary>Bounds of the time between two price updates to a connection.</summary>
public static class QuoteInterval
{
    public const int MinMs = 20;
    public const int MaxMs = 5_000;
}
