using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.InteropServices;

namespace Bourse.ApiHost.Live.Frames;

/// <summary>
/// Reads what a client sends over one WebSocket (RFC 6455, 5.2) as Kestrel has it. A text message of one frame goes to the <see cref="TextMessages"/>; all other frames are
/// left to the framework's WebSocket as they are. The first one that is neither that nor a control frame leaves it all that follows too, so that nothing changes its order.
/// </summary>
internal sealed class FrameReader(PipeReader line, TextMessages messages)
{
    private const byte FinalText = 0x81;
    private const byte ControlBits = 0xf8;
    private const byte FinalControl = 0x88;
    private const byte Masked = 0x80;
    private const byte LengthBits = 0x7f;
    private const int Max7Bits = 125;
    private const int MaskBytes = sizeof(uint);

    /// <summary>Of a message that is taken; Kestrel has to hold one whole.</summary>
    private const int MaxBytes = 16 * 1024;
    private const int MaxHeadBytes = 4 + MaskBytes;

    /// <summary>So many bytes that come next are the WebSocket's.</summary>
    private long others;

    /// <summary>Takes messages until there is something for the WebSocket, and gives it that; 0 at the end.</summary>
    public async ValueTask<int> Read(Memory<byte> buffer, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await line.ReadAsync(cancellation);
            var rest = read.Buffer;
            var taken = others == 0 && TakeMessages(ref rest);
            var given = others == 0 ? 0 : (int)Math.Min(Math.Min(buffer.Length, others), rest.Length);
            rest.Slice(0, given).CopyTo(buffer.Span);
            var (isOver, isTheirs) = (read.IsCompleted || read.IsCanceled, others > 0 && !rest.IsEmpty);
            others -= given;
            line.AdvanceTo(rest.GetPosition(given), isTheirs ? rest.GetPosition(given) : rest.End);
            if (taken)
            {
                await messages.Flush();
            }

            if (isTheirs || isOver)
            {
                return given;
            }
        }
    }

    private bool TakeMessages(ref ReadOnlySequence<byte> bytes)
    {
        var taken = false;
        Span<byte> headBytes = stackalloc byte[MaxHeadBytes];
        while (TryReadHead(bytes, headBytes, out var head))
        {
            var end = head.Bytes + head.Payload;
            if (head.IsControl)
            {
                others = end;
                break;
            }

            if (!head.IsMessage)
            {
                others = long.MaxValue;
                break;
            }

            if (bytes.Length < end)
            {
                break;
            }

            if (!messages.TryAdd(bytes.Slice(head.Bytes, head.Payload), head.Mask))
            {
                others = long.MaxValue;
                break;
            }

            bytes = bytes.Slice(end);
            taken = true;
        }

        return taken;
    }

    /// <summary>False while more of the head has to come.</summary>
    private static bool TryReadHead(in ReadOnlySequence<byte> bytes, Span<byte> head, out Head found)
    {
        found = default;
        var known = (int)Math.Min(bytes.Length, head.Length);
        bytes.Slice(0, known).CopyTo(head);
        if (known < 2)
        {
            return false;
        }

        var length = head[1] & LengthBits;
        var isMasked = (head[1] & Masked) != 0;
        if ((head[0] & ControlBits) == FinalControl && length <= Max7Bits && isMasked)
        {
            found = new Head(IsControl: true, IsMessage: false, 2 + MaskBytes, length, Mask: 0);
            return true;
        }

        if (head[0] != FinalText || !isMasked || length > Max7Bits + 1)
        {
            return true; // the framework's
        }

        var lengthEnd = length <= Max7Bits ? 2 : 4;
        if (known < lengthEnd + MaskBytes)
        {
            return false;
        }

        length = lengthEnd == 2 ? length : BinaryPrimitives.ReadUInt16BigEndian(head[2..]);
        found = new Head(IsControl: false, length <= MaxBytes, lengthEnd + MaskBytes, length, MemoryMarshal.Read<uint>(head[lengthEnd..]));
        return true;
    }

    /// <summary>A frame's head; one that is neither a control frame's nor a message's is the framework's.</summary>
    private readonly record struct Head(bool IsControl, bool IsMessage, int Bytes, int Payload, uint Mask);
}
