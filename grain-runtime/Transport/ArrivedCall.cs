using System.Diagnostics;
using Bourse.GrainRuntime.Activations;
using Bourse.GrainRuntime.Calls;
using Bourse.GrainRuntime.Wire;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Transport;

/// <summary>What a call that came from another process has beside the call itself.</summary>
/// <param name="From">Where the answer goes.</param>
/// <param name="Id">The caller's number of it; 0 where nobody waits.</param>
/// <param name="Chain">The calls that wait for this one, the oldest first, in whatever process; empty where none blocks.</param>
/// <param name="Finished">Called once, when it is answered.</param>
internal sealed record Arrival(Connection From, long Id, ChainLink[] Chain, Action<ArrivedCall> Finished);

/// <summary>A call under way between two processes.</summary>
internal readonly record struct ChainLink(Guid Process, long Id);

/// <summary>Stands in for the requests of other processes that wait for a call.</summary>
internal sealed class RemoteAncestor(ChainLink[] chain) : Request
{
    public ChainLink[] Chain => chain;

    public override Task Run(Activation activation) => Task.CompletedTask;

    public override void Complete(Task finished)
    {
    }

    public override void Fail(Exception exception)
    {
    }
}

/// <summary>A call that came from another process.</summary>
internal abstract class ArrivedCall(GrainMethod method, GrainReference target, object?[] arguments, Arrival arrival)
    : CallRequest(method, target, arguments)
{
    private int _isAnswered;

    public Arrival Arrival => arrival;

    public override Task Answer => Task.CompletedTask;

    public override bool IsAbandoned => Volatile.Read(ref _isAnswered) != 0 || arrival.From.IsClosed;

    /// <summary>Says that it was not begun, and that the grain belongs elsewhere.</summary>
    public void Refuse() => Tell(AnswerStatus.NotOwner, static (_, _) => { }, 0);

    public override void Fail(Exception exception) => Tell(AnswerStatus.Failed, static (writer, failure) => Exceptions.Write(writer, failure, 0), exception);

    protected override void Cancel(CancellationToken token) => Tell(AnswerStatus.Cancelled, static (_, _) => { }, 0);

    /// <summary>Answers, the first time that it is called.</summary>
    protected void Tell<T>(AnswerStatus status, Action<FrameWriter, T> write, T content)
    {
        if (Interlocked.Exchange(ref _isAnswered, 1) != 0)
        {
            return;
        }

        ForgetCancellation();
        arrival.Finished(this);
        if (arrival.Id == 0)
        {
            return;
        }

        var writer = FrameWriter.Begin(FrameKind.Answer);
        writer.WriteNumber(arrival.Id);
        writer.WriteByte((byte)status);
        try
        {
            write(writer, content);
        }
        catch (Exception exception)
        {
            // The result is no message, or too large: the caller is told that.
            writer = FrameWriter.Begin(FrameKind.Answer);
            writer.WriteNumber(arrival.Id);
            writer.WriteByte((byte)AnswerStatus.Failed);
            Exceptions.Write(writer, exception, 0);
        }

        arrival.From.TrySend(writer.Finish());
    }
}

/// <summary>A call that came from another process, with a result of type <typeparamref name="TResult"/>.</summary>
internal sealed class ArrivedCall<TResult>(GrainMethod method, GrainReference target, object?[] arguments, Arrival arrival)
    : ArrivedCall(method, target, arguments, arrival)
{
    public override void Complete(Task finished)
    {
        base.Complete(finished);
        if (finished.IsCanceled)
        {
            Cancel(default);
        }
        else if (finished.IsFaulted)
        {
            Fail(finished.Exception.InnerException!);
        }
        else if (Results.TryTake<TResult>(finished, out var result))
        {
            Tell(AnswerStatus.Done, static (writer, value) => Codec<TResult>.Instance.Write(writer, value), result);
        }
        else
        {
            Fail(new InvalidCastException($"A filter gave {this} a result that is no {typeof(TResult)}."));
        }
    }

    public override void Arrive(FrameReader reader) => throw new UnreachableException("It is answered, not asked.");
}
