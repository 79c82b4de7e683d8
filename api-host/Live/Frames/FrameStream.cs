using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.SignalR;

namespace Bourse.ApiHost.Live.Frames;

/// <summary>
/// What carries one WebSocket after its handshake. The framework's WebSocket writes its frames into it, each by one write and one after the other; between them it
/// takes text messages that are whole frames already, so that a quote passes neither SignalR's pipe, which costs a turn of the thread pool, nor a copy in the WebSocket.
/// They go to the socket itself where nothing stands between; the WebSocket's go by Kestrel, which has given all to the socket when a write completes. What a hub's client
/// sends does not pass the WebSocket either: see <see cref="FrameReader"/>.
/// </summary>
public sealed class FrameStream : System.IO.Stream
{
    private const byte Final = 0x80;
    private const byte Control = 0x08;
    private const byte OpcodeBits = 0x0f;
    private const byte OpcodeClose = 0x08;
    private readonly System.IO.Stream inner;
    private readonly PlainSocket? socket;
    private readonly FrameReader? reader;
    private readonly SemaphoreSlim gate = new(1);

    /// <summary>The WebSocket is within a message of several frames and keeps the gate; used by its writes only.</summary>
    private bool within;

    /// <summary>Something was sent since this was last looked at.</summary>
    private volatile bool spoke;

    /// <summary>Nothing may follow: the WebSocket has said its last, or a part of a frame did not go out.</summary>
    private volatile bool closed;

    public FrameStream(System.IO.Stream inner)
        : this(inner, socket: null, reader: null)
    {
    }

    private FrameStream(System.IO.Stream inner, PlainSocket? socket, FrameReader? reader) => (this.inner, this.socket, this.reader) = (inner, socket, reader);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Lets a request that becomes a WebSocket have such a stream among its features.</summary>
    public static Task Use(HttpContext http, RequestDelegate next)
    {
        if (http.Features.Get<IHttpUpgradeFeature>() is { } upgrade)
        {
            http.Features.Set<IHttpUpgradeFeature>(new Upgrade(upgrade, http, http.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>() is null ? null : new TextMessages()));
        }

        if (http.Features.Get<IHttpExtendedConnectFeature>() is { } connect)
        {
            http.Features.Set<IHttpExtendedConnectFeature>(new Connect(connect, http));
        }

        return next(http);
    }

    public static FrameStream Of(HttpContext http) => http.Features.Get<FrameStream>() ?? throw new InvalidOperationException("The connection is no WebSocket.");

    /// <summary>Where a hub's client's messages are read; may be asked before there is a stream.</summary>
    public static TextMessages MessagesOf(HttpContext http) => (http.Features.Get<IHttpUpgradeFeature>() as Upgrade)?.Messages ?? new TextMessages();

    /// <summary>Sends a message and gives its buffer back; completes when the connection has taken it.</summary>
    /// <exception cref="WebSocketException">The connection is being closed.</exception>
    public ValueTask Send(TextFrame frame) => gate.Wait(0) ? SendHere(frame) : SendInTurn(frame);

    /// <summary>Sends a ping, unless something was sent since the last call or is under way. Does not throw: the connection reports its own end.</summary>
    public async Task PingIfSilent()
    {
        if (!spoke && gate.Wait(0))
        {
            await SendHere(TextFrame.Ping()).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        spoke = false;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!within)
        {
            await gate.WaitAsync(cancellationToken);
        }

        var first = buffer.Span[0];
        within = (first & Control) == 0 ? (first & Final) == 0 : within;
        closed |= (first & OpcodeBits) == OpcodeClose;
        var whole = false;
        try
        {
            await inner.WriteAsync(buffer, cancellationToken);
            whole = true;
        }
        finally
        {
            closed |= !whole;
            if (!within)
            {
                gate.Release();
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        reader is null ? inner.ReadAsync(buffer, cancellationToken) : reader.Read(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask SendInTurn(TextFrame frame)
    {
        await gate.WaitAsync();
        await SendHere(frame);
    }

    /// <summary>By the one who holds the gate, and gives it back.</summary>
    private ValueTask SendHere(TextFrame frame)
    {
        spoke = true;
        var taken = closed ? 0 : socket?.Take(frame.Bytes.Span) ?? 0;
        if (taken < frame.Bytes.Length)
        {
            return SendRest(frame, taken);
        }

        gate.Release();
        frame.Return();
        return ValueTask.CompletedTask;
    }

    private async ValueTask SendRest(TextFrame frame, int taken)
    {
        var whole = false;
        try
        {
            if (closed)
            {
                throw new WebSocketException(WebSocketError.InvalidState);
            }

            // Without a cancellation, which would cost an allocation each time: the connection is aborted where a send is to end.
            await inner.WriteAsync(frame.Bytes[taken..], CancellationToken.None);
            whole = true;
        }
        finally
        {
            closed |= !whole;
            gate.Release();
            frame.Return();
        }
    }

    private static FrameStream Begin(HttpContext http, System.IO.Stream opaque, PlainSocket? socket, FrameReader? reader)
    {
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null; // how long a client may take nothing is for those who send to bound
        }

        var frames = new FrameStream(opaque, socket, reader);
        http.Features.Set(frames);
        return frames;
    }

    private sealed class Upgrade(IHttpUpgradeFeature upgrade, HttpContext http, TextMessages? messages) : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => upgrade.IsUpgradableRequest;

        public TextMessages? Messages => messages;

        public async Task<System.IO.Stream> UpgradeAsync() => Begin(http, await upgrade.UpgradeAsync(), PlainSocket.Under(http.Features), Reader());

        private FrameReader? Reader() =>
            messages is not null && http.Features.Get<IConnectionTransportFeature>() is { } connection ? new FrameReader(connection.Transport.Input, messages) : null;
    }

    private sealed class Connect(IHttpExtendedConnectFeature connect, HttpContext http) : IHttpExtendedConnectFeature
    {
        public bool IsExtendedConnect => connect.IsExtendedConnect;

        public string? Protocol => connect.Protocol;

        public async ValueTask<System.IO.Stream> AcceptAsync() => Begin(http, await connect.AcceptAsync(), socket: null, reader: null);
    }
}
