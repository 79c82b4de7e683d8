using System.ComponentModel.DataAnnotations;

namespace Bourse.Grains.Feeds;

/// <summary>How the feeds behave.</summary>
public sealed class FeedOptions
{
    /// <summary>The shortest time between two quotes that a feed publishes.</summary>
    /// <value>Default 20 ms; 1 ms to 10 s.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan ConflationInterval { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>After how long without a tick of its source a feed is stale.</summary>
    /// <value>Default 4 s; 0.1 s to 1 h.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a change may stand in memory before it is handed to the candle store.</summary>
    /// <value>Default 5 s; 0.1 s to 5 min.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan SaveInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many closed bars a feed collects before it hands them over at once.</summary>
    /// <value>Default 1,000; 1 to 100,000.</value>
    [Range(1, 100_000)]
    public int SaveBars { get; set; } = 1_000;

    /// <summary>How many of the newest bars a series that is asked for keeps in memory.</summary>
    /// <value>Default 600; 10 to 10,000.</value>
    [Range(10, 10_000)]
    public int BarsInMemory { get; set; } = 600;

    /// <summary>For how long complete bars of one second are kept, back from the feed's newest tick; longer bars are kept for ever.</summary>
    /// <value>Default 7 days; 1 hour to 3,650 days.</value>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan KeepSecondBars { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How many of the newest trades a feed keeps.</summary>
    /// <value>Default 1,000; 1 to 1,000.</value>
    [Range(1, 1_000)]
    public int TapeLength { get; set; } = 1_000;
}
