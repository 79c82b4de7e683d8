using System.Buffers;
using System.Net.WebSockets;
using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Limits;
using Bourse.ApiHost.Live.Frames;
using Bourse.ApiHost.Live.Quotes;

namespace Bourse.ApiHost.Live.Stream;

/// <summary>
/// One connection of the plain stream. Actions are done one after the other, each answered before the next is read, so that a client that sends and does not
/// read stops itself.
/// </summary>
public sealed partial class StreamSession : LiveConnection
{
    /// <summary>No action comes near it.</summary>
    private const int MaxMessageBytes = 64 * 1024;
    private const int ReadBytes = 4 * 1024;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);
    private readonly WebSocket socket;
    private readonly FrameStream frames;
    private readonly HttpContext http;
    private readonly StreamServices shared;
    private readonly QuoteOutbox outbox;
    private readonly StreamWatches watches;

    public StreamSession(WebSocket socket, HttpContext http, StreamServices shared)
        : base(Caller.From(http.User))
    {
        (this.socket, this.http, this.shared) = (socket, http, shared);
        frames = FrameStream.Of(http);
        var options = shared.Options.Value;
        outbox = new QuoteOutbox(Send, Abort, options.DefaultIntervalMs, (long)options.StallTimeout.TotalMilliseconds);
        watches = new StreamWatches(shared, message => Send(message).AsTask());
    }

    /// <summary>Serves the client until it goes or is ended.</summary>
    public async Task Run()
    {
        if (!shared.Connections.TryOpen(this))
        {
            await Send(StreamMessages.Error(StreamError.ConnectionLimit));
            await Close(shared.Connections.Closed ? WebSocketCloseStatus.EndpointUnavailable : WebSocketCloseStatus.PolicyViolation, "too many connections");
            return;
        }

        try
        {
            await Send(StreamMessages.Success("connected"));
            if (User is { } user)
            {
                outbox.TrySignIn(user);
                await Send(StreamMessages.Success("authenticated"));
            }
            else if (BearerHandler.HasToken(http))
            {
                await Send(StreamMessages.Error(StreamError.AuthFailed));
            }

            await Serve();
        }
        catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client, the network or the stop of this front end has ended the connection.
        }
        finally
        {
            shared.Quotes.Close(outbox);
            await watches.DisposeAsync();
            shared.Connections.Close(this);
        }
    }

    public override Task Leave() => Close((WebSocketCloseStatus)1012, "restart: connect again"); // RFC 6455's registry: service restart

    public override void PingIfSilent() => _ = frames.PingIfSilent();

    public override void Abort()
    {
        socket.Abort();
        http.Abort();
    }

    private async Task Serve()
    {
        while (true)
        {
            // Waits without a buffer, so that a silent connection holds none.
            var waited = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
            if (waited.MessageType == WebSocketMessageType.Close)
            {
                await Close(WebSocketCloseStatus.NormalClosure, null);
                return;
            }

            if (waited.EndOfMessage)
            {
                await Answer(ReadOnlyMemory<byte>.Empty, isText: true); // an empty message is all here already
                continue;
            }

            var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
            try
            {
                var (message, larger, isText) = await Receive(buffer);
                buffer = larger;
                if (message < 0)
                {
                    return;
                }

                await Answer(buffer.AsMemory(0, message), isText);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <returns>The length of the message, -1 when there is none any more, and the buffer that holds it.</returns>
    private async Task<(int Length, byte[] Buffer, bool IsText)> Receive(byte[] buffer)
    {
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(2 * buffer.Length);
                buffer.CopyTo(larger, 0);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            var received = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            length += received.Count;
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await Close(WebSocketCloseStatus.NormalClosure, null);
                return (-1, buffer, false);
            }

            if (length > MaxMessageBytes)
            {
                await Send(StreamMessages.Error(StreamError.Syntax("the message is too large")));
                await Close(WebSocketCloseStatus.MessageTooBig, "too large");
                return (-1, buffer, false);
            }

            if (received.EndOfMessage)
            {
                return (length, buffer, received.MessageType == WebSocketMessageType.Text);
            }
        }
    }

    private async Task Answer(ReadOnlyMemory<byte> message, bool isText)
    {
        byte[] answer;
        try
        {
            if (!(await shared.Limits.Take(LimitKind.Requests, Caller?.CountedAs ?? LimitMiddleware.Address(http.Connection.RemoteIpAddress))).Allowed)
            {
                throw new StreamErrorException(StreamError.TooManyRequests);
            }

            if (!isText)
            {
                throw new StreamErrorException(StreamError.Syntax("text is expected"));
            }

            answer = await Do(StreamAction.Read(message, shared.Options.Value.MaxSymbolsPerConnection));
        }
        catch (StreamErrorException refused)
        {
            answer = StreamMessages.Error(refused.Error);
        }
        catch (Exception bug) when (bug is not (WebSocketException or OperationCanceledException or ObjectDisposedException))
        {
            LogBug(shared.Log, bug);
            answer = StreamMessages.Error(StreamError.Internal);
        }

        await Send(answer);
    }

    private Task<byte[]> Do(StreamAction action) => action.Name switch
    {
        "auth" => SignIn(action),
        "subscribe" => Subscribe(action),
        "unsubscribe" => Unsubscribe(action),
        _ => Every(action.IntervalMs),
    };

    private async Task<byte[]> SignIn(StreamAction action)
    {
        if (Caller is not null)
        {
            throw new StreamErrorException(StreamError.AlreadyAuthenticated);
        }

        if (await Known(action) is not { } caller)
        {
            throw new StreamErrorException(StreamError.AuthFailed);
        }

        if (!shared.Connections.TrySignIn(this, caller))
        {
            throw new StreamErrorException(StreamError.ConnectionLimit);
        }

        return outbox.TrySignIn(User!) ? StreamMessages.Success("authenticated") : throw new StreamErrorException(StreamError.SymbolLimit);
    }

    private async Task<Caller?> Known(StreamAction action) => action switch
    {
        { Token: { } token } => await shared.Tokens.Read(token) is { } known && await shared.Sessions.Roles(known.UserId, known.SessionId) is not null
            ? new Caller(known.UserId, known.SessionId)
            : null,
        { Key: { } key, Secret: { } secret } => await shared.Keys.SignIn(key, secret, http.Connection.RemoteIpAddress),
        _ => null,
    };

    private async Task<byte[]> Subscribe(StreamAction action)
    {
        var (quotes, trades, bars) = (await Symbols(action.Quotes), await Symbols(action.Trades), await Symbols(action.Bars));
        if (!watches.HasRoomFor(trades, bars) || !await shared.Quotes.TryWatch(outbox, quotes, intervalMs: null, shared.Options.Value.MaxSymbolsPerConnection))
        {
            throw new StreamErrorException(StreamError.SymbolLimit);
        }

        shared.Wheel.Schedule(outbox);
        await watches.Begin(trades, bars);
        return Subscription();
    }

    private async Task<byte[]> Unsubscribe(StreamAction action)
    {
        shared.Quotes.Unwatch(outbox, await Symbols(action.Quotes, orNone: true));
        await watches.End(await Symbols(action.Trades, orNone: true), await Symbols(action.Bars, orNone: true));
        return Subscription();
    }

    private byte[] Subscription() => StreamMessages.Subscription(watches.Trades, outbox.Symbols, watches.Bars);

    /// <param name="orNone">Passes over what is no symbol.</param>
    private async Task<HashSet<string>> Symbols(IReadOnlyList<string> names, bool orNone = false)
    {
        var symbols = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (await shared.Instruments.Get(name) is { } instrument)
            {
                symbols.Add(instrument.Symbol);
            }
            else if (!orNone)
            {
                throw new StreamErrorException(StreamError.Syntax($"there is no symbol {name}"));
            }
        }

        return symbols;
    }

    private Task<byte[]> Every(int ms)
    {
        outbox.SetDefaultInterval(ms);
        shared.Wheel.Schedule(outbox);
        return Task.FromResult(StreamMessages.Success($"every {ms} ms"));
    }

    private ValueTask Send(byte[] message)
    {
        var frame = new TextFrame(message.Length + 2);
        var payload = frame.Payload;
        payload[0] = (byte)'[';
        message.CopyTo(payload[1..]);
        payload[^1] = (byte)']';
        return frames.Send(frame);
    }

    private ValueTask Send(IReadOnlyList<QuoteFragment> batch)
    {
        var length = 1;
        for (var i = 0; i < batch.Count; i++)
        {
            length += batch[i].Stream.Length + 1;
        }

        var frame = new TextFrame(length);
        var rest = frame.Payload;
        for (var i = 0; i < batch.Count; i++)
        {
            rest[0] = (byte)(i == 0 ? '[' : ',');
            batch[i].Stream.CopyTo(rest[1..]);
            rest = rest[(batch[i].Stream.Length + 1)..];
        }

        rest[0] = (byte)']';
        return frames.Send(frame);
    }

    /// <summary>Says why, and gives the client a moment to have read it; the receiving loop ends with its answer.</summary>
    private async Task Close(WebSocketCloseStatus status, string? why)
    {
        using var deadline = new CancellationTokenSource(CloseTimeout);
        try
        {
            await socket.CloseOutputAsync(status, why, deadline.Token);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            Abort(); // it does not listen any more
        }
    }

    [LoggerMessage(EventId = 4036, Level = LogLevel.Error, Message = "An action of the stream failed")]
    private static partial void LogBug(ILogger log, Exception exception);
}
