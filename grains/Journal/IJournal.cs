using Bourse.GrainInterfaces;

namespace Bourse.Grains.Journal;

/// <summary>
/// The append-only journal, the truth of Bourse. A stream is a grain's events, numbered from 1; the number of a row's
/// first event fences writers: a row whose number exists already means that another activation wrote.
/// A room's border: the adapter on PostgreSQL stands in the silo's room.
/// </summary>
public interface IJournal
{
    /// <summary>Names this journal: set when its database was made, in seconds since 1970.</summary>
    long Epoch { get; }

    /// <summary>Whether so much is appended that a row saved is worth more than the time it gathers. A hint.</summary>
    bool IsBusy { get; }

    /// <summary>
    /// Throws <see cref="JournalUnavailableException"/> when the journal cannot take more now (its queue is full, or PostgreSQL
    /// has been away for longer than the bound). Asked before a turn changes anything, so that a refusal leaves nothing half done.
    /// </summary>
    void ThrowIfOverloaded();

    /// <summary>
    /// The newest snapshot and every row that holds events after it; the first such row may begin before. Waits for what this process still has under way for the stream, and
    /// clears the stream's fault.
    /// </summary>
    Task<JournalLoad> Load(string stream, CancellationToken cancellation);

    /// <summary>
    /// Names the present run of appends without a failure among which the stream's are committed; unlike any other run of any journal. 0: there is none. Read it, append, and
    /// give it to another stream of the same run: an append of that one which depends on it is then never durable without the first.
    /// </summary>
    long CommitRunOf(string stream);

    /// <summary>
    /// Hands one or more events over, and completes when they are durable. Rows of one stream are committed in the order of the calls;
    /// the writer may lay neighbouring rows of one stream together, so a payload is a sequence of self-delimiting events.
    /// After a failure the stream is at fault: every later append fails until it is loaded again.
    /// </summary>
    /// <param name="version">The number of the first event: one above the last event before it.</param>
    /// <param name="count">How many events the payload holds, 1 or more.</param>
    /// <param name="payload">Not touched by the caller afterwards.</param>
    /// <param name="dependsOn">A run (<see cref="CommitRunOf"/>) of which nothing may have failed before these events are committed; 0 = none. Otherwise the stream is at fault.</param>
    /// <exception cref="JournalConflictException">Another activation wrote; nothing of this was written.</exception>
    /// <exception cref="JournalUnavailableException">The outcome is unknown.</exception>
    ValueTask Append(string stream, long version, int count, byte[] payload, long dependsOn = 0);

    /// <summary>Keeps a snapshot of the state after event <paramref name="version"/>, written behind the commits; a failure to keep it only costs time at the next load.</summary>
    /// <param name="mark">A number by which <see cref="FindSnapshot"/> finds it: an account's order number at that version.</param>
    void SaveSnapshot(string stream, long version, long mark, byte[] state);

    /// <summary>The newest kept snapshot whose mark is at most <paramref name="maxMark"/>, or null.</summary>
    Task<JournalSnapshot?> FindSnapshot(string stream, long maxMark, CancellationToken cancellation);

    /// <summary>
    /// Rows that hold events from <paramref name="fromVersion"/> on, in order, at most <paramref name="maxRows"/>; the first may begin before,
    /// because the writer lays neighbouring rows together.
    /// </summary>
    Task<IReadOnlyList<JournalRow>> Read(string stream, long fromVersion, int maxRows, CancellationToken cancellation);
}

/// <summary>Consecutive events of one stream.</summary>
/// <param name="Version">The number of the first event.</param>
public sealed record JournalRow(long Version, int Count, byte[] Payload, DateTimeOffset Time);

/// <summary>A state after event <paramref name="Version"/>.</summary>
public sealed record JournalSnapshot(long Version, long Mark, byte[] State);

/// <summary>What brings a grain back: <paramref name="Snapshot"/> (null = from the beginning) and the rows after it.</summary>
public sealed record JournalLoad(JournalSnapshot? Snapshot, IReadOnlyList<JournalRow> Rows);

/// <summary>Another activation wrote to the stream first: this one's state is stale. Nothing of the append was written.</summary>
[GenerateSerializer, Alias("bourse.journal-conflict")]
public sealed class JournalConflictException(string message) : OutcomeUnknownException(message);

/// <summary>The journal did not say that the append is durable, or takes nothing now; the outcome is unknown, a retry is idempotent.</summary>
[GenerateSerializer, Alias("bourse.journal-unavailable")]
public sealed class JournalUnavailableException(string message, Exception? inner = null) : OutcomeUnknownException(message, inner);
