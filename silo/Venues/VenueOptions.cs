using System.ComponentModel.DataAnnotations;

namespace Bourse.Silo.Venues;

/// <summary>Whether a venue is used, and with whose money.</summary>
public enum VenueMode : byte { Off = 0, Paper = 1, Live = 2 }

/// <summary>Settings under <c>Venues:NAME</c>, for <c>alpaca</c> and <c>binance</c>.</summary>
public sealed class VenueOptions
{
    /// <value>Off by default; <c>Paper</c> is the broker's own test environment.</value>
    public VenueMode Mode { get; set; }

    /// <summary>Instruments that trade there from when they enter the catalogue: each a symbol of ours, or <c>SYMBOL:TICK:LOT</c>.</summary>
    public IList<string> Symbols { get; init; } = [];

    /// <value>Where requests go, in place of the broker's address for the mode.</value>
    public Uri? Address { get; set; }

    /// <value>Where the line is, likewise.</value>
    public Uri? Stream { get; set; }

    /// <summary>The key; from the environment or a file of secrets. Without one the keys that an operator has sealed count.</summary>
    public string? Key { get; set; }

    public string? Secret { get; set; }

    /// <value>Request weight a minute; by default a little less than the broker allows.</value>
    [Range(1, 1_000_000)]
    public int? WeightPerMinute { get; set; }
}
