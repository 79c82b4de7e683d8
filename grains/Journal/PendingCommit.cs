using System.Runtime.CompilerServices;

namespace Bourse.Grains.Journal;

/// <summary>
/// Events of a grain on their way to the journal. Awaited in the grain's turns only, by any number of them: all go on in the one turn in which it comes to its end. Where
/// nobody waits there is no such turn, and the grain learns how it ended when it looks next.
/// </summary>
public sealed class PendingCommit : ICriticalNotifyCompletion
{
    private readonly JournaledGrain _grain;

    // Until it is over; before that one this one is not.
    private PendingCommit? _earlier;
    private ValueTaskAwaiter _append;
    private JournalSnapshot? _snapshot;
    private Action? _waiting;
    private List<Action>? _othersWaiting;
    private long _last;
    private long _mark;
    private bool _isWatched;
    private bool _isOver;

    internal PendingCommit(JournaledGrain grain, PendingCommit? earlier) => (_grain, _earlier) = (grain, earlier);

    public bool IsCompleted => TryEnd();

    /// <summary>False while more may come to it.</summary>
    internal bool IsHandedOver { get; private set; }

    public PendingCommit GetAwaiter() => this;

    /// <exception cref="JournalUnavailableException">The outcome is unknown, or the grain has lost another commit.</exception>
    public void GetResult() => _grain.ThrowIfFaulted();

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation)
    {
        if (_waiting is null)
        {
            _waiting = continuation;
        }
        else
        {
            (_othersWaiting ??= []).Add(continuation);
        }

        Watch();
    }

    internal void HandOver(ValueTask append, long last, long mark, JournalSnapshot? snapshot)
    {
        (_append, _last, _mark, _snapshot) = (append.GetAwaiter(), last, mark, snapshot);
        IsHandedOver = true;
        if (_waiting is not null)
        {
            Watch();
        }
    }

    /// <summary>Ends it, or those before it, where the journal has done with them and nobody waits.</summary>
    /// <returns>Whether it is over.</returns>
    internal bool TryEnd()
    {
        if (!_isOver && !_isWatched)
        {
            if (IsHandedOver && _append.IsCompleted)
            {
                End();
            }
            else
            {
                _earlier?.TryEnd();
            }
        }

        return _isOver;
    }

    /// <summary>Ends what was to be handed over and was not: the grain is at fault, which tells everybody.</summary>
    internal void Lose(Exception cause)
    {
        _grain.Fault(cause);
        GoOn();
    }

    private void Watch()
    {
        if (IsHandedOver && !_isWatched)
        {
            _isWatched = true; // from here on the append is not looked at but by what it calls
            _append.UnsafeOnCompleted(End);
        }
    }

    private void End()
    {
        _earlier?.TryEnd();
        try
        {
            _append.GetResult();
            _grain.OnDurable(_last, _mark, _snapshot);
        }
        catch (Exception lost)
        {
            _grain.Fault(lost);
        }

        GoOn();
    }

    private void GoOn()
    {
        _isOver = true;
        _grain.Forget(this);
        var (first, others) = (_waiting, _othersWaiting);
        (_waiting, _othersWaiting, _snapshot, _append, _earlier) = (null, null, null, default, null);
        first?.Invoke();
        others?.ForEach(static next => next());
    }
}
