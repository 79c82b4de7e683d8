using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bourse.Tests.Cluster.Outside;
using Microsoft.AspNetCore.Http;

namespace Bourse.Tests.Cluster.Venues;

/// <summary>
/// A broker on this machine that speaks Alpaca's protocol over real HTTP and WebSockets, keeps orders as Alpaca does, and breaks where a test says.
/// </summary>
internal sealed class FakeAlpaca : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, JsonObject> _orders = [];
    private readonly List<JsonObject> _activities = [];
    private readonly ConcurrentDictionary<WebSocket, byte> _lines = [];
    private int _ids;

    public LocalService Service { get; private set; } = null!;

    /// <summary>So many new orders are taken, and the answer says something went wrong.</summary>
    public int LoseAnswers { get; set; }

    /// <summary>So many new orders get lost before anything is done.</summary>
    public int LoseRequests { get; set; }

    /// <summary>Trade updates are not told on the line.</summary>
    public bool IsSilent { get; set; }

    public int Placed { get { lock (_gate) { return _orders.Count; } } }

    public bool HasLine => !_lines.IsEmpty;

    public static async Task<FakeAlpaca> Start()
    {
        var fake = new FakeAlpaca();
        fake.Service = await LocalService.Start(fake.Answer, fake.Talk);
        return fake;
    }

    /// <summary>Fills some of an order; the line hears of it unless it is silent.</summary>
    public async Task Fill(string clientId, decimal quantity, decimal price, string? executionId = null)
    {
        JsonObject data;
        lock (_gate)
        {
            var order = _orders[clientId];
            var filled = Number(order, "filled_qty") + quantity;
            order["filled_qty"] = Text(filled);
            order["status"] = filled == Number(order, "qty") ? "filled" : "partially_filled";
            var time = Now();
            _activities.Add(new JsonObject
            {
                ["activity_type"] = "FILL", ["id"] = $"{++_ids:D17}::{Guid.NewGuid()}", ["order_id"] = order["id"]!.GetValue<string>(), ["qty"] = Text(quantity),
                ["price"] = Text(price), ["cum_qty"] = Text(filled), ["leaves_qty"] = Text(Number(order, "qty") - filled), ["symbol"] = order["symbol"]!.GetValue<string>(),
                ["transaction_time"] = time,
            });
            data = new JsonObject
            {
                ["event"] = filled == Number(order, "qty") ? "fill" : "partial_fill", ["execution_id"] = executionId ?? Guid.NewGuid().ToString(), ["price"] = Text(price),
                ["qty"] = Text(quantity), ["timestamp"] = time, ["order"] = order.DeepClone(),
            };
        }

        await Tell(data);
    }

    /// <summary>Ends an order by itself.</summary>
    public async Task End(string clientId, string status)
    {
        JsonObject data;
        lock (_gate)
        {
            _orders[clientId]["status"] = status;
            data = new JsonObject { ["event"] = status, ["timestamp"] = Now(), ["order"] = _orders[clientId].DeepClone() };
        }

        await Tell(data);
    }

    public void DropLines()
    {
        foreach (var line in _lines.Keys)
        {
            line.Abort();
        }
    }

    public JsonObject Order(string clientId)
    {
        lock (_gate)
        {
            return (JsonObject)_orders[clientId].DeepClone();
        }
    }

    public ValueTask DisposeAsync() => Service.DisposeAsync();

    private async Task Answer(HttpContext context)
    {
        if (context.Request.Headers["APCA-API-SECRET-KEY"] != "the-secret")
        {
            context.Response.StatusCode = 401;
            return;
        }

        var path = context.Request.Path.Value!;
        var body = context.Request.Method == "POST" ? (await JsonNode.ParseAsync(context.Request.Body))!.AsObject() : null;
        var ended = default(JsonObject);
        var answer = "";
        lock (_gate)
        {
            (context.Response.StatusCode, answer) = (context.Request.Method, path) switch
            {
                ("POST", "/v2/orders") => Place(body!),
                ("GET", "/v2/orders:by_client_order_id") => _orders.TryGetValue(context.Request.Query["client_order_id"]!, out var found)
                    ? (200, found.ToJsonString())
                    : (404, """{"code":40410000,"message":"order not found"}"""),
                ("DELETE", _) => Cancel(path.Split('/')[^1], out ended),
                ("GET", "/v2/account/activities/FILL") => (200, JsonSerializer.Serialize(_activities)),
                _ => (404, ""),
            };
        }

        if (ended is not null)
        {
            await Tell(ended);
        }

        await context.Response.WriteAsync(context.Response.StatusCode == 204 ? "" : answer);
    }

    private (int, string) Place(JsonObject body)
    {
        var clientId = body["client_order_id"]!.GetValue<string>();
        if (LoseRequests > 0)
        {
            LoseRequests--;
            return (504, "");
        }

        if (_orders.ContainsKey(clientId))
        {
            return (422, """{"code":40010001,"message":"client_order_id must be unique"}""");
        }

        if (decimal.Parse(body["qty"]!.GetValue<string>(), CultureInfo.InvariantCulture) > 500)
        {
            return (403, """{"code":40310000,"message":"insufficient buying power"}""");
        }

        var order = (JsonObject)body.DeepClone();
        order["id"] = Guid.NewGuid().ToString();
        order["status"] = "new";
        order["filled_qty"] = "0";
        order["created_at"] = Now();
        _orders[clientId] = order;
        if (LoseAnswers > 0)
        {
            LoseAnswers--;
            return (504, "");
        }

        return (200, order.ToJsonString());
    }

    private (int, string) Cancel(string id, out JsonObject? ended)
    {
        ended = null;
        if (_orders.Values.FirstOrDefault(o => o["id"]!.GetValue<string>() == id) is not { } order)
        {
            return (404, "");
        }

        if (order["status"]!.GetValue<string>() is not ("new" or "partially_filled"))
        {
            return (422, """{"code":42210000,"message":"order is not cancelable"}""");
        }

        order["status"] = "canceled";
        ended = new JsonObject { ["event"] = "canceled", ["timestamp"] = Now(), ["order"] = order.DeepClone() };
        return (204, "");
    }

    private async Task Talk(LocalService service, WebSocket socket, int number)
    {
        var auth = await service.Hear(socket);
        var isKnown = auth.Contains("\"the-secret\"", StringComparison.Ordinal);
        await LocalService.Say(socket, $$$"""{"stream":"authorization","data":{"status":"{{{(isKnown ? "authorized" : "unauthorized")}}}","action":"authenticate"}}""");
        await service.Hear(socket);
        _lines.TryAdd(socket, 0);
        try
        {
            await LocalService.Say(socket, """{"stream":"listening","data":{"streams":["trade_updates"]}}""");
            await service.HearOn(socket);
        }
        finally
        {
            _lines.TryRemove(socket, out _);
        }
    }

    private async Task Tell(JsonObject data)
    {
        if (!IsSilent)
        {
            var text = new JsonObject { ["stream"] = "trade_updates", ["data"] = data }.ToJsonString();
            foreach (var line in _lines.Keys)
            {
                await LocalService.Say(line, text);
            }
        }
    }

    private static decimal Number(JsonObject of, string name) => decimal.Parse(of[name]!.GetValue<string>(), CultureInfo.InvariantCulture);

    private static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Now() => TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
}
