using System.ComponentModel.DataAnnotations;

namespace Bourse.Silo.MarketData;

/// <summary>Which kind of source a silo runs.</summary>
public enum MarketDataKind : byte { None = 0, Replay = 1, Simulator = 2, Live = 3 }

/// <summary>Where a silo's market data comes from, and who makes its markets.</summary>
public sealed class MarketDataOptions
{
    /// <summary>The source.</summary>
    /// <value>Default none.</value>
    public MarketDataKind Source { get; set; }

    /// <summary>The files of a replay, merged by time.</summary>
    public IList<string> Files { get; } = [];

    /// <summary>How fast a replay runs: a factor of the recorded time, or <c>max</c>.</summary>
    /// <value>Default <c>1</c>; see <see cref="ReplaySpeed"/>.</value>
    public string Speed { get; set; } = "1";

    /// <summary>Whether a replay starts over at its end, moved on by whole days as long as that is not in the future.</summary>
    public bool Loop { get; set; }

    /// <summary>Only these symbols of a replay; empty = all.</summary>
    public IList<string> Symbols { get; } = [];

    /// <summary>The seed of the simulator: the same seed and start give the same ticks.</summary>
    /// <value>Default 1.</value>
    public ulong Seed { get; set; } = 1;

    /// <summary>How many ticks a second the simulator makes for each symbol, on average.</summary>
    /// <value>Default 4; 0.1 to 1,000.</value>
    [Range(0.1, 1_000)]
    public double TicksPerSecond { get; set; } = 4;

    /// <summary>Whether house accounts quote both sides of the real books at the source's prices.</summary>
    /// <value>Default true.</value>
    public bool Makers { get; set; } = true;

    /// <summary>Whether a house account trades now and then with what rests in the books. Simulator only.</summary>
    /// <value>Default true.</value>
    public bool Taker { get; set; } = true;

    /// <summary>The shortest time between two moves of a maker's quote.</summary>
    /// <value>Default 250 ms; 10 ms to 1 min.</value>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan QuoteInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a tick waits for its maker's move at most.</summary>
    /// <value>Default 1 s; 10 ms to 1 min.</value>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan MaxQuoteWait { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>About what a maker's quote on one side is worth, in the instrument's currency.</summary>
    /// <value>Default 1,000,000; 100 to 1,000,000,000.</value>
    [Range(100, 1_000_000_000)]
    public int QuoteNotional { get; set; } = 1_000_000;
}
