using Microsoft.Extensions.Logging;

namespace Bourse.GrainRuntime.Activations;

/// <summary>Runs work one piece at a time, in order, on the thread pool. What runs here sees it as its task scheduler, and has a
/// synchronization context of it, so that code after an <c>await</c> comes back: by the context, because that needs no task of its own.</summary>
internal abstract class TurnQueue : TaskScheduler, IThreadPoolWorkItem
{
    /// <summary>Pieces of work before others get the thread.</summary>
    private const int SliceLength = 128;

    /// <summary>An empty queue keeps at most this much room.</summary>
    private const int RoomKept = 64;

    private static readonly Action<object?> s_runSlice = static queue => ((TurnQueue)queue!).RunSlice();

    [ThreadStatic]
    private static TurnQueue? t_current;

    // Under the gate. The first has a place of its own: mostly there is one, and an array would be one more object to fetch from memory.
    private object? _first;
    private object?[] _others = [];
    private int _arrivedCount;
    private bool _isScheduled;

    // Of the thread that runs the slice.
    private object?[] _batch = [];
    private int _batchCount;
    private int _batchNext;

    /// <summary>The queue whose work runs on this thread.</summary>
    public static TurnQueue? CurrentQueue => t_current;

    /// <summary>Guards the queue, and what derived classes say it guards. Nothing else is locked while it is held. The queue itself, which has to be
    /// fetched from memory anyway.</summary>
    protected object Gate => this;

    /// <summary>Whether all work is thrown away, as if the process were gone. Set under the gate.</summary>
    protected bool IsKilled { get; set; }

    /// <summary>False where nothing of it may run any more: it is about to be killed.</summary>
    protected virtual bool MayRun => true;

    protected abstract ILogger Logger { get; }

    public override int MaximumConcurrencyLevel => 1;

    void IThreadPoolWorkItem.Execute()
    {
        if (!MayRun)
        {
            return;
        }

        // Inside of a task of the scheduler, TaskScheduler.Current is the scheduler.
        var slice = new Task(s_runSlice, this, TaskCreationOptions.DenyChildAttach);
        var (before, contextBefore) = (t_current, SynchronizationContext.Current);
        t_current = this;
        try
        {
            slice.RunSynchronously(this);
        }
        finally
        {
            t_current = before;
            SynchronizationContext.SetSynchronizationContext(contextBefore);
        }
    }

    /// <summary>Queues work; says whether <see cref="Wake"/> is due once the gate is open.</summary>
    protected bool Push_NeedsGate(object work)
    {
        if (IsKilled)
        {
            return false;
        }

        if (_arrivedCount == 0)
        {
            _first = work;
        }
        else
        {
            if (_arrivedCount > _others.Length)
            {
                Array.Resize(ref _others, Math.Max(4, _arrivedCount * 2));
            }

            _others[_arrivedCount - 1] = work;
        }

        _arrivedCount++;
        if (_isScheduled)
        {
            return false;
        }

        _isScheduled = true;
        return true;
    }

    protected void Wake(bool wake)
    {
        if (wake)
        {
            // Not to the thread's own queue, which is last in, first out: a few busy grains there would starve all others.
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Takes work of one kind out of the queue, in order. Called in a turn.</summary>
    protected List<T> TakeAll_NeedsGate<T>()
        where T : class
    {
        var taken = new List<T>();
        _batchCount = Extract(_batch, _batchNext, _batchCount, taken);
        if (_arrivedCount > 0)
        {
            object?[] arrived = [_first, .. _others.AsSpan(0, _arrivedCount - 1)];
            _arrivedCount = Extract(arrived, 0, arrived.Length, taken);
            _first = arrived[0];
            arrived.AsSpan(1).CopyTo(_others);
        }

        return taken;
    }

    /// <summary>Runs code in a turn of its own. Any thread.</summary>
    protected void Post(SendOrPostCallback code, object? state) => Queue(new Continuation(code, state));

    protected override void QueueTask(Task task) => Queue(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => t_current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private void Queue(object work)
    {
        bool wake;
        lock (Gate)
        {
            wake = Push_NeedsGate(work);
        }

        Wake(wake);
    }

    /// <summary>Runs work that is neither a task nor a continuation.</summary>
    protected abstract void RunWork(object work);

    /// <summary>Called after each piece of work, on a shallow stack.</summary>
    protected abstract void AfterTurn();

    private void RunSlice()
    {
        for (var done = 0; done < SliceLength; done++)
        {
            object first;
            lock (Gate)
            {
                if (_arrivedCount == 0)
                {
                    _isScheduled = false;
                    return;
                }

                first = _first!;
                _first = null;
                _batchNext = 0;
                _batchCount = _arrivedCount - 1;
                _arrivedCount = 0;
                if (_batchCount > 0)
                {
                    (_others, _batch) = (_batch, _others);
                }
            }

            RunTurn(first);
            for (; _batchNext < _batchCount; done++)
            {
                ref var slot = ref _batch[_batchNext++];
                var work = slot!;
                slot = null;
                RunTurn(work);
            }

            if (_batch.Length > RoomKept)
            {
                _batch = [];
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Takes work of one kind out of a part of an array, closes the gaps, and gives the end of what is left.</summary>
    private static int Extract<T>(object?[] from, int start, int end, List<T> taken)
        where T : class
    {
        var kept = start;
        for (var i = start; i < end; i++)
        {
            if (from[i] is T wanted)
            {
                taken.Add(wanted);
            }
            else
            {
                from[kept++] = from[i];
            }
        }

        Array.Clear(from, kept, end - kept);
        return kept;
    }

    private void RunTurn(object work)
    {
        if (IsKilled)
        {
            return;
        }

        // One of its own for each turn: what completes in another turn then comes back through the queue, and not in the middle of that
        // turn's code with a task scheduler that is not this one.
        SynchronizationContext.SetSynchronizationContext(new TurnContext(this));
        try
        {
            if (work is Continuation continuation)
            {
                continuation.Run();
            }
            else if (work is Task task)
            {
                TryExecuteTask(task);
            }
            else
            {
                RunWork(work);
            }

            AfterTurn();
        }
        catch (Exception exception)
        {
            // Tasks and requests keep their failures: this is the engine's own. The grain's other work goes on.
            Logger.LogError(EngineEvents.TurnFailed, exception, "Work of {Queue} failed outside of any request", this);
        }
    }

    /// <summary>What an await captures.</summary>
    private sealed class TurnContext(TurnQueue queue) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => queue.Post(d, state);

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new NotSupportedException("A turn is not waited for by a blocked thread.");

        public override SynchronizationContext CreateCopy() => this;
    }

    private sealed class Continuation(SendOrPostCallback callback, object? state)
    {
        public void Run() => callback(state);
    }
}
