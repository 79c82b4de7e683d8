using System.ComponentModel.DataAnnotations;

namespace Bourse.ApiHost.Live;

/// <summary>Settings under <c>Live</c>: the bounds of the hub.</summary>
public sealed class LiveOptions
{
    /// <value>How many symbols one connection may watch; 2,000 by default.</value>
    [Range(1, 100_000)]
    public int MaxSymbolsPerConnection { get; set; } = 2_000;

    /// <value>Of how many symbols one connection may watch the depth; 50 by default.</value>
    [Range(1, 10_000)]
    public int MaxDepthsPerConnection { get; set; } = 50;

    /// <value>How many connections one user may have at this front end; 1,000 by default.</value>
    [Range(1, 1_000_000)]
    public int MaxConnectionsPerUser { get; set; } = 1_000;

    /// <value>How many connections without a sign-in this front end takes; 20,000 by default.</value>
    [Range(0, 1_000_000)]
    public int MaxAnonymousConnections { get; set; } = 20_000;

    /// <value>Time between two price updates to a connection that did not ask for another, ms; 100 by default.</value>
    [Range(QuoteInterval.MinMs, QuoteInterval.MaxMs)]
    public int DefaultIntervalMs { get; set; } = 100;
}

/// <summary>Bounds of the time between two price updates to a connection.</summary>
public static class QuoteInterval
{
    public const int MinMs = 20;
    public const int MaxMs = 5_000;
}
