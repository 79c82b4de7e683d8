using System.Text.Json;
using Bourse.GrainInterfaces.Venues;
using Bourse.Silo.Outside;

namespace Bourse.Silo.Venues;

/// <summary>Alpaca's stream of trade updates.</summary>
internal sealed class AlpacaLine(Uri stream, BrokerCredentials credentials, IBrokerHub hub) : IOutsideTalk
{
    public Task<Uri> Address(CancellationToken cancellation) => Task.FromResult(stream);

    public async Task Opened(OutsideLine line, CancellationToken cancellation)
    {
        var key = await credentials.Get();
        await line.Send(JsonSerializer.Serialize(new { action = "auth", key = key.Key, secret = key.Secret }), cancellation);
    }

    public async ValueTask Received(OutsideLine line, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        using var json = JsonDocument.Parse(message);
        var root = json.RootElement;
        switch (root.Text("stream"))
        {
            case "authorization":
                if (root.GetProperty("data").Text("status") != "authorized")
                {
                    throw new OutsideException(OutsideFault.NotDone, "it refuses the key");
                }

                await line.Send("""{"action":"listen","data":{"streams":["trade_updates"]}}""", cancellation);
                break;
            case "listening":
                await hub.Connected();
                break;
            case "trade_updates":
                var data = root.GetProperty("data");
                var order = data.GetProperty("order");
                if (hub.ToOurs(order.TextOf("symbol")) is { } symbol)
                {
                    await hub.Tell(symbol, AlpacaWords.State(order, Fills(data, order)));
                }

                break;
        }
    }

    private static IReadOnlyList<BrokerFill> Fills(JsonElement data, JsonElement order) => data.Text("event") is "fill" or "partial_fill"
        ? [new BrokerFill(
            data.TextOf("execution_id"), data.NumberOf("price"), data.NumberOf("qty"), order.NumberOf("filled_qty"), null, false, data.TimeOf("timestamp"))]
        : [];
}
