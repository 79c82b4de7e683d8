using System.Diagnostics;
using Bourse.GrainRuntime.Activations;

namespace Bourse.GrainRuntime.Calls;

/// <summary>Something that one activation carries out as a request: a call, a timer's callback, events of a stream. It is carried out at most once.</summary>
internal abstract class Request
{
    /// <summary>The calling activation; null for a client and for the engine itself.</summary>
    public Activation? Source { get; init; }

    /// <summary>The request whose code made this one; null where that one does not wait for it.</summary>
    public Request? Parent { get; set; }

    /// <summary>Whether this may come back along its own chain of calls, see RequestContext.AllowCallChainReentrancy.</summary>
    public bool MayReenter { get; init; }

    /// <summary>The values of RequestContext that travel with it.</summary>
    public Dictionary<string, object>? Values { get; set; }

    public Activity? ParentActivity { get; set; }

    /// <summary>Whether it may run between the turns of any other request.</summary>
    public virtual bool AlwaysInterleaves => false;

    /// <summary>Whether it may run between the turns of others of its kind.</summary>
    public virtual bool IsReadOnly => false;

    /// <summary>Whether carrying it out counts as use of the grain.</summary>
    public virtual bool KeepsAlive => true;

    /// <summary>Whether the mailbox bound and the response timeout apply.</summary>
    public virtual bool IsCall => false;

    /// <summary>Whether nobody waits any more, so that it need not begin.</summary>
    public virtual bool IsAbandoned => false;

    /// <summary>The tick of the cluster's clock at which the caller gives up.</summary>
    public int DueTick { get; init; } = int.MaxValue;

    /// <summary>Since which tick it waits for a silo that takes it; 0: it never has.</summary>
    public int ParkedTick { get; set; }

    /// <summary>How many activations went without having done anything, and left it to the next one.</summary>
    public int Forwards { get; set; }

    /// <summary>Whether the sweep has found it. Written under the holder's gate.</summary>
    public bool IsOverdue { get; set; }

    /// <summary>The activation that has it. Written under that activation's gate.</summary>
    public Activation? Holder { get; set; }

    /// <summary>Neighbours in the holder's list. Touched under its gate only.</summary>
    public Request? Previous { get; set; }

    /// <inheritdoc cref="Previous" />
    public Request? Next { get; set; }

    /// <summary>Whether it has begun and not finished. Written in the holder's turns only.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>What carries it out; set once it has begun.</summary>
    public Task? Work { get; set; }

    /// <summary>Carries it out, in a turn of the activation.</summary>
    public abstract Task Run(Activation activation);

    /// <summary>Tells the caller how it went. Called once, in a turn of the activation, after <see cref="Run"/>.</summary>
    public abstract void Complete(Task finished);

    /// <summary>Tells the caller that it failed, or that nobody knows. Has no effect once the caller knows. Any thread.</summary>
    public abstract void Fail(Exception exception);

    public void Begin() => IsRunning = true;

    /// <summary>Lets go of the chain of callers, so that a chain is never longer than what is under way.</summary>
    public void End()
    {
        IsRunning = false;
        Parent = null;
    }

    /// <summary>Whether a request that this activation is carrying out waits, directly or not, for this one.</summary>
    /// <param name="activation">The activation.</param>
    /// <param name="onlyBlocking">Count only requests that keep others from beginning.</param>
    public bool IsAwaitedBy(Activation activation, bool onlyBlocking)
    {
        for (var ancestor = Parent; ancestor is not null; ancestor = ancestor.Parent)
        {
            if (ancestor.IsRunning && ancestor.Holder == activation && !(onlyBlocking && ancestor.AlwaysInterleaves))
            {
                return true;
            }
        }

        return false;
    }
}
