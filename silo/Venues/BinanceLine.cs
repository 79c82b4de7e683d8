using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bourse.Silo.Outside;

namespace Bourse.Silo.Venues;

/// <summary>Binance's user data stream, subscribed over its WebSocket API with a signed request.</summary>
internal sealed class BinanceLine(Uri stream, BinanceBroker broker, IBrokerHub hub) : IOutsideTalk
{
    private const string Subscription = "user-data";

    public Task<Uri> Address(CancellationToken cancellation) => Task.FromResult(stream);

    public async Task Opened(OutsideLine line, CancellationToken cancellation)
    {
        await broker.ReadClock(cancellation);
        var key = await broker.Key();
        var timestamp = broker.NowMs;
        var signed = string.Create(CultureInfo.InvariantCulture, $"apiKey={key.Key}&recvWindow={BinanceBroker.RecvWindowMs}&timestamp={timestamp}");
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key.Secret), Encoding.UTF8.GetBytes(signed)));
        await line.Send(
            JsonSerializer.Serialize(new
            {
                id = Subscription,
                method = "userDataStream.subscribe.signature",
                @params = new { apiKey = key.Key, recvWindow = BinanceBroker.RecvWindowMs, timestamp, signature },
            }),
            cancellation);
    }

    public async ValueTask Received(OutsideLine line, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        using var json = JsonDocument.Parse(message);
        var root = json.RootElement;
        if (root.Text("id") == Subscription)
        {
            if (root.WholeOf("status") != 200)
            {
                throw new OutsideException(OutsideFault.NotDone, "it refuses the key");
            }

            await hub.Connected();
            return;
        }

        var e = root.TryGetProperty("event", out var wrapped) ? wrapped : root;
        switch (e.Text("e"))
        {
            case "executionReport":
                var theirs = e.TextOf("s");
                if (hub.ToOurs(theirs) is { } ours)
                {
                    await hub.Tell(ours, BinanceWords.Report(e, ours));
                }

                break;
            case "eventStreamTerminated":
                throw new OutsideException(OutsideFault.NotDone, "it ended the subscription");
        }
    }
}
