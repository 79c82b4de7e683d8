using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Bourse.Tests.Api;

/// <summary>A client of the plain stream that reads only when a test asks for the next message.</summary>
public sealed class StreamClient : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly ClientWebSocket _socket = new();
    private readonly Queue<JsonElement> _messages = new();

    public WebSocketCloseStatus? ClosedWith => _socket.CloseStatus;

    /// <summary>Connects without reading the greeting.</summary>
    public static Task<StreamClient> Open(ApiFixture api, string? bearer = null, int? receiveBytes = null) => Open(api.Address, bearer, receiveBytes);

    public static async Task<StreamClient> Open(Uri address, string? bearer = null, int? receiveBytes = null)
    {
        var client = new StreamClient();
        if (bearer is not null)
        {
            client._socket.Options.SetRequestHeader("Authorization", $"Bearer {bearer}");
        }

        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { NoDelay = true };
                if (receiveBytes is { } bytes)
                {
                    socket.ReceiveBufferSize = bytes;
                }

                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        await client._socket.ConnectAsync(new Uri($"ws://{address.Authority}/stream"), invoker, CancellationToken.None);
        return client;
    }

    public static async Task<StreamClient> Connect(ApiFixture api)
    {
        var client = await Open(api);
        (await client.Next("success")).GetProperty("msg").GetString().ShouldBe("connected");
        return client;
    }

    public Task Send(object action) => SendText(JsonSerializer.Serialize(action));

    public Task SendText(string text) => SendBytes(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    public Task SendBytes(byte[] bytes, WebSocketMessageType type) => _socket.SendAsync(bytes, type, endOfMessage: true, CancellationToken.None);

    /// <summary>The next message of that type; others are passed over.</summary>
    public async Task<JsonElement> Next(string type)
    {
        while (true)
        {
            var message = await Next() ?? throw new IOException("The connection has ended.");
            if (message.GetProperty("T").GetString() == type)
            {
                return message;
            }
        }
    }

    /// <summary>The next message; null when the server has closed the connection.</summary>
    public async Task<JsonElement?> Next()
    {
        if (_messages.TryDequeue(out var waiting))
        {
            return waiting;
        }

        using var deadline = new CancellationTokenSource(Deadline);
        var text = new MemoryStream();
        var buffer = new byte[16 * 1024];
        ValueWebSocketReceiveResult received;
        do
        {
            received = await _socket.ReceiveAsync(buffer.AsMemory(), deadline.Token);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            text.Write(buffer.AsSpan(0, received.Count));
        }
        while (!received.EndOfMessage);

        foreach (var message in JsonDocument.Parse(text.ToArray()).RootElement.EnumerateArray())
        {
            _messages.Enqueue(message);
        }

        return _messages.Dequeue();
    }

    /// <summary>Sends what must be refused.</summary>
    public async Task<int> Fail(string text)
    {
        await SendText(text);
        return (await Next("error")).GetProperty("code").GetInt32();
    }

    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
