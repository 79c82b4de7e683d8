using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bourse.Tests.Cluster.Outside;

/// <summary>An outside service on this machine: a real web server whose answers a test writes.</summary>
internal sealed class LocalService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _end = new();
    private int _lines;

    private LocalService(WebApplication app) => _app = app;

    /// <summary>Requests that came, as <c>GET /path?query</c>, in their order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>What lines have said, in its order.</summary>
    public ConcurrentQueue<string> Said { get; } = new();

    /// <summary>Lines that stand or stood.</summary>
    public int Lines => Volatile.Read(ref _lines);

    /// <summary>Ends lines and answers under way.</summary>
    public CancellationToken Ends => _end.Token;

    public Uri Address { get; private set; } = null!;

    public Uri Stream => new UriBuilder(Address) { Scheme = "ws", Path = "/stream" }.Uri;

    /// <param name="answer">Answers a request.</param>
    /// <param name="talk">Speaks over a line; hears nothing by itself.</param>
    /// <param name="port">0 = a free one.</param>
    public static async Task<LocalService> Start(
        Func<HttpContext, Task>? answer = null, Func<LocalService, WebSocket, int, Task>? talk = null, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.WebHost.UseKestrel(kestrel => kestrel.AllowSynchronousIO = true);
        var app = builder.Build();
        var service = new LocalService(app);
        app.UseWebSockets();
        app.Run(async context =>
        {
            if (context.WebSockets.IsWebSocketRequest)
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                await service.Talk(talk!, socket);
            }
            else
            {
                service.Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
                await answer!(context);
            }
        });
        await app.StartAsync();
        service.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/");
        return service;
    }

    public static Task Say(WebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);

    /// <summary>Hears one message and keeps it.</summary>
    public async Task<string> Hear(WebSocket socket)
    {
        var buffer = new byte[64 << 10];
        var heard = await socket.ReceiveAsync(buffer, Ends);
        var text = Encoding.UTF8.GetString(buffer, 0, heard.Count);
        Said.Enqueue(text);
        return text;
    }

    /// <summary>Hears on, which answers pings, until the line ends.</summary>
    public async Task HearOn(WebSocket socket)
    {
        while (socket.State == WebSocketState.Open)
        {
            await Hear(socket);
        }
    }

    /// <summary>Harmless when done twice: a test may have the service go away before its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _app.DisposeAsync();
    }

    private async Task Talk(Func<LocalService, WebSocket, int, Task> talk, WebSocket socket)
    {
        try
        {
            await talk(this, socket, Interlocked.Increment(ref _lines));
        }
        catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or InvalidOperationException)
        {
            socket.Abort();
        }
    }
}
