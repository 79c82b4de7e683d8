using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bourse.ApiHost.Cli.Load.Worker;

/// <summary>
/// The client's end of a WebSocket (RFC 6455), as small as it can be, so that tens of thousands fit on one machine beside the server: what arrives is looked at
/// where the poller has read it, and only what is not a whole frame yet is kept.
/// </summary>
internal abstract class RawSocket : IDisposable
{
    private const int MaxMessageBytes = 4 * 1024 * 1024;
    private const int MaxHeadBytes = 8 * 1024;
    private const int HandshakeMs = 60_000;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = HandshakeMs };
    private readonly Lock _sending = new();

    /// <summary>The begin of a frame that is not whole yet; used by the poller's thread only, as is the message under way.</summary>
    private byte[] _rest = [];
    private int _restCount;
    private byte[] _message = [];
    private int _messageCount;

    public long BytesReceived { get; private set; }

    public bool IsOpen { get; private set; }

    /// <summary>The socket's number, for the poller.</summary>
    public int Descriptor => (int)_socket.SafeHandle.DangerousGetHandle();

    /// <summary>Nothing is read while it has not completed.</summary>
    public Func<Task> MayRead { get; set; } = () => Task.CompletedTask;

    /// <summary>Connects from an address of this machine, so that the ports of one address are no bound. Blocks: the framework would watch a socket used otherwise.</summary>
    /// <exception cref="IOException">The server does not take the connection.</exception>
    public void Connect(IPEndPoint server, IPAddress from, string path)
    {
        _socket.Bind(new IPEndPoint(from, 0));
        _socket.Connect(server);
        _socket.Send(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: {server}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"));
        var buffer = new byte[MaxHeadBytes];
        int head, end = 0;
        while ((head = buffer.AsSpan(0, end).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var count = end < MaxHeadBytes ? _socket.Receive(buffer.AsSpan(end)) : 0;
            end += count > 0 ? count : throw new IOException("The server ended the handshake.");
        }

        if (!buffer.AsSpan(0, end).StartsWith("HTTP/1.1 101"u8))
        {
            throw new IOException($"The server answered {Encoding.ASCII.GetString(buffer, 0, Math.Min(end, 40)).Split('\r')[0]}");
        }

        IsOpen = true;
        Append(ref _rest, ref _restCount, buffer.AsSpan((head + 4)..end));
    }

    /// <summary>Sends one text message. The mask is zero, which RFC 6455 allows and leaves the text as it is.</summary>
    public void Send(ReadOnlySpan<byte> text) => SendFrame(0x81, text);

    /// <summary>Takes what has arrived; false when that ends the connection.</summary>
    public bool TryTake(Span<byte> arrived)
    {
        BytesReceived += arrived.Length;
        try
        {
            if (_restCount == 0)
            {
                var taken = TakeFrames(arrived);
                if (taken < arrived.Length)
                {
                    Append(ref _rest, ref _restCount, arrived[taken..]);
                }
            }
            else
            {
                Append(ref _rest, ref _restCount, arrived);
                var taken = TakeFrames(_rest.AsSpan(0, _restCount));
                _rest.AsSpan(taken, _restCount - taken).CopyTo(_rest);
                _restCount -= taken;
            }

            return true;
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException or IOException)
        {
            return false; // counted by the one who sees that it is not open any more
        }
    }

    /// <summary>Nothing comes any more.</summary>
    public void End() => IsOpen = false;

    public virtual void Dispose()
    {
        IsOpen = false;
        _socket.Dispose();
    }

    /// <summary>A whole text message.</summary>
    protected abstract void Take(ReadOnlySpan<byte> message);

    private int TakeFrames(Span<byte> bytes)
    {
        for (var taken = 0; ;)
        {
            var head = bytes[taken..];
            if (head.Length < 2)
            {
                return taken;
            }

            long length = head[1] & 0x7f;
            var headBytes = length < 126 ? 2 : length == 126 ? 4 : 10;
            if (head.Length < headBytes)
            {
                return taken;
            }

            length = length switch { 126 => BinaryPrimitives.ReadUInt16BigEndian(head[2..]), 127 => BinaryPrimitives.ReadInt64BigEndian(head[2..]), _ => length };
            if (length is < 0 or > MaxMessageBytes)
            {
                throw new IOException("The server sent a message that is too large.");
            }

            if (head.Length < headBytes + length)
            {
                return taken;
            }

            TakeFrame(head[0], head.Slice(headBytes, (int)length));
            taken += headBytes + (int)length;
        }
    }

    private void TakeFrame(byte first, ReadOnlySpan<byte> payload)
    {
        var isLast = (first & 0x80) != 0;
        switch (first & 0x0f)
        {
            case 0 or 1 when isLast && _messageCount == 0:
                Take(payload);
                break;
            case 0 or 1:
                Append(ref _message, ref _messageCount, payload);
                if (isLast)
                {
                    Take(_message.AsSpan(0, _messageCount));
                    _messageCount = 0;
                }

                break;
            case 8:
                throw new IOException("The server has closed the connection.");
            case 9:
                SendFrame(0x8a, payload);
                break;
        }
    }

    private static void Append(ref byte[] buffer, ref int count, ReadOnlySpan<byte> bytes)
    {
        if (count + bytes.Length > buffer.Length)
        {
            Array.Resize(ref buffer, count + bytes.Length <= 2 * MaxMessageBytes ? Math.Max(2 * buffer.Length, count + bytes.Length) : throw new IOException("The message is too large."));
        }

        bytes.CopyTo(buffer.AsSpan(count));
        count += bytes.Length;
    }

    private void SendFrame(byte first, ReadOnlySpan<byte> payload)
    {
        Span<byte> frame = stackalloc byte[payload.Length <= 1_024 ? 1_040 : 0];
        frame = frame.IsEmpty ? new byte[payload.Length + 14] : frame;
        frame[0] = first;
        var at = 2;
        if (payload.Length < 126)
        {
            frame[1] = (byte)(0x80 | payload.Length);
        }
        else
        {
            frame[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame[2..], checked((ushort)payload.Length));
            at = 4;
        }

        frame.Slice(at, 4).Clear();
        payload.CopyTo(frame[(at + 4)..]);
        lock (_sending)
        {
            _socket.Send(frame[..(at + 4 + payload.Length)]);
        }
    }
}
