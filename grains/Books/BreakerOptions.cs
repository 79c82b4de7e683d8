using System.ComponentModel.DataAnnotations;

namespace Bourse.Grains.Books;

/// <summary>Each symbol's circuit breaker: a price band about a moving reference, after the US Limit Up-Limit Down plan.</summary>
public sealed class BreakerOptions
{
    /// <summary>How far from the reference a symbol trades, in percent of it.</summary>
    /// <value>Default 0: no band. 0 to 99.</value>
    [Range(0, 99)]
    public double BandPercent { get; set; }

    /// <summary>How long a trade at the band halts the symbol before an auction reopens it.</summary>
    /// <value>Default 300 s; 1 s to 1 day.</value>
    [Range(1, 86_400)]
    public int PauseSeconds { get; set; } = 300;

    /// <summary>The reference is the mean price of the trades of so long.</summary>
    /// <value>Default 300 s; 1 s to 1 h.</value>
    [Range(1, 3_600)]
    public int ReferenceSeconds { get; set; } = 300;
}
