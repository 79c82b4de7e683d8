using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Bourse.ApiHost.Live.Frames;

/// <summary>
/// The text that a client sends over one WebSocket, for one who reads it as a pipe: SignalR. Messages come straight from their frames, as long as the client sends each
/// in one; and whatever the framework's WebSocket has read, where it does not.
/// </summary>
public sealed class TextMessages
{
    /// <summary>Who reads goes on where the message was read: a turn of the thread pool would cost a part of what an order does.</summary>
    private readonly Pipe pipe = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
    private readonly Lock guard = new();

    /// <summary>Under <see cref="guard"/>: nothing is written any more.</summary>
    private bool ended;

    /// <summary>The text of all messages, one after the other; throws what the framework's WebSocket ended with. Not to be read by two.</summary>
    public PipeReader Reader => pipe.Reader;

    /// <summary>Adds a message that is masked as RFC 6455, 5.3 has it; false when it is not UTF-8.</summary>
    /// <param name="mask">The four bytes of the mask, as they lie in memory.</param>
    public bool TryAdd(in ReadOnlySequence<byte> masked, uint mask)
    {
        lock (guard)
        {
            if (ended || masked.IsEmpty)
            {
                return true;
            }

            var text = pipe.Writer.GetSpan((int)masked.Length)[..(int)masked.Length];
            masked.CopyTo(text);
            Unmask(text, mask);
            if (!Utf8.IsValid(text))
            {
                return false;
            }

            pipe.Writer.Advance(text.Length);
            return true;
        }
    }

    /// <summary>Lets what was added be read; waits while too much is not read yet.</summary>
    public ValueTask<FlushResult> Flush() => pipe.Writer.FlushAsync();

    /// <summary>Adds what the framework's WebSocket reads, until it ends; then nothing can be added any more.</summary>
    public async Task Take(PipeReader framework)
    {
        Exception? failure = null;
        try
        {
            var read = await framework.ReadAsync();
            while (!read.IsCanceled)
            {
                Add(read.Buffer);
                framework.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || (await Flush()).IsCompleted)
                {
                    break;
                }

                read = await framework.ReadAsync();
            }
        }
        catch (Exception e)
        {
            failure = e; // told to the one who reads
        }

        lock (guard)
        {
            ended = true;
            pipe.Writer.Complete(failure);
        }
    }

    private void Add(in ReadOnlySequence<byte> text)
    {
        lock (guard)
        {
            foreach (var part in text)
            {
                pipe.Writer.Write(part.Span);
            }
        }
    }

    private static void Unmask(Span<byte> text, uint mask)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(text);
        var twice = ((ulong)mask << 32) | mask;
        foreach (ref var word in words)
        {
            word ^= twice;
        }

        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in mask));
        for (var i = words.Length * sizeof(ulong); i < text.Length; i++)
        {
            text[i] ^= bytes[i % bytes.Length];
        }
    }
}
