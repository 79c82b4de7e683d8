using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Bourse.Silo.Outside;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bourse.Tests.Cluster.Outside;

/// <summary>A line that breaks in the ways lines break.</summary>
public sealed class OutsideSocketTests : IDisposable
{
    private static readonly OutsideSocketOptions s_hasty = new()
    {
        Backoff = TimeSpan.FromMilliseconds(1), MaxBackoff = TimeSpan.FromMilliseconds(20), MaxGarbled = 3,
    };

    private readonly OutsideServices _services = new();
    private readonly CancellationTokenSource _stop = new();

    public void Dispose()
    {
        _stop.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task A_line_that_the_other_end_closes_is_opened_again_and_subscribes_again()
    {
        await using var service = await LocalService.Start(talk: async (service, socket, number) =>
        {
            await service.Hear(socket);
            await LocalService.Say(socket, $"{number}");
            if (number < 3)
            {
                await socket.CloseAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, service.Ends);
            }

            await service.HearOn(socket);
        });
        var talk = new Listener(service.Stream);
        var running = Run(talk);

        await Eventually.Holds(() => talk.Heard.Contains("3"));

        service.Said.ShouldBe(["hello", "hello", "hello"]);
        await Eventually.Holds(() => _services.Of("test").IsUp);
        await Stop(running);
    }

    [Fact]
    public async Task A_line_that_is_only_half_there_is_given_up()
    {
        await using var service = await LocalService.Start(talk: async (service, socket, number) =>
        {
            await service.Hear(socket);
            await LocalService.Say(socket, $"{number}");

            // Nobody reads any more, so that no ping is answered.
            await (number == 1 ? Task.Delay(Timeout.Infinite, service.Ends) : service.HearOn(socket));
        });
        var talk = new Listener(service.Stream);
        var running = Run(talk, s_hasty with { KeepAlive = TimeSpan.FromMilliseconds(100) });

        await Eventually.Holds(() => talk.Heard.Contains("2"));

        await Stop(running);
    }

    [Fact]
    public async Task Garbage_is_passed_over_and_nothing_but_garbage_ends_the_line()
    {
        await using var service = await LocalService.Start(talk: async (service, socket, number) =>
        {
            await service.Hear(socket);
            string[] words = number == 1 ? ["[", "1", "{", "]", "<html>"] : ["2"];
            foreach (var word in words)
            {
                await LocalService.Say(socket, word);
            }

            await service.HearOn(socket);
        });
        var talk = new Listener(service.Stream);
        var running = Run(talk);

        await Eventually.Holds(() => talk.Heard.Contains("2"));

        talk.Heard.ShouldBe(["1", "2"]);
        await Stop(running);
    }

    [Fact]
    public async Task While_the_service_is_away_its_health_says_so_and_the_line_comes_back_with_it()
    {
        int port;
        await using (var before = await LocalService.Start(talk: Echo))
        {
            port = before.Address.Port;
        }

        var talk = new Listener(new Uri($"ws://127.0.0.1:{port}/stream"));
        var running = Run(talk);
        await Eventually.Holds(async () => (await _services.CheckHealthAsync(null!)).Description?.StartsWith("test: not connected (WebSocketException", StringComparison.Ordinal) == true);
        await using var service = await LocalService.Start(talk: Echo, port: port);

        await Eventually.Holds(() => talk.Heard.Contains("1"));

        await Stop(running);

        static async Task Echo(LocalService service, System.Net.WebSockets.WebSocket socket, int number)
        {
            await service.Hear(socket);
            await LocalService.Say(socket, $"{number}");
            await service.HearOn(socket);
        }
    }

    private Task Run(Listener talk, OutsideSocketOptions? options = null) => new OutsideSocket(options ?? s_hasty, _services.Of("test"), TimeProvider.System, NullLogger.Instance).Run(talk, _stop.Token);

    private async Task Stop(Task running)
    {
        await _stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running);
    }

    private sealed class Listener(Uri address) : IOutsideTalk
    {
        public ConcurrentQueue<string> Heard { get; } = new();

        public Task<Uri> Address(CancellationToken cancellation) => Task.FromResult(address);

        public Task Opened(OutsideLine line, CancellationToken cancellation) => line.Send("hello", cancellation);

        public ValueTask Received(OutsideLine line, ReadOnlyMemory<byte> message, CancellationToken cancellation)
        {
            using var json = JsonDocument.Parse(message);
            Heard.Enqueue(Encoding.UTF8.GetString(message.Span));
            return ValueTask.CompletedTask;
        }
    }
}
