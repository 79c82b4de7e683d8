using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Bourse.Grains.Journal;

namespace Bourse.Silo.Journal;

/// <summary>
/// What waits for a lane's writer, and the streams that may not append. Any thread adds; the writer thread alone takes. All fields
/// are guarded by the lock, but for the counters, which are read without it by <see cref="ThrowIfOverloaded"/>.
/// </summary>
internal sealed class LaneQueue(JournalOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);

    // Bounded by the streams that had something under way at a failure; loading a stream takes it out.
    private readonly Dictionary<string, string> _faults = new(StringComparer.Ordinal);
    private PendingAppend? _head;
    private PendingAppend? _tail;
    private bool _writerWaits;
    private bool _stopped;
    private bool _busy;
    private long _run = 1 + (long)(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) >> 2); // no other lane's, here or elsewhere
    private int _pendingRows;
    private int _inFlightRows;
    private long _pendingBytes;
    private long _inFlightBytes;
    private long _pendingSince;
    private long _inFlightSince;
    private volatile bool _down;

    /// <summary>True from a failed commit until PostgreSQL takes commits again.</summary>
    public bool Down { get => _down; set => _down = value; }

    /// <summary>Names the appends since the newest failure of one. They are committed in the order of their coming, so that a later one of the same run implies the earlier.</summary>
    public long Run => Volatile.Read(ref _run);

    /// <summary>Appends not yet durable.</summary>
    public int PendingRows => Volatile.Read(ref _pendingRows) + Volatile.Read(ref _inFlightRows);

    public long PendingBytes => Volatile.Read(ref _pendingBytes) + Volatile.Read(ref _inFlightBytes);

    public void ThrowIfOverloaded(long now)
    {
        if (_down)
        {
            throw new JournalUnavailableException("PostgreSQL does not take commits now");
        }

        var since = Volatile.Read(ref _inFlightSince);
        since = since == 0 ? Volatile.Read(ref _pendingSince) : since;
        if (since != 0 && time.GetElapsedTime(since, now) > options.MaxAge)
        {
            throw new JournalUnavailableException($"PostgreSQL has not committed for {time.GetElapsedTime(since, now).TotalSeconds:0.0} s");
        }
    }

    /// <summary>Adds at the end.</summary>
    public ValueTask Add(PendingKind kind, string stream, long version, int count, long mark, byte[] payload, long dependsOn = 0)
    {
        PendingAppend entry;
        bool wake;
        ValueTask task;
        lock (_gate)
        {
            if (Refusal(kind, stream, payload, dependsOn) is { } refusal)
            {
                return kind == PendingKind.Snapshot ? default : ValueTask.FromException(refusal);
            }

            entry = PendingAppend.Rent(kind, stream, version, count, mark, payload, dependsOn);
            task = kind == PendingKind.Snapshot ? default : entry.Task; // nobody waits for a snapshot
            if (_tail is null)
            {
                _head = entry;
                Volatile.Write(ref _pendingSince, time.GetTimestamp());
            }
            else
            {
                _tail.Next = entry;
            }

            _tail = entry;
            if (kind == PendingKind.Append)
            {
                _pendingRows++;
                _pendingBytes += payload.Length;
            }

            wake = _writerWaits;
            _writerWaits = false;
        }

        if (wake)
        {
            _wake.Set();
        }

        return task;
    }

    /// <summary>Completes when what was added before has come to an end; at once when there is nothing.</summary>
    public ValueTask WaitForAll(string stream)
    {
        lock (_gate)
        {
            if (_head is null && !_busy)
            {
                return default;
            }
        }

        return Add(PendingKind.Barrier, stream, 0, 0, 0, []);
    }

    public void ClearFault(string stream)
    {
        lock (_gate)
        {
            _faults.Remove(stream);
        }
    }

    /// <summary>Waits for entries and takes them all. False when there will be none any more.</summary>
    public bool Take([NotNullWhen(true)] out PendingAppend? head)
    {
        while (true)
        {
            lock (_gate)
            {
                head = _head;
                if (head is not null)
                {
                    _head = null;
                    _tail = null;
                    _busy = true;
                    _inFlightSince = _pendingSince;
                    _inFlightRows = _pendingRows;
                    _inFlightBytes = _pendingBytes;
                    _pendingSince = 0;
                    _pendingRows = 0;
                    _pendingBytes = 0;
                    return true;
                }

                if (_stopped)
                {
                    return false;
                }

                _writerWaits = true;
            }

            _wake.WaitOne();
        }
    }

    /// <summary>What was taken has come to an end.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            _busy = false;
            _inFlightSince = 0;
            _inFlightRows = 0;
            _inFlightBytes = 0;
        }
    }

    /// <summary>Ends the run: puts streams at fault, and those whose appends wait and depend on it, and takes out what they have waiting, in order.</summary>
    public PendingAppend? Fault(IReadOnlyCollection<string> streams, string reason)
    {
        lock (_gate)
        {
            foreach (var stream in streams)
            {
                _faults[stream] = reason;
            }

            _run++;
            for (var entry = _head; entry is not null; entry = entry.Next)
            {
                if (entry.DependsOn != 0)
                {
                    _faults[entry.Stream] = reason;
                }
            }

            return TakeOut(static (queue, entry) => queue._faults.ContainsKey(entry.Stream));
        }
    }

    /// <summary>Takes out everything when the oldest has waited for too long, and puts those streams at fault.</summary>
    public PendingAppend? FaultOverdue(TimeSpan age, string reason)
    {
        lock (_gate)
        {
            if (_head is null || (!_stopped && time.GetElapsedTime(_pendingSince) < age))
            {
                return null;
            }

            _run++;
            for (var entry = _head; entry is not null; entry = entry.Next)
            {
                if (entry.Kind == PendingKind.Append)
                {
                    _faults[entry.Stream] = reason;
                }
            }

            return TakeOut(static (_, _) => true);
        }
    }

    /// <summary>Waits, but no longer than given; ends early at <see cref="Stop"/>.</summary>
    /// <returns>True when the lane is to stop.</returns>
    public bool Pause(TimeSpan duration)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return true;
            }
        }

        _wake.WaitOne(duration);
        return _stopped;
    }

    /// <summary>Nothing is taken in any more; what waits is still written.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
        }

        _wake.Set();
    }

    private Exception? Refusal(PendingKind kind, string stream, byte[] payload, long dependsOn)
    {
        if (_stopped)
        {
            return new JournalUnavailableException("the journal has been closed");
        }

        if (kind == PendingKind.Barrier)
        {
            return null;
        }

        if (_faults.Count != 0 && _faults.TryGetValue(stream, out var fault))
        {
            return new JournalUnavailableException($"{stream} has to be loaded again: {fault}");
        }

        if (kind == PendingKind.Append
            && (_pendingRows >= 4 * options.MaxPendingRows || _pendingBytes + payload.Length > 4 * options.MaxPendingBytes))
        {
            const string reason = "the journal's queue is full";
            _run++;
            _faults[stream] = reason;
            return new JournalUnavailableException(reason);
        }

        if (dependsOn != 0 && dependsOn != _run)
        {
            const string reason = "a commit that it depends on failed";
            _faults[stream] = reason;
            return new JournalUnavailableException(reason);
        }

        return null;
    }

    private PendingAppend? TakeOut(Func<LaneQueue, PendingAppend, bool> which)
    {
        PendingAppend? outHead = null, outTail = null, keptHead = null, keptTail = null;
        for (var entry = _head; entry is not null;)
        {
            var next = entry.Next;
            entry.Next = null;
            if (which(this, entry))
            {
                _pendingRows -= entry.Kind == PendingKind.Append ? 1 : 0;
                _pendingBytes -= entry.Kind == PendingKind.Append ? entry.Payload.Length : 0;
                _ = outTail is null ? outHead = entry : outTail.Next = entry;
                outTail = entry;
            }
            else
            {
                _ = keptTail is null ? keptHead = entry : keptTail.Next = entry;
                keptTail = entry;
            }

            entry = next;
        }

        _head = keptHead;
        _tail = keptTail;
        if (_head is null)
        {
            _pendingSince = 0;
        }

        return outHead;
    }
}
