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

    // Where a thread's snapshots are written: each would grow a buffer of its own, most of them in the large heap.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_state;

    private readonly ArrayBufferWriter<byte> _events = new(1_024);
    private Exception? _fault;
    private Task _tail = Task.CompletedTask;
    private Task? _gathering;
    private bool _waitsForBeat;
    private long _handedOver;
    private long _committed;
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
    protected long CommittedVersion => _committed;

    /// <summary>What <see cref="SnapshotMark"/> was at that event.</summary>
    protected long CommittedMark { get; private set; }

    protected IJournal Journal { get; } = journal;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
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
        CommittedMark = SnapshotMark;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_fault is null && StateVersion > _handedOver)
        {
            await CommitInBackground();
        }

        if (_fault is null && _committed == StateVersion && _committed > _snapshotVersion)
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

    protected void ThrowIfFaulted()
    {
        if (_fault is { } fault)
        {
            throw new JournalUnavailableException($"{Stream} lost a commit and reloads", fault);
        }
    }

    /// <summary>Gives the state up after a change that broke off in the middle, or a lost commit.</summary>
    protected void Fault(Exception cause)
    {
        if (_fault is null)
        {
            _fault = cause;
            DeactivateOnIdle();
        }
    }

    /// <summary>
    /// Hands the events written so far to the journal and comes back when the whole state as it is now is durable, what earlier
    /// turns wrote included.
    /// </summary>
    protected Task Commit()
    {
        if (StateVersion == _handedOver)
        {
            return _tail;
        }

        if (!GathersCommits)
        {
            return _tail = CommitEvents();
        }

        return _gathering ??= _tail = CommitGathered();
    }

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
        if (StateVersion > _handedOver && !_waitsForBeat)
        {
            _waitsForBeat = true;
            _ = CommitAtBeat(pacer.NextBeat());
        }
    }

    private async Task CommitAtBeat(Task beat)
    {
        await beat;
        _waitsForBeat = false;
        if (_fault is null)
        {
            await CommitInBackground();
        }
    }

    // A lost commit has put the grain at fault, which tells everybody.
    private async Task CommitInBackground()
    {
        try
        {
            await Commit();
        }
        catch (JournalUnavailableException)
        {
        }
    }

    // The turns that wait already run first, and all of them are handed over as one row.
    private async Task CommitGathered()
    {
        await Task.Yield();
        _gathering = null;
        await CommitEvents();
    }

    private Task CommitEvents()
    {
        ThrowIfFaulted();
        var (first, last) = (_handedOver + 1, StateVersion);
        var (payload, dependsOn) = (_events.WrittenSpan.ToArray(), _dependsOn);
        _events.ResetWrittenCount();
        _dependsOn = 0;
        _handedOver = last;
        _bytesSinceSnapshot += payload.Length;
        JournalSnapshot? snapshot = null;
        if (SnapshotIsDue(last))
        {
            snapshot = new JournalSnapshot(last, SnapshotMark, StateBytes());
            _snapshotVersion = last;
            _snapshotBytes = snapshot.State.Length;
            _bytesSinceSnapshot = 0;
        }

        return Finish(last, SnapshotMark, Journal.Append(Stream, first, (int)(last - first) + 1, payload, dependsOn), snapshot);
    }

    private async Task Finish(long last, long mark, ValueTask append, JournalSnapshot? snapshot)
    {
        try
        {
            await append;
        }
        catch (Exception lost)
        {
            Fault(lost);
            throw new JournalUnavailableException($"{Stream}: the outcome of the events up to {last} is unknown", lost);
        }

        ThrowIfFaulted();
        _committed = Math.Max(_committed, last);
        CommittedMark = Math.Max(CommittedMark, mark);
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
