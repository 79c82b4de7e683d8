using System.Threading.Tasks.Sources;

namespace Bourse.Silo.Journal;

/// <summary>What an entry in a lane's queue stands for.</summary>
internal enum PendingKind : byte
{
    /// <summary>Events to commit.</summary>
    Append,

    /// <summary>A snapshot, to be written once everything before it is durable. Appends are not merged across it.</summary>
    Snapshot,

    /// <summary>Somebody waits until everything before it has come to an end.</summary>
    Barrier,
}

/// <summary>
/// One entry of a lane's queue and, at the same time, the source of the task that its caller awaits: once, as with every
/// <see cref="ValueTask"/>. Entries are reused; each thread keeps a bounded stack of free ones, so an append allocates nothing.
/// </summary>
internal sealed class PendingAppend : IValueTaskSource
{
    private const int MaxFreePerThread = 4_096;

    [ThreadStatic]
    private static PendingAppend? s_free;

    [ThreadStatic]
    private static int s_freeCount;

    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };

    public PendingKind Kind { get; private set; }

    public string Stream { get; private set; } = "";

    public long Version { get; private set; }

    /// <summary>Events of an append; the mark of a snapshot stands in <see cref="Mark"/>.</summary>
    public int Count { get; private set; }

    public long Mark { get; private set; }

    public byte[] Payload { get; private set; } = [];

    /// <summary>A run of the lane (<see cref="LaneQueue.Run"/>) of which nothing may have failed before; 0 = none.</summary>
    public long DependsOn { get; private set; }

    /// <summary>The next entry of the queue, and later of the batch. Written under the lane's lock, then by the writer alone.</summary>
    public PendingAppend? Next { get; set; }

    /// <summary>The next append laid into the same row. Written by the writer alone.</summary>
    public PendingAppend? NextInRow { get; set; }

    public ValueTask Task => new(this, _core.Version);

    public static PendingAppend Rent(PendingKind kind, string stream, long version, int count, long mark, byte[] payload, long dependsOn)
    {
        var entry = s_free;
        if (entry is null)
        {
            entry = new PendingAppend();
        }
        else
        {
            s_free = entry.Next;
            s_freeCount--;
            entry.Next = null;
        }

        entry.Kind = kind;
        entry.Stream = stream;
        entry.Version = version;
        entry.Count = count;
        entry.Mark = mark;
        entry.Payload = payload;
        entry.DependsOn = dependsOn;
        return entry;
    }

    /// <summary>The caller goes on; the entry is the caller's from here on and may be in use again at once.</summary>
    public void Complete() => _core.SetResult(true);

    /// <inheritdoc cref="Complete"/>
    public void Fail(Exception reason) => _core.SetException(reason);

    /// <summary>Gives an entry back whose task nobody holds.</summary>
    public void Release() => Recycle();

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            Recycle();
        }
    }

    private void Recycle()
    {
        _core.Reset();
        Stream = "";
        Payload = [];
        NextInRow = null;
        Next = null;
        if (s_freeCount < MaxFreePerThread)
        {
            Next = s_free;
            s_free = this;
            s_freeCount++;
        }
    }
}
