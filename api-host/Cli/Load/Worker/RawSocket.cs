using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bourse.ApiHost.Cli.Load.Worker;

/// <summary>
/// The client's end of a WebSocket (RFC 6455), as small as it can be, so that tens of thousands fit on one machine beside the server: one buffer and one
/// pending read each.
/// </summary>
internal abstract class RawSocket : IDisposable
{
    private const int FirstBufferBytes = 8 * 1024;
    private const int MaxMessageBytes = 4 * 1024 * 1024;
    private const int MaxHeadBytes = 8 * 1024;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Lock _sending = new();
    private byte[] _buffer = new byte[FirstBufferBytes];

    /// <summary>The message under way stands at [0, _message), what has not been looked at at [_read, _end).</summary>
    private int _message;
    private int _read;
    private int _end;

    public long BytesReceived { get; private set; }

    public bool IsOpen { get; private set; }

    /// <summary>Connects from an address of this machine, so that the ports of one address are no bound.</summary>
    /// <exception cref="IOException">The server does not take the connection.</exception>
    public async Task Connect(IPEndPoint server, IPAddress from, string path, CancellationToken cancellation)
    {
        _socket.Bind(new IPEndPoint(from, 0));
        await _socket.ConnectAsync(server, cancellation);
        await _socket.SendAsync(
            Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {server}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"),
            cancellation);
        int head;
        while ((head = _buffer.AsSpan(0, _end).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var count = _end < MaxHeadBytes ? await _socket.ReceiveAsync(_buffer.AsMemory(_end), cancellation) : 0;
            _end += count > 0 ? count : throw new IOException("The server ended the handshake.");
        }

        if (!_buffer.AsSpan(0, _end).StartsWith("HTTP/1.1 101"u8))
        {
            throw new IOException($"The server answered {Encoding.ASCII.GetString(_buffer, 0, Math.Min(_end, 40)).Split('\r')[0]}");
        }

        _read = head + 4;
        IsOpen = true;
    }

    /// <summary>Sends one text message. The mask is zero, which RFC 6455 allows and leaves the text as it is.</summary>
    public void Send(ReadOnlySpan<byte> text) => SendFrame(0x81, text);

    /// <summary>Reads until the server or the cancellation ends it, while <paramref name="mayRead"/> completes.</summary>
    public async Task Read(Func<Task> mayRead, CancellationToken cancellation)
    {
        try
        {
            using var end = cancellation.UnsafeRegister(static s => ((RawSocket)s!).Dispose(), this);
            while (true)
            {
                TakeFrames();
                var wait = mayRead();
                if (!wait.IsCompletedSuccessfully)
                {
                    await wait;
                }

                MakeRoom();
                var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
                if (count == 0)
                {
                    break;
                }

                BytesReceived += count;
                _end += count;
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException or IOException)
        {
            // counted by the one who sees that it is not open any more
        }

        IsOpen = false;
    }

    public virtual void Dispose()
    {
        IsOpen = false;
        _socket.Dispose();
    }

    /// <summary>A whole text message.</summary>
    protected abstract void Take(ReadOnlySpan<byte> message);

    private void TakeFrames()
    {
        while (_end - _read >= 2)
        {
            var head = _buffer.AsSpan(_read, _end - _read);
            long length = head[1] & 0x7f;
            var headBytes = length < 126 ? 2 : length == 126 ? 4 : 10;
            if (head.Length < headBytes)
            {
                return;
            }

            length = length switch { 126 => BinaryPrimitives.ReadUInt16BigEndian(head[2..]), 127 => BinaryPrimitives.ReadInt64BigEndian(head[2..]), _ => length };
            if (length is < 0 or > MaxMessageBytes)
            {
                throw new IOException("The server sent a message that is too large.");
            }

            if (head.Length < headBytes + length)
            {
                return;
            }

            TakeFrame(head[0], _read + headBytes, (int)length);
            _read += headBytes + (int)length;
        }
    }

    private void TakeFrame(byte first, int at, int length)
    {
        switch (first & 0x0f)
        {
            case 0 or 1 when (first & 0x80) != 0 && _message == 0:
                Take(_buffer.AsSpan(at, length));
                break;
            case 0 or 1:
                _buffer.AsSpan(at, length).CopyTo(_buffer.AsSpan(_message));
                _message += length;
                if ((first & 0x80) != 0)
                {
                    Take(_buffer.AsSpan(0, _message));
                    _message = 0;
                }

                break;
            case 8:
                throw new IOException("The server has closed the connection.");
            case 9:
                SendFrame(0x8a, _buffer.AsSpan(at, length));
                break;
        }
    }

    private void MakeRoom()
    {
        if (_read > _message)
        {
            _buffer.AsSpan(_read, _end - _read).CopyTo(_buffer.AsSpan(_message));
            _end -= _read - _message;
            _read = _message;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length < 2 * MaxMessageBytes ? 2 * _buffer.Length : throw new IOException("The message is too large."));
        }
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
