using System.Collections.Concurrent;
using System.Diagnostics;
using Bourse.GrainRuntime.Activations;
using Bourse.GrainRuntime.Calls;
using Bourse.GrainRuntime.Cluster;
using Bourse.GrainRuntime.Diagnostics;
using Bourse.GrainRuntime.Wire;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Transport;

/// <summary>Calls to and from other processes. Each is carried out at most once: what was sent on a connection that ended fails, and is not sent again.</summary>
internal sealed class RemoteCalls(ClusterNode node)
{
    /// <summary>Calls that this process may have under way elsewhere, and others here.</summary>
    private const int Limit = 100_000;

    private const int MaxChain = 64;

    private readonly ConcurrentDictionary<long, Sent> _sent = new();
    private long _lastId;
    private int _arrived;

    [Flags]
    private enum Parts : byte
    {
        None = 0,
        MayReenter = 1,
        Values = 2,
        Chain = 4,
        Trace = 8,
        Insists = 16,
    }

    /// <summary>How many calls of others are carried out here.</summary>
    public int Arrived => Volatile.Read(ref _arrived);

    /// <summary>Sends a call; false where the connection is closed and nothing was sent.</summary>
    /// <param name="epoch">The partition's, as this process knows it.</param>
    public bool TrySend(CallRequest call, GrainId target, long epoch, Connection to)
    {
        if (_sent.Count >= Limit)
        {
            Metrics.CallRejected();
            call.Fail(new LimitExceededException("calls under way to other processes", _sent.Count, Limit, to.Peer));
            return true;
        }

        var id = call.Method.IsOneWay ? 0 : Interlocked.Increment(ref _lastId);
        FrameWriter writer;
        try
        {
            writer = Write(call, id, target, epoch);
        }
        catch (Exception exception)
        {
            // A message that cannot travel, or is too large: its caller is told.
            call.Fail(exception);
            return true;
        }

        if (id != 0)
        {
            _sent[id] = new Sent(call, target, to);
            if (call.Method.TokenOf(call.Arguments) is { CanBeCanceled: true } token)
            {
                token.UnsafeRegister(_ => SendCancel(id, to), null);
            }
        }

        if (to.TrySend(writer.Finish()))
        {
            return true;
        }

        // Where it is not there any more, the end of the connection has failed it.
        return id != 0 && !_sent.TryRemove(id, out _);
    }

    public void OnCall(Connection from, FrameReader reader)
    {
        var id = reader.ReadNumber();
        var number = reader.ReadUInt32();
        var target = Simple.ReadGrainId(reader);
        var epoch = reader.ReadNumber();
        var dueMs = reader.ReadNumber();
        var parts = (Parts)reader.ReadByte();
        var values = parts.HasFlag(Parts.Values) ? Codec<Dictionary<string, object>>.Instance.Read(reader) : null;
        var chain = parts.HasFlag(Parts.Chain) ? ReadChain(reader) : [];
        var trace = parts.HasFlag(Parts.Trace) && ActivityContext.TryParse(reader.ReadString(), null, isRemote: true, out var context) ? context : default;
        if (WireTypes.FindMethod(number) is not { } method)
        {
            reader.Skip();
            Answer(from, id, AnswerStatus.Failed, new NotSupportedException($"{target} was called by a method that this silo does not know."));
            return;
        }

        var arguments = new object?[method.Codecs.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = method.Codecs[i].ReadObject(reader);
        }

        reader.End();
        method.TrySetToken(arguments, () => CancellationOf(from, id));
        var due = dueMs < 0 ? int.MaxValue : node.Cluster.Clock.TickAfter(TimeSpan.FromMilliseconds(dueMs));
        var call = (ArrivedCall)method.MakeArrived(
            GrainReference.Make(GrainInterface.Of(method.Info.DeclaringType!), target, node.Runtime), arguments,
            new Arrival(from, id, chain, Finished), ParentOf(chain), parts.HasFlag(Parts.MayReenter), trace, due);
        call.Values = values;
        if (Interlocked.Increment(ref _arrived) > Limit)
        {
            Metrics.CallRejected();
            call.Fail(new LimitExceededException("calls of other processes", _arrived, Limit, node.Runtime.Name));
        }
        else if (node.Serves(target, epoch))
        {
            node.Cluster.Route(call, target, node.Runtime);
        }
        else if (!parts.HasFlag(Parts.Insists) || !node.Cluster.TryRevive(call, target))
        {
            call.Refuse();
        }
    }

    public void OnAnswer(FrameReader reader)
    {
        var id = reader.ReadNumber();
        var status = (AnswerStatus)reader.ReadByte();
        if (!_sent.TryRemove(id, out var sent))
        {
            reader.Skip(); // timed out, or cancelled
            return;
        }

        try
        {
            switch (status)
            {
                case AnswerStatus.Done:
                    sent.Call.Arrive(reader);
                    break;
                case AnswerStatus.Failed:
                    sent.Call.Fail(Exceptions.Read(reader, 0) ?? throw new WireException("a failure without an exception"));
                    break;
                case AnswerStatus.Cancelled:
                    sent.Call.Cancelled();
                    break;
                case AnswerStatus.NotOwner:
                    node.OnNotOwner(sent.Call, sent.Target);
                    break;
                default:
                    throw new WireException($"an answer of the kind {status}");
            }
        }
        catch (Exception unreadable)
        {
            // Its caller waits for nothing else any more.
            sent.Call.Fail(new OrleansException($"The answer to {sent.Call} cannot be read.", unreadable));
            throw;
        }
    }

    public static void OnCancel(Connection from, FrameReader reader)
    {
        var id = reader.ReadNumber();
        reader.End();
        if (from.Cancellable.TryGetValue(id, out var cancellation))
        {
            // Code that watches the token runs elsewhere than in the connection's loop.
            _ = cancellation.CancelAsync();
        }
    }

    /// <summary>Fails what was sent on a connection that has ended.</summary>
    public void OnClosed(Connection connection)
    {
        foreach (var (id, sent) in _sent)
        {
            if (sent.To == connection && _sent.TryRemove(id, out _))
            {
                sent.Call.Fail(new SiloUnavailableException(
                    $"The connection to {connection.Peer} has ended while {sent.Call} was under way. Whether it was carried out is unknown."));
            }
        }
    }

    public void Sweep(int nowTick, List<Request> overdue)
    {
        foreach (var (id, sent) in _sent)
        {
            if (nowTick >= sent.Call.DueTick && _sent.TryRemove(id, out _))
            {
                overdue.Add(sent.Call);
            }
        }
    }

    private static FrameWriter Write(CallRequest call, long id, GrainId target, long epoch, Parts parts)
    {
        var writer = FrameWriter.Begin(FrameKind.Call);
        writer.WriteNumber(id);
        writer.WriteUInt32(call.Method.Number);
        Simple.WriteGrainId(writer, target);
        writer.WriteNumber(epoch);
        writer.WriteNumber(call.DueTick == int.MaxValue
            ? -1
            : Math.Max(0, call.DueTick - call.Sender.Cluster.Clock.Tick) * (long)ClusterClock.Resolution.TotalMilliseconds);
        writer.WriteByte((byte)parts);
        return writer;
    }

    private static ChainLink[] ReadChain(FrameReader reader)
    {
        var chain = new ChainLink[reader.ReadCount()];
        for (var i = 0; i < chain.Length; i++)
        {
            chain[i] = new ChainLink(Codec<Guid>.Instance.Read(reader), reader.ReadNumber());
        }

        return chain;
    }

    private static void Answer(Connection to, long id, AnswerStatus status, Exception exception)
    {
        var writer = FrameWriter.Begin(FrameKind.Answer);
        writer.WriteNumber(id);
        writer.WriteByte((byte)status);
        Exceptions.Write(writer, exception, 0);
        to.TrySend(writer.Finish());
    }

    private FrameWriter Write(CallRequest call, long id, GrainId target, long epoch)
    {
        var chain = ChainOf(call, id);
        var parts = (call.MayReenter ? Parts.MayReenter : Parts.None)
            | (call.Values is { Count: > 0 } ? Parts.Values : Parts.None)
            | (chain.Length > 0 ? Parts.Chain : Parts.None)
            | (call.ParentActivity?.Id is not null ? Parts.Trace : Parts.None)
            | (node.Insists(call) ? Parts.Insists : Parts.None);
        var writer = Write(call, id, target, epoch, parts);
        if (parts.HasFlag(Parts.Values))
        {
            Codec<Dictionary<string, object>>.Instance.Write(writer, call.Values!);
        }

        if (chain.Length > 0)
        {
            writer.WriteNumber(chain.Length);
            foreach (var link in chain)
            {
                Codec<Guid>.Instance.Write(writer, link.Process);
                writer.WriteNumber(link.Id);
            }
        }

        if (parts.HasFlag(Parts.Trace))
        {
            writer.WriteString(call.ParentActivity!.Id);
        }

        var codecs = call.Method.Codecs;
        for (var i = 0; i < codecs.Length; i++)
        {
            codecs[i].WriteObject(writer, call.Arguments[i]);
        }

        return writer;
    }

    // Only a call that a grain waits for in a request of its own can come back to it.
    private ChainLink[] ChainOf(CallRequest call, long id)
    {
        if (call.Parent is null || id == 0)
        {
            return [];
        }

        for (var ancestor = call.Parent; ancestor is not null; ancestor = ancestor.Parent)
        {
            if (ancestor is RemoteAncestor { Chain: { Length: < MaxChain } chain })
            {
                return [.. chain, new ChainLink(node.Process, id)];
            }
        }

        return [new ChainLink(node.Process, id)];
    }

    private RemoteAncestor? ParentOf(ChainLink[] chain)
    {
        if (chain.Length == 0)
        {
            return null;
        }

        var mine = chain.LastOrDefault(link => link.Process == node.Process);
        return new RemoteAncestor(chain) { Parent = _sent.TryGetValue(mine.Id, out var sent) ? sent.Call.Parent : null };
    }

    private void Finished(ArrivedCall call)
    {
        Interlocked.Decrement(ref _arrived);
        call.Arrival.From.Cancellable.TryRemove(call.Arrival.Id, out _);
    }

    private static CancellationToken CancellationOf(Connection from, long id)
    {
        if (id == 0)
        {
            return default;
        }

        return from.Cancellable.GetOrAdd(id, static _ => new CancellationTokenSource()).Token;
    }

    private void SendCancel(long id, Connection to)
    {
        if (_sent.TryRemove(id, out _))
        {
            var writer = FrameWriter.Begin(FrameKind.Cancel);
            writer.WriteNumber(id);
            to.TrySend(writer.Finish());
        }
    }

    private readonly record struct Sent(CallRequest Call, GrainId Target, Connection To);
}
