using System.ComponentModel.DataAnnotations;
using Bourse.Domain.Anomalies;

namespace Bourse.Grains.Breakers;

/// <summary>The circuit breakers: each symbol's price band, after the US Limit Up-Limit Down plan, the watch for anomalies, and the market-wide one.</summary>
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

    /// <summary>For how long after its market opens a symbol collects orders, before an auction opens it. Markets that never close have no opening.</summary>
    /// <value>Default 0 s: it trades at once. 0 s to 1 h.</value>
    [Range(0, 3_600)]
    public int OpeningSeconds { get; set; }

    /// <summary>What an anomaly of a symbol's price or order flow leads to.</summary>
    /// <value>Default <see cref="AnomalyAction.Off"/>: nobody looks.</value>
    [EnumDataType(typeof(AnomalyAction))]
    public AnomalyAction Anomalies { get; set; }

    /// <summary>How many seconds of a symbol are looked at before one is judged.</summary>
    /// <value>Default 60 s; 5 s to 300 s.</value>
    [Range(5, SymbolWatch.Window)]
    public int AnomalyWarmUpSeconds { get; set; } = SymbolWatch.DefaultMinimum;

    /// <summary>The symbols whose mean change since the day began is the index of the market-wide breaker.</summary>
    /// <value>Default none: there is no such breaker. At most 500.</value>
    [MaxLength(500)]
    public IList<string> Index { get; init; } = [];
}

/// <summary>What to do about an anomaly.</summary>
public enum AnomalyAction
{
    Off = 0,

    /// <summary>It is logged and stands in the audit log.</summary>
    Warn = 1,

    /// <summary>It halts the symbol too, for the pause of the price band.</summary>
    Halt = 2,
}
