using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Bourse.Tests.Api;

/// <summary>A client of the hub that speaks SignalR's JSON protocol on a plain socket, so that a test sees every byte.</summary>
public sealed class HubClient : IAsyncDisposable
{
    private const byte RecordSeparator = 0x1e;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonElement>> _calls = new();
    private readonly Channel<(string Target, JsonElement Argument)> _events = Channel.CreateUnbounded<(string Target, JsonElement Argument)>();
    private readonly SemaphoreSlim _sending = new(1);
    private Task _reading = Task.CompletedTask;
    private int _lastCall;

    public static Task<HubClient> Connect(ApiFixture api, string? accessToken) => Connect(api.Address, accessToken);

    public static async Task<HubClient> Connect(Uri address, string? accessToken)
    {
        var client = new HubClient();
        var query = accessToken is null ? "" : "?access_token=" + Uri.EscapeDataString(accessToken);
        await client._socket.ConnectAsync(new Uri($"ws://{address.Authority}/hubs/trading{query}"), CancellationToken.None);
        await client.Send("""{"protocol":"json","version":1}""");
        var messages = client.ReadMessages().GetAsyncEnumerator();
        (await messages.MoveNextAsync()).ShouldBeTrue();
        client._reading = client.Read(messages);
        return client;
    }

    /// <summary>Calls a method; the whole completion message comes back.</summary>
    public async Task<JsonElement> Invoke(string method, params object?[] arguments)
    {
        var id = Interlocked.Increment(ref _lastCall).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var call = _calls[id] = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        await Send(JsonSerializer.Serialize(new { type = 1, invocationId = id, target = method, arguments }));
        if (_reading.IsCompleted)
        {
            call.TrySetException(new IOException("The connection has ended."));
        }

        return await call.Task.WaitAsync(Deadline);
    }

    /// <summary>Calls a method that must succeed.</summary>
    public async Task<JsonElement> Call(string method, params object?[] arguments)
    {
        var completion = await Invoke(method, arguments);
        completion.TryGetProperty("error", out var error).ShouldBeFalse(error.ToString());
        return completion.TryGetProperty("result", out var result) ? result : default;
    }

    /// <summary>Calls a method that must fail; gives back its problem.</summary>
    public async Task<JsonElement> Fail(string method, params object?[] arguments)
    {
        var completion = await Invoke(method, arguments);
        completion.TryGetProperty("error", out var error).ShouldBeTrue(completion.ToString());
        var text = error.GetString()!;
        text.ShouldContain("{");
        return JsonDocument.Parse(text[text.IndexOf('{')..]).RootElement;
    }

    /// <summary>The next event of that name; others are passed over.</summary>
    public async Task<JsonElement> Next(string target) => (await NextOf(target)).Argument;

    /// <summary>The next event of one of these names; others are passed over.</summary>
    public async Task<(string Target, JsonElement Argument)> NextOf(params string[] targets)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (true)
        {
            var next = await _events.Reader.ReadAsync(deadline.Token);
            if (targets.Contains(next.Target))
            {
                return next;
            }
        }
    }

    /// <summary>What has come and has not been looked at.</summary>
    public IReadOnlyList<(string Target, JsonElement Argument)> Drain()
    {
        var all = new List<(string Target, JsonElement Argument)>();
        while (_events.Reader.TryRead(out var e))
        {
            all.Add(e);
        }

        return all;
    }

    /// <summary>Every event in order, until the connection has ended.</summary>
    public IAsyncEnumerable<(string Target, JsonElement Argument)> All() => _events.Reader.ReadAllAsync();

    public async Task Send(string text)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(new byte[][] { Encoding.UTF8.GetBytes(text), [RecordSeparator] }.SelectMany(b => b).ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>What the server said as it closed the connection: whether to connect again; null when it said nothing.</summary>
    public bool? AllowsReconnect { get; private set; }

    public bool IsOpen => !_reading.IsCompleted;

    /// <summary>Completes when the server has ended the connection.</summary>
    public Task Ended => _reading.WaitAsync(Deadline);

    /// <summary>Cuts the connection without a word.</summary>
    public void Cut() => _socket.Abort();

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
    }

    private async Task Read(IAsyncEnumerator<JsonElement> messages)
    {
        try
        {
            while (await messages.MoveNextAsync())
            {
                Take(messages.Current);
            }
        }
        catch (Exception cut) when (cut is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // the connection was cut, by the other end or by us
        }

        foreach (var call in _calls.Values)
        {
            call.TrySetException(new IOException("The connection has ended."));
        }

        _events.Writer.TryComplete();
    }

    private void Take(JsonElement message)
    {
        var type = message.TryGetProperty("type", out var t) ? t.GetInt32() : 0;
        if (type == 1)
        {
            _events.Writer.TryWrite((message.GetProperty("target").GetString()!, message.GetProperty("arguments")[0]));
        }
        else if (type == 7)
        {
            AllowsReconnect = message.TryGetProperty("allowReconnect", out var allowed) && allowed.GetBoolean();
            _socket.Abort();
        }
        else if (type == 3 && _calls.TryRemove(message.GetProperty("invocationId").GetString()!, out var call))
        {
            call.TrySetResult(message);
        }
    }

    private async IAsyncEnumerable<JsonElement> ReadMessages()
    {
        var buffer = new byte[64 * 1024];
        var pending = new List<byte>();
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                yield break;
            }

            pending.AddRange(buffer.AsSpan(0, received.Count));
            int end;
            while ((end = pending.IndexOf(RecordSeparator)) >= 0)
            {
                yield return JsonDocument.Parse(pending.GetRange(0, end).ToArray()).RootElement;
                pending.RemoveRange(0, end + 1);
            }
        }
    }
}
