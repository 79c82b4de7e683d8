using System.Buffers;
using System.Buffers.Binary;

namespace Bourse.ApiHost.Live.Frames;

/// <summary>A text message, or a ping, as one frame of a WebSocket's server (RFC 6455), in a rented buffer; its payload is to be filled in, once.</summary>
public readonly struct TextFrame
{
    private const byte FinalText = 0x81;
    private const byte FinalPing = 0x89;
    private const int Max7Bits = 125;
    private readonly byte[] buffer;
    private readonly int head;
    private readonly int length;

    public TextFrame(int payloadBytes)
    {
        head = payloadBytes <= Max7Bits ? 2 : payloadBytes <= ushort.MaxValue ? 4 : 10;
        length = head + payloadBytes;
        buffer = ArrayPool<byte>.Shared.Rent(length);
        buffer[0] = FinalText;
        switch (head)
        {
            case 2:
                buffer[1] = (byte)payloadBytes;
                break;
            case 4:
                buffer[1] = Max7Bits + 1;
                BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(2), (ushort)payloadBytes);
                break;
            default:
                buffer[1] = Max7Bits + 2;
                BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(2), payloadBytes);
                break;
        }
    }

    /// <summary>A ping without a payload.</summary>
    internal static TextFrame Ping()
    {
        var frame = new TextFrame(0);
        frame.buffer[0] = FinalPing;
        return frame;
    }

    public Span<byte> Payload => buffer.AsSpan(head, length - head);

    internal ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    internal void Return() => ArrayPool<byte>.Shared.Return(buffer);
}
