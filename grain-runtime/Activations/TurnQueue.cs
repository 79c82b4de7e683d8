using Microsoft.Extensions.Logging;

namespace Bourse.GrainRuntime.Activations;

/// <summary>Runs work one piece at a time, in order, on the thread pool. What runs here sees it as its synchronization context and as its task
/// scheduler, so that code after an <c>await</c> comes back.</summary>
internal abstract class TurnQueue : SynchronizationContext, IThreadPoolWorkItem
{
    /// <summary>Pieces of work before others get the thread.</summary>
    private const int SliceLength = 128;

    /// <summary>An empty queue keeps at most this much room.</summary>
    private const int RoomKept = 64;

    private static readonly Action<object?> s_runSlice = static queue => ((TurnQueue)queue!).RunSlice();

    [ThreadStatic]
    private static TurnQueue? t_current;

    private readonly Scheduler _scheduler;

    // Under the gate.
    private Turn[] _arrived = [];
    private int _arrivedCount;
    private bool _isScheduled;

    // Of the thread that runs the slice.
    private Turn[] _batch = [];

    protected TurnQueue() => _scheduler = new Scheduler(this);

    /// <summary>The queue whose work runs on this thread.</summary>
    public static TurnQueue? CurrentQueue => t_current;

    /// <summary>Guards the queue, and what derived classes say it guards. Nothing else is locked while it is held.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>Whether all work is thrown away, as if the process were gone. Set under the gate.</summary>
    protected bool IsKilled { get; set; }

    protected abstract ILogger Logger { get; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        bool wake;
        lock (Gate)
        {
            wake = Push_NeedsGate(d, state);
        }

        Wake(wake);
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (t_current != this)
        {
            throw new NotSupportedException("Waiting for a grain's turn would block the thread: use await.");
        }

        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;

    void IThreadPoolWorkItem.Execute()
    {
        // Inside of a task of the scheduler, TaskScheduler.Current is the scheduler.
        var slice = new Task(s_runSlice, this, TaskCreationOptions.DenyChildAttach);
        var before = t_current;
        t_current = this;
        SetSynchronizationContext(this);
        try
        {
            slice.RunSynchronously(_scheduler);
        }
        finally
        {
            t_current = before;
            SetSynchronizationContext(null);
        }
    }

    /// <summary>Queues work; says whether <see cref="Wake"/> is due once the gate is open.</summary>
    protected bool Push_NeedsGate(object work, object? state)
    {
        if (IsKilled)
        {
            return false;
        }

        if (_arrivedCount == _arrived.Length)
        {
            Array.Resize(ref _arrived, Math.Max(4, _arrivedCount * 2));
        }

        _arrived[_arrivedCount++] = new Turn(work, state);
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
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        }
    }

    /// <summary>Takes work of one kind out of the queue, in order.</summary>
    protected List<T> TakeAll_NeedsGate<T>()
        where T : class
    {
        var taken = new List<T>();
        var kept = 0;
        for (var i = 0; i < _arrivedCount; i++)
        {
            if (_arrived[i].Work is T wanted)
            {
                taken.Add(wanted);
            }
            else
            {
                _arrived[kept++] = _arrived[i];
            }
        }

        Array.Clear(_arrived, kept, _arrivedCount - kept);
        _arrivedCount = kept;
        return taken;
    }

    /// <summary>Runs work that is neither a callback nor a task.</summary>
    protected abstract void RunWork(object work);

    /// <summary>Called after each piece of work, on a shallow stack.</summary>
    protected abstract void AfterTurn();

    private void RunSlice()
    {
        for (var done = 0; done < SliceLength;)
        {
            int count;
            lock (Gate)
            {
                count = _arrivedCount;
                if (count == 0)
                {
                    _isScheduled = false;
                    return;
                }

                (_arrived, _batch) = (_batch, _arrived);
                _arrivedCount = 0;
            }

            for (var i = 0; i < count; i++)
            {
                ref var slot = ref _batch[i];
                var turn = slot;
                slot = default;
                RunTurn(turn);
            }

            done += count;
            if (_batch.Length > RoomKept)
            {
                _batch = [];
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void RunTurn(in Turn turn)
    {
        if (IsKilled)
        {
            return;
        }

        try
        {
            switch (turn.Work)
            {
                case SendOrPostCallback callback:
                    callback(turn.State);
                    break;
                case Task task:
                    _scheduler.Run(task);
                    break;
                default:
                    RunWork(turn.Work);
                    break;
            }

            AfterTurn();
        }
        catch (Exception exception)
        {
            // An async void method of a grain failed, or the engine itself: the grain's other work goes on.
            Logger.LogError(EngineEvents.TurnFailed, exception, "Work of {Queue} failed outside of any request", this);
        }
    }

    private readonly record struct Turn(object Work, object? State);

    private sealed class Scheduler(TurnQueue owner) : TaskScheduler
    {
        public override int MaximumConcurrencyLevel => 1;

        public void Run(Task task) => TryExecuteTask(task);

        protected override void QueueTask(Task task)
        {
            bool wake;
            lock (owner.Gate)
            {
                wake = owner.Push_NeedsGate(task, null);
            }

            owner.Wake(wake);
        }

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
            t_current == owner && TryExecuteTask(task);

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
