using System.Buffers;

namespace Bourse.Grains.Journal;

/// <summary>
/// The shell of a grain whose state is folded from its events. A turn changes the state and writes its events into
/// <see cref="Events"/>; <see cref="Commit"/> hands them to the journal and comes back when they are durable. While a
/// commit is under way the grain, being reentrant, takes further turns; when one fails, the state in memory is worth nothing
/// any more: every turn that waits and every later one is refused, and the next activation loads what is durable.
/// </summary>
public abstract class JournaledGrain(IJournal journal) : Grain
{
    private const int MinEventsBetweenSnapshots = 1_000;
    private const int MaxEventsBetweenSnapshots = 20_000;
    private const int MaxKeptBuffer = 4 << 20;

    // A beat: none is to come; one is, and is waited for; one is, and nothing is left to do then.
    private const int NoBeat = 0;
    private const int BeatAwaited = 1;
    private const int BeatNotNeeded = 2;

    // Where a thread's snapshots are written: each would grow a buffer of its own, most of them in the large heap.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_state;

    private readonly ArrayBufferWriter<byte> _events = new(1_024);
    private Exception? _fault;

    // Null once it is over.
    private PendingCommit? _newest;
    private TaskScheduler _turns = TaskScheduler.Default;

    // Written by turns and by the pacer.
    private int _beat;
    private long _handedOver;
    private long _committed;
    private long _committedMark;
    private long _dependsOn;
    private long _snapshotVersion;
    private long _bytesSinceSnapshot;
    private int _snapshotBytes;

    /// <summary>The stream's name: the kind of grain and its key.</summary>
    protected abstract string Stream { get; }

    /// <summary>The number of the newest event in the state.</summary>
    protected abstract long StateVersion { get; }

    /// <summary>The number by which a snapshot is found; see <see cref="IJournal.SaveSnapshot"/>.</summary>
    protected virtual long SnapshotMark => 0;

    /// <summary>Whether turns that run close together are committed as one: for a grain that takes many commands at a time.</summary>
    protected virtual bool GathersCommits => false;

    /// <summary>Where a turn writes its events, each self-delimiting.</summary>
    protected IBufferWriter<byte> Events => _events;

    /// <summary>The newest event that is durable.</summary>
    protected long CommittedVersion
    {
        get
        {
            _newest?.TryEnd();
            return _committed;
        }
    }

    /// <summary>What <see cref="SnapshotMark"/> was at that event.</summary>
    protected long CommittedMark
    {
        get
        {
            _newest?.TryEnd();
            return _committedMark;
        }
    }

    protected IJournal Journal { get; } = journal;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _turns = TaskScheduler.Current;
        var load = await Journal.Load(Stream, cancellationToken);
        if (load.Snapshot is { } snapshot)
        {
            Restore(snapshot.State);
            _snapshotVersion = snapshot.Version;
            _snapshotBytes = snapshot.State.Length;
        }

        foreach (var row in load.Rows)
        {
            if (row.Version > StateVersion + 1)
            {
                throw new InvalidDataException($"journal stream {Stream}: row {row.Version} follows event {StateVersion}");
            }

            Replay(row.Payload, row.Count, (int)(StateVersion + 1 - row.Version));
            _bytesSinceSnapshot += row.Payload.Length;
        }

        _handedOver = _committed = StateVersion;
        _committedMark = SnapshotMark;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        try
        {
            await Commit();
        }
        catch (JournalUnavailableException)
        {
            return; // what is durable, the next activation loads
        }

        if (_committed == StateVersion && _committed > _snapshotVersion)
        {
            Journal.SaveSnapshot(Stream, _committed, SnapshotMark, StateBytes());
        }
    }

    /// <summary>Writes the whole state as bytes.</summary>
    protected abstract void Capture(IBufferWriter<byte> state);

    /// <summary>Sets the state from <see cref="Capture"/>'s bytes.</summary>
    protected abstract void Restore(byte[] state);

    /// <summary>Folds the events of one row into the state, but for the first <paramref name="known"/>, which it holds already.</summary>
    protected abstract void Replay(byte[] payload, int count, int known);

    /// <summary>
    /// Begins a turn that may change the state. Throws <see cref="JournalUnavailableException"/> when the state is no longer to be
    /// trusted or the journal takes nothing now; then nothing has been changed.
    /// </summary>
    protected void BeginChange()
    {
        ThrowIfFaulted();
        Journal.ThrowIfOverloaded();
    }

    protected internal void ThrowIfFaulted()
    {
        _newest?.TryEnd();
        if (_fault is { } fault)
        {
            throw new JournalUnavailableException($"{Stream} lost a commit and reloads", fault);
        }
    }

    /// <summary>Gives the state up after a change that broke off in the middle, or a lost commit.</summary>
    protected internal void Fault(Exception cause)
    {
        if (_fault is null)
        {
            _fault = cause;
            DeactivateOnIdle();
        }
    }

    /// <summary>
    /// Hands the events written so far to the journal; what comes back is over when the whole state as it is now is durable, what earlier
    /// turns wrote included.
    /// </summary>
    protected PendingCommit Commit()
    {
        if (_newest is { } newest && (!newest.IsHandedOver || StateVersion == _handedOver))
        {
            return newest;
        }

        var commit = _newest = new PendingCommit(this, _newest);
        if (StateVersion == _handedOver)
        {
            commit.HandOver(default, _committed, _committedMark, null); // nothing is under way
        }
        else if (GathersCommits)
        {
            _ = HandOverLater(commit);
        }
        else
        {
            HandOver(commit);
        }

        return commit;
    }

    /// <summary>It has come to its end.</summary>
    internal void Forget(PendingCommit commit) => _newest = _newest == commit ? null : _newest;

    /// <summary>Has the events written so far committed only if nothing of that run (<see cref="IJournal.CommitRunOf"/>) fails; nothing when it is 0.</summary>
    protected void DependOn(long run)
    {
        // An older run has ended by a failure already, so it stays.
        if (_dependsOn == 0)
        {
            _dependsOn = run;
        }
    }

    /// <summary>
    /// Sees to it that what was written so far is handed over at the pacer's next beat, if no <see cref="Commit"/> does it before: for events that
    /// another stream of the journal tells again after a crash.
    /// </summary>
    protected void CommitSoon(CommitPacer pacer)
    {
        if (StateVersion > _handedOver && Interlocked.Exchange(ref _beat, BeatAwaited) == NoBeat)
        {
            pacer.Add(this);
        }
    }

    /// <summary>The pacer's beat, on any thread: makes a turn only where something is left to hand over.</summary>
    internal void OnBeat()
    {
        if (Interlocked.Exchange(ref _beat, NoBeat) == BeatAwaited)
        {
            // Nobody waits for the commit: the grain sees how it ended when it looks next.
            _ = Task.Factory.StartNew(static grain => ((JournaledGrain)grain!).Commit(), this, CancellationToken.None, TaskCreationOptions.None, _turns);
        }
    }

    // The turns that wait already run first, and all of them are handed over as one row.
    private async Task HandOverLater(PendingCommit commit)
    {
        await Task.Yield();
        HandOver(commit);
    }

    private void HandOver(PendingCommit commit)
    {
        var (first, last) = (_handedOver + 1, StateVersion);
        try
        {
            ThrowIfFaulted();
            var (payload, dependsOn) = (_events.WrittenSpan.ToArray(), _dependsOn);
            _events.ResetWrittenCount();
            _dependsOn = 0;
            _handedOver = last;
            Interlocked.CompareExchange(ref _beat, BeatNotNeeded, BeatAwaited);
            _bytesSinceSnapshot += payload.Length;
            JournalSnapshot? snapshot = null;
            if (SnapshotIsDue(last))
            {
                snapshot = new JournalSnapshot(last, SnapshotMark, StateBytes());
                _snapshotVersion = last;
                _snapshotBytes = snapshot.State.Length;
                _bytesSinceSnapshot = 0;
            }

            commit.HandOver(Journal.Append(Stream, first, (int)(last - first) + 1, payload, dependsOn), last, SnapshotMark, snapshot);
        }
        catch (Exception broken)
        {
            commit.Lose(broken);
        }
    }

    internal void OnDurable(long last, long mark, JournalSnapshot? snapshot)
    {
        if (_fault is not null)
        {
            return;
        }

        _committed = Math.Max(_committed, last);
        _committedMark = Math.Max(_committedMark, mark);
        if (snapshot is not null)
        {
            Journal.SaveSnapshot(Stream, last, snapshot.Mark, snapshot.State);
        }
    }

    private byte[] StateBytes()
    {
        var state = t_state ??= new ArrayBufferWriter<byte>(64 << 10);
        state.ResetWrittenCount();
        Capture(state);
        var bytes = state.WrittenSpan.ToArray();
        if (state.Capacity > MaxKeptBuffer)
        {
            t_state = null;
        }

        return bytes;
    }

    // A snapshot costs as much as a fourth of the events it saves reading, whatever the size of the state.
    private bool SnapshotIsDue(long version)
    {
        var events = version - _snapshotVersion;
        return events >= MaxEventsBetweenSnapshots
            || (events >= MinEventsBetweenSnapshots && _bytesSinceSnapshot >= 4L * _snapshotBytes);
    }
}
