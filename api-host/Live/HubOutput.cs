using System.Buffers;
using System.IO.Pipelines;
using Bourse.ApiHost.Live.Frames;

namespace Bourse.ApiHost.Live;

/// <summary>
/// Where SignalR writes the messages of one connection. They leave in their order as frames of its <see cref="FrameStream"/>, those that are ready in the same moment in
/// one: past SignalR's pipe and the framework's WebSocket, each of which takes a turn of the thread pool and a write for itself. Holds no memory while there is nothing to send.
/// </summary>
/// <param name="open">Asked once, when there is something to send: not before the handshake.</param>
/// <param name="abort">Ends a connection that cannot be sent to, or took nothing for <paramref name="stall"/>; does not block.</param>
public sealed class HubOutput(SendLane lane, Func<FrameStream> open, Action abort, TimeSpan stall) : PipeWriter
{
    private const int LeastBytes = 1_024;

    /// <summary>Who writes waits while more than this is ready, and has not been sent.</summary>
    private const int MaxReadyBytes = 64 * 1024;
    private readonly Lock guard = new();

    /// <summary>The one who writes has these for itself; SignalR lets one at a time.</summary>
    private byte[] filling = [];
    private int filled;

    /// <summary>Under <see cref="guard"/>, as all that follows.</summary>
    private byte[] ready = [];
    private int readyBytes;
    private bool sending;
    private bool ended;
    private TaskCompletionSource? sent;

    /// <summary>The one who sends has it for itself.</summary>
    private FrameStream? frames;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(ref filling, filled, sizeHint);
        return filling.AsMemory(filled);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes) => filled += bytes;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        lock (guard)
        {
            MakeReady_NeedsLock();
            if (readyBytes > 0 && !sending)
            {
                sending = true;
                lane.Add(this);
            }

            return readyBytes > MaxReadyBytes ? Room(Sent_NeedsLock(), cancellationToken) : ValueTask.FromResult(new FlushResult(isCanceled: false, isCompleted: ended));
        }
    }

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
        lock (guard)
        {
            End_NeedsLock();
        }
    }

    /// <summary>Completes when all that was flushed is sent, or will not be.</summary>
    public Task Sent()
    {
        lock (guard)
        {
            return Sent_NeedsLock();
        }
    }

    /// <summary>For the lane.</summary>
    public void SendReady() => _ = Send();

    private static async ValueTask<FlushResult> Room(Task sent, CancellationToken cancellation)
    {
        await sent.WaitAsync(cancellation);
        return new FlushResult(isCanceled: false, isCompleted: false);
    }

    private static void Grow(ref byte[] buffer, int used, int more)
    {
        if (buffer.Length - used >= Math.Max(1, more))
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(LeastBytes, Math.Max(2 * buffer.Length, used + more)));
        buffer.AsSpan(0, used).CopyTo(larger);
        Return(ref buffer);
        buffer = larger;
    }

    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }
    }

    private async Task Send()
    {
        try
        {
            while (Take() is { } frame)
            {
                var sent = (frames ??= open()).Send(frame);
                if (!sent.IsCompletedSuccessfully)
                {
                    await sent.AsTask().WaitAsync(stall);
                }
            }
        }
        catch (Exception)
        {
            // However it cannot be sent to, the connection is of no use any more; it reports its own end.
            Complete();
            abort();
        }
    }

    /// <summary>All that is ready; null, and the sending has ended, when there is nothing.</summary>
    private TextFrame? Take()
    {
        lock (guard)
        {
            if (readyBytes == 0)
            {
                sending = false;
                sent?.SetResult();
                sent = null;
                return null;
            }

            var frame = new TextFrame(readyBytes);
            ready.AsSpan(0, readyBytes).CopyTo(frame.Payload);
            readyBytes = 0;
            Return(ref ready);
            return frame;
        }
    }

    private void MakeReady_NeedsLock()
    {
        if (readyBytes == 0 && !ended)
        {
            Return(ref ready);
            (ready, readyBytes, filling, filled) = (filling, filled, [], 0);
            return;
        }

        if (!ended)
        {
            Grow(ref ready, readyBytes, filled);
            filling.AsSpan(0, filled).CopyTo(ready.AsSpan(readyBytes));
            readyBytes += filled;
        }

        filled = 0;
        Return(ref filling);
    }

    private Task Sent_NeedsLock() => sending ? (sent ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;

    private void End_NeedsLock()
    {
        (ended, sending, readyBytes) = (true, false, 0);
        Return(ref ready);
        sent?.SetResult();
        sent = null;
    }
}
