using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Sockets;
using Bourse.GrainRuntime.Streams;
using Bourse.GrainRuntime.Wire;

namespace Bourse.GrainRuntime.Transport;

/// <summary>
/// The connection between two processes of the cluster. Frames sent while a write is under way go out with the next one, together. A peer that is
/// silent, or does not read what is sent, is cut off.
/// </summary>
internal sealed class Connection(Link link, PeerIdentity peer, FrameReader reader)
{
    /// <summary>Bytes that may wait to be written.</summary>
    private const long MaxWaiting = 64 * 1024 * 1024;

    private static readonly long s_pingAfterMs = 1_000;
    private static readonly long s_silenceMs = 4_000;

    /// <summary>What one look at a silent peer counts at most: one that comes later says that this process stood still, not that the peer is silent.</summary>
    private static readonly long s_lookMs = 500;

    private readonly Pipe _output = new(new PipeOptions(
        pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: 32 * 1024, useSynchronizationContext: false));

    private readonly Lock _lock = new();
    private long _waiting;
    private long _heardAt = Environment.TickCount64;
    private long _spokeAt = Environment.TickCount64;
    private long _lookedAt = Environment.TickCount64;
    private long _silentMs;
    private bool _isClosed;

    public PeerIdentity Peer => peer;

    /// <summary>Streams that the peer wants the events of.</summary>
    public ConcurrentDictionary<StreamChannel, bool> Watched { get; } = new();

    /// <summary>Calls of the peer's that it can cancel.</summary>
    public ConcurrentDictionary<long, CancellationTokenSource> Cancellable { get; } = new();

    /// <summary>Bytes that are not written yet.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    /// <summary>When the peer last said a word, in ms.</summary>
    public long HeardAt => Volatile.Read(ref _heardAt);

    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>Takes a frame to be written after those before it; false where the connection is closed. Any thread.</summary>
    public bool TrySend(ReadOnlySpan<byte> frame)
    {
        if (Interlocked.Add(ref _waiting, frame.Length) > MaxWaiting)
        {
            Close();
        }

        lock (_lock)
        {
            if (_isClosed)
            {
                return false;
            }

            _output.Writer.Write(frame);
            _ = _output.Writer.FlushAsync(); // never waits: the bound is above
            _spokeAt = Environment.TickCount64;
            return true;
        }
    }

    /// <summary>Reads and writes until one side ends it.</summary>
    /// <param name="handle">Takes each frame, one after the other.</param>
    /// <exception cref="WireException">The peer sent what no peer of ours sends.</exception>
    public async Task Run(Action<Connection, FrameKind, FrameReader> handle)
    {
        var writing = Task.Run(Write);
        try
        {
            await Read(handle);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // The other side is gone, or this one has closed.
        }
        finally
        {
            Close();
            await writing;
            link.Dispose();
        }
    }

    /// <summary>Ends it at once.</summary>
    public void Close()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            _output.Writer.Complete();
        }

        link.Cut();
    }

    /// <summary>Says a word when there was none for a while, and closes it when the peer has said none for too long. Called again and again.</summary>
    /// <param name="now">In the milliseconds of <see cref="HeardAt"/>.</param>
    public void KeepAlive(long now)
    {
        var step = Math.Clamp(now - Interlocked.Exchange(ref _lookedAt, now), 0, s_lookMs);
        if (Interlocked.Add(ref _silentMs, step) > s_silenceMs)
        {
            Close();
        }
        else if (now - _spokeAt > s_pingAfterMs)
        {
            TrySend(FrameWriter.Begin(FrameKind.Ping).Finish());
        }
    }

    private async Task Write()
    {
        try
        {
            while (true)
            {
                var read = await _output.Reader.ReadAsync();
                foreach (var part in read.Buffer)
                {
                    await link.Stream.WriteAsync(part);
                }

                Interlocked.Add(ref _waiting, -read.Buffer.Length);
                _output.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            Close();
        }
        finally
        {
            await _output.Reader.CompleteAsync();
        }
    }

    private async Task Read(Action<Connection, FrameKind, FrameReader> handle)
    {
        var input = PipeReader.Create(link.Stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        while (true)
        {
            var read = await input.ReadAsync();
            Volatile.Write(ref _heardAt, Environment.TickCount64);
            Volatile.Write(ref _silentMs, 0);
            var buffer = read.Buffer;
            while (!IsClosed && TryTake(ref buffer, out var frame))
            {
                handle(this, reader.Begin(frame), reader);
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted || IsClosed)
            {
                return;
            }
        }
    }

    private static bool TryTake(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        if (buffer.Length < 4)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[4];
        buffer.Slice(0, 4).CopyTo(prefix);
        var length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        if (length is < 1 or > FrameWriter.MaxLength)
        {
            throw new WireException($"a frame of {length} bytes");
        }

        if (buffer.Length - 4 < length)
        {
            return false;
        }

        frame = buffer.Slice(4, length);
        buffer = buffer.Slice(4 + length);
        return true;
    }
}
