using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using Bourse.ApiHost.Live;
using Bourse.ApiHost.Live.Frames;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bourse.Tests.Api.Live;

/// <summary>Frames that go to the socket themselves beside messages of the framework's WebSocket, which go by Kestrel, to a client that reads late.</summary>
public sealed class FrameOrderTests : IAsyncLifetime
{
    private const int Messages = 20_000;
    private const int MessageBytes = 3_000;
    private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WebApplication _server;
    private MinDataRate? _rate;

    public FrameOrderTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSockets(sockets => SocketBuffers.Configure(sockets, TimeSpan.FromMinutes(2)));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Use(FrameStream.Use);
        _server.UseWebSockets();
        _server.Map("/", async http =>
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            _rate = http.Features.Get<IHttpMinResponseDataRateFeature>()!.MinDataRate;
            await Task.WhenAll(SendFrames(FrameStream.Of(http)), SendMessages(socket));
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);
        });
    }

    public Task InitializeAsync() => _server.StartAsync();

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task Each_way_keeps_its_order_and_every_message_is_whole()
    {
        using var client = new ClientWebSocket();
        var address = _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        await client.ConnectAsync(new Uri(address.Replace("http:", "ws:", StringComparison.Ordinal)), CancellationToken.None);
        await _full.Task;

        var seen = new Dictionary<char, int> { ['f'] = 0, ['m'] = 0 };
        while (await Read(client) is { } message)
        {
            message.ShouldBe(Message(message[0], seen[message[0]]++));
        }

        seen.Values.ShouldAllBe(count => count == Messages);
        _rate.ShouldBeNull(); // else Kestrel would end a client that reads late
    }

    private async Task SendFrames(FrameStream frames)
    {
        for (var i = 0; i < Messages; i++)
        {
            var frame = new TextFrame(MessageBytes);
            Encoding.ASCII.GetBytes(Message('f', i), frame.Payload);
            await Full(frames.Send(frame).AsTask());
        }
    }

    private async Task SendMessages(WebSocket socket)
    {
        for (var i = 0; i < Messages; i++)
        {
            await Full(socket.SendAsync(Encoding.ASCII.GetBytes(Message('m', i)), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None));
        }
    }

    private Task Full(Task sending)
    {
        if (!sending.IsCompleted)
        {
            _full.TrySetResult();
        }

        return sending;
    }

    private static string Message(char way, int number) => (way + number.ToString(CultureInfo.InvariantCulture)).PadRight(MessageBytes, way);

    private static async Task<string?> Read(ClientWebSocket client)
    {
        var buffer = new byte[MessageBytes + 1];
        var count = 0;
        while (true)
        {
            var received = await client.ReceiveAsync(buffer.AsMemory(count), CancellationToken.None);
            count += received.Count;
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (received.EndOfMessage)
            {
                return Encoding.ASCII.GetString(buffer, 0, count);
            }
        }
    }
}
