namespace Bourse.Silo.Journal;

/// <summary>The bounds of the journal writer. The defaults hold for 100,000 rows a second on two cores.</summary>
public sealed record JournalOptions
{
    /// <value>
    /// How many connections commit side by side, 1 to 16. A stream always takes the same one. Where PostgreSQL shares two cores with the silo, one
    /// writes more, because its batches are larger.
    /// </value>
    public int Lanes { get; init; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 4);

    /// <value>From how many appends not yet durable on <c>ThrowIfOverloaded</c> refuses. At four times as many an append itself fails.</value>
    public int MaxPendingRows { get; init; } = 50_000;

    /// <value>The same in bytes of payload.</value>
    public long MaxPendingBytes { get; init; } = 128L << 20;

    /// <value>How long the oldest append may wait before <c>ThrowIfOverloaded</c> refuses.</value>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromSeconds(2);

    /// <value>How long a commit may take, and an append wait for one, before its outcome is called unknown. Whole seconds.</value>
    public TimeSpan CommitTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <value>
    /// Under load a lane begins no batch sooner than this after the one before, because a commit costs as much as a hundred rows. It adds at
    /// most so much to a commit, and nothing while batches are smaller than <see cref="BusyBatch"/>.
    /// </value>
    public TimeSpan BusyInterval { get; init; } = TimeSpan.FromMilliseconds(8);

    /// <value>From how many appends on a batch tells of load.</value>
    public int BusyBatch { get; init; } = 50;

    /// <value>The longest pause between two attempts to reach PostgreSQL again; the first is 100 ms.</value>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <value>Neighbouring appends of a stream are laid together up to this many bytes, so that a row stays within a page.</value>
    public int MaxMergedBytes { get; init; } = 7_500;

    /// <value>How many snapshots a stream keeps, 1 or more.</value>
    public int KeptSnapshots { get; init; } = 8;

    /// <value>How many streams may have a snapshot waiting to be written; more are dropped.</value>
    public int MaxPendingSnapshots { get; init; } = 4_096;
}
