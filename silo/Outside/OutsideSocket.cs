using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Bourse.Silo.Outside;

/// <summary>How a line to an outside service is kept.</summary>
public sealed record OutsideSocketOptions
{
    /// <value>How long connecting and signing in may take; 10 s.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <value>How often the other end is asked for a sign of life, and how long it may take to give it; 10 s.</value>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(10);

    /// <value>The wait before the first new connection, which doubles up to <see cref="MaxBackoff"/> and is jittered; 250 ms.</value>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <value>30 s.</value>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <value>The largest message, in bytes; 4 MiB.</value>
    public int MaxMessageBytes { get; init; } = 4 << 20;

    /// <value>So many messages in a row that cannot be understood end the connection; 10.</value>
    public int MaxGarbled { get; init; } = 10;
}

/// <summary>What speaks over a line.</summary>
public interface IOutsideTalk
{
    /// <summary>Where to connect; asked before each connection.</summary>
    Task<Uri> Address(CancellationToken cancellation);

    /// <summary>A connection stands: signs in, subscribes.</summary>
    Task Opened(OutsideLine line, CancellationToken cancellation);

    /// <summary>
    /// A message has come; the next one waits until this is done. <see cref="JsonException"/>, <see cref="FormatException"/>, <see cref="KeyNotFoundException"/> and
    /// <see cref="InvalidOperationException"/> say that it could not be understood, an <see cref="OutsideException"/> ends the connection.
    /// </summary>
    ValueTask Received(OutsideLine line, ReadOnlyMemory<byte> message, CancellationToken cancellation);

    /// <summary>Called now and then while the connection stands, for services that want to be pinged in their own words.</summary>
    Task Beat(OutsideLine line, CancellationToken cancellation) => Task.CompletedTask;
}

/// <summary>One connection, for sending. Safe for any thread.</summary>
public sealed class OutsideLine(WebSocket socket)
{
    private readonly SemaphoreSlim _gate = new(1, 1);

    public async Task Send(string text, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }
}

/// <summary>
/// Keeps a WebSocket line to an outside service until it is told to stop: connects, lets its talk sign in and subscribe, hears messages one after the other, notices a
/// connection that is only half there, and connects again after a pause that grows while that fails.
/// </summary>
public sealed partial class OutsideSocket(OutsideSocketOptions options, OutsideHealth health, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(15);

    public async Task Run(IOutsideTalk talk, CancellationToken cancellation)
    {
        health.LineDown(null);
        var failures = 0;
        while (true)
        {
            string why;
            var begun = time.GetTimestamp();
            try
            {
                await Converse(talk, cancellation);
                why = "closed by the other end";
            }
            catch (Exception broken) when (!cancellation.IsCancellationRequested
                && broken is WebSocketException or OutsideException or OperationCanceledException or TimeoutException or IOException or HttpRequestException)
            {
                why = broken is OutsideException told ? told.Message : broken.GetType().Name;
            }

            cancellation.ThrowIfCancellationRequested();
            health.LineDown(why);
            failures = time.GetElapsedTime(begun) > options.MaxBackoff ? 0 : failures + 1;
            var pause = Pause(failures);
            LogLost(logger, health.Name, why, pause.TotalSeconds);
            await Task.Delay(pause, time, cancellation);
        }
    }

    private async Task Converse(IOutsideTalk talk, CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = options.KeepAlive;
        socket.Options.KeepAliveTimeout = options.KeepAlive;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var line = new OutsideLine(socket);
        using (var connect = CancellationTokenSource.CreateLinkedTokenSource(end.Token))
        {
            connect.CancelAfter(options.ConnectTimeout);
            await socket.ConnectAsync(await talk.Address(connect.Token), connect.Token);
            await talk.Opened(line, connect.Token);
        }

        var beating = Beat(talk, line, end.Token);
        try
        {
            await Listen(socket, talk, line, end.Token);
        }
        finally
        {
            await end.CancelAsync();
            await beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Listen(ClientWebSocket socket, IOutsideTalk talk, OutsideLine line, CancellationToken cancellation)
    {
        var buffer = new byte[64 << 10];
        var garbled = 0;
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                if (length == buffer.Length)
                {
                    if (length >= options.MaxMessageBytes)
                    {
                        throw new OutsideException(OutsideFault.Unknown, "a message is too large");
                    }

                    Array.Resize(ref buffer, Math.Min(options.MaxMessageBytes, length * 2));
                }

                part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
                length += part.Count;
            }
            while (!part.EndOfMessage);

            if (part.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            try
            {
                await talk.Received(line, buffer.AsMemory(0, length), cancellation);
                garbled = 0;
                health.LineUp();
            }
            catch (Exception unreadable) when (unreadable is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
            {
                health.Garbled();
                if (++garbled >= options.MaxGarbled)
                {
                    throw new OutsideException(OutsideFault.Unknown, "nothing it says can be understood");
                }
            }
        }
    }

    private async Task Beat(IOutsideTalk talk, OutsideLine line, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(s_beat, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            await talk.Beat(line, cancellation);
        }
    }

    private TimeSpan Pause(int failures)
    {
        var longest = Math.Min(options.MaxBackoff.TotalMilliseconds, options.Backoff.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 20)));
        return TimeSpan.FromMilliseconds(longest * RandomNumberGenerator.GetInt32(500, 1_001) / 1_000);
    }

    [LoggerMessage(4350, LogLevel.Warning, "The line to {Service} is lost: {Why}. The next attempt is in {Pause:0.##} s.")]
    private static partial void LogLost(ILogger logger, string service, string why, double pause);
}
