using System.Globalization;
using System.Text;
using System.Text.Json;
using Bourse.Domain.Matching;
using Bourse.Domain.Venues;
using Bourse.GrainInterfaces.Venues;
using Bourse.Grains.Venues;
using Bourse.Silo.Outside;

namespace Bourse.Silo.Venues;

/// <summary>
/// Alpaca's trading API v2. A client id is unique there for ever, so that an order sent twice is refused the second time. Fills come on the line, and are asked for
/// as account activities where some are missing; both carry how much had filled.
/// </summary>
public sealed class AlpacaBroker(
    VenueOptions options, BrokerCredentials credentials, OutsideHealth health, OutsideHttp http, OutsideSocket socket, TimeProvider time)
    : OutsideBroker(Name, options, health, http, socket, time)
{
    public const string Name = "alpaca";

    private const int MaxActivityPages = 20;
    private const int ActivitiesAPage = 100;

    public override TimeSpan SettleTime => TimeSpan.FromSeconds(2);

    public static Uri Address(VenueOptions options) =>
        options.Address ?? new Uri(options.Mode == VenueMode.Live ? "https://api.alpaca.markets/" : "https://paper-api.alpaca.markets/");

    public static Uri Stream(VenueOptions options) =>
        options.Stream ?? new Uri(options.Mode == VenueMode.Live ? "wss://api.alpaca.markets/stream" : "wss://paper-api.alpaca.markets/stream");

    public override Task Run(IBrokerHub hub, CancellationToken cancellation) =>
        Socket.Run(new AlpacaLine(Stream(Options), credentials, hub), cancellation);

    protected override string? FindFaultOf(BrokerOrder order) => order switch
    {
        { PostOnly: true } or { Type: OrderType.TrailingStop } or { TimeInForce: TimeInForce.Gtd } => VenueCode.Unsupported,
        { Type: OrderType.Stop or OrderType.StopLimit, TimeInForce: not (TimeInForce.Day or TimeInForce.Gtc) } => VenueCode.Unsupported,
        _ => null,
    };

    protected override async Task<BrokerAnswer> PlaceOrder(BrokerOrder order)
    {
        var body = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["symbol"] = order.Symbol,
            ["qty"] = Text(order.Quantity),
            ["side"] = order.Side == Side.Buy ? "buy" : "sell",
            ["type"] = AlpacaWords.Of(order.Type),
            ["time_in_force"] = AlpacaWords.Of(order.TimeInForce),
            ["client_order_id"] = order.ClientId,
        };
        if (order.LimitPrice > 0)
        {
            body["limit_price"] = Text(order.LimitPrice);
        }

        if (order.StopPrice > 0)
        {
            body["stop_price"] = Text(order.StopPrice);
        }

        var answer = await Send(HttpMethod.Post, "v2/orders", mayRepeat: false, JsonSerializer.Serialize(body));
        if (answer.IsWell)
        {
            return await State(order, answer);
        }

        var (code, message) = AlpacaWords.Refusal(answer.Body);
        return (answer.Status, message) switch
        {
            // Sent before: how it stands is asked, because only the broker knows.
            (_, var said) when said.Contains("client_order_id", StringComparison.Ordinal) => Unknown,
            (401, _) => NotDone,
            (403, _) when code is 40310000 => Refused(VenueCode.InsufficientFunds),
            _ => Refused(VenueCode.Rejected),
        };
    }

    protected override async Task<BrokerAnswer> CancelOrder(BrokerOrder order)
    {
        var answer = await Send(HttpMethod.Delete, $"v2/orders/{order.VenueId}", mayRepeat: true);
        return answer.Status switch
        {
            401 or 403 => NotDone,
            404 or 422 => Refused(VenueCode.Rejected),
            _ => await FindOrder(order),
        };
    }

    protected override async Task<BrokerAnswer> FindOrder(BrokerOrder order)
    {
        var answer = await Send(HttpMethod.Get, $"v2/orders:by_client_order_id?client_order_id={order.ClientId}", mayRepeat: true);
        return answer.Status == 404 ? NotFound : answer.IsWell ? await State(order, answer) : NotDone;
    }

    private async Task<BrokerAnswer> State(BrokerOrder order, OutsideAnswer answer)
    {
        using var json = JsonDocument.Parse(answer.Body);
        var state = AlpacaWords.State(json.RootElement, []);
        return Told(state.Filled > order.KnownFilled ? state with { Fills = await Fills(state.VenueId, json.RootElement.TextOf("created_at")) } : state);
    }

    // The activities are of the whole account: those of the order are picked out.
    private async Task<IReadOnlyList<BrokerFill>> Fills(string orderId, string since)
    {
        var fills = new List<BrokerFill>();
        var token = "";
        for (var page = 0; page < MaxActivityPages; page++)
        {
            var answer = await Send(
                HttpMethod.Get,
                $"v2/account/activities/FILL?direction=asc&page_size={ActivitiesAPage}&after={Uri.EscapeDataString(since)}{(token.Length == 0 ? "" : $"&page_token={token}")}",
                mayRepeat: true);
            if (!answer.IsWell)
            {
                throw new OutsideException(OutsideFault.NotDone, $"activities refused with status {answer.Status}");
            }

            using var json = JsonDocument.Parse(answer.Body);
            foreach (var one in json.RootElement.EnumerateArray())
            {
                token = Uri.EscapeDataString(one.TextOf("id"));
                if (one.Text("order_id") == orderId)
                {
                    fills.Add(new BrokerFill(
                        one.TextOf("id"), one.NumberOf("price"), one.NumberOf("qty"), one.NumberOf("cum_qty"), null, false, one.TimeOf("transaction_time")));
                }
            }

            if (json.RootElement.GetArrayLength() < ActivitiesAPage)
            {
                break;
            }
        }

        fills.Sort((a, b) => a.Cumulative.CompareTo(b.Cumulative));
        return fills;
    }

    private async Task<OutsideAnswer> Send(HttpMethod method, string path, bool mayRepeat, string? body = null)
    {
        var key = await credentials.Get();
        return await Http.Send(
            new OutsideRequest(
                () => new HttpRequestMessage(method, path)
                {
                    Headers = { { "APCA-API-KEY-ID", key.Key }, { "APCA-API-SECRET-KEY", key.Secret } },
                    Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
                },
                mayRepeat),
            CancellationToken.None);
    }

    private static string Text(decimal number) => number.ToString("0.#############################", CultureInfo.InvariantCulture);
}
