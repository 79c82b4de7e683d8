using Bourse.GrainInterfaces.Venues;

namespace Bourse.Grains.Accounts;

/// <summary>The way to where a symbol trades, its book or an outside venue, and how many of its reports are durable with the account.</summary>
/// <param name="report">The newest report applied, which is durable.</param>
internal sealed class BookLine(string symbol, long report)
{
    private long _durable = report;
    private long _applied = report;
    private long _appliedVersion;

    public string Symbol => symbol;

    /// <summary>Null until it has been looked up; an instrument's venue never changes.</summary>
    public IExecutionVenue? Venue { get; set; }

    /// <value>The run of the journal in which the book commits, as it said last; 0 = it takes only what is durable, null = not asked yet.</value>
    public long? CommitRun { get; set; }

    /// <value>Commands that wait for their commit before they go to the book: later ones must not overtake them.</value>
    public int Waiting { get; set; }

    /// <summary>Reports up to this number are applied; they are durable when the account's <paramref name="version"/> is.</summary>
    public void Apply(long upTo, long version, long committedVersion)
    {
        _durable = Durable(committedVersion);
        (_applied, _appliedVersion) = (upTo, version);
    }

    /// <summary>A report up to which everything is applied and durable, which the book may forget.</summary>
    public long Durable(long committedVersion) => committedVersion >= _appliedVersion ? _applied : _durable;
}
