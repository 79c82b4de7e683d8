using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bourse.Domain.Matching;
using Bourse.Domain.Venues;
using Bourse.GrainInterfaces.Venues;
using Bourse.Grains.Venues;
using Bourse.Silo.Outside;

namespace Bourse.Silo.Venues;

/// <summary>
/// Binance spot. Requests are signed and carry a time: one that arrives later than <see cref="RecvWindowMs"/> after it is refused, so that an order of unknown outcome that
/// cannot be found after this time will never appear. (A client id is unique among open orders only.) Fills are told apart by Binance's trade numbers.
/// </summary>
public sealed class BinanceBroker(
    VenueOptions options, BrokerCredentials credentials, OutsideHealth health, OutsideHttp http, OutsideSocket socket, TimeProvider time)
    : OutsideBroker(Name, options, health, http, socket, time)
{
    public const string Name = "binance";

    /// <summary>How old a request may be when it arrives, ms.</summary>
    public const int RecvWindowMs = 5_000;

    private const int TradesWeight = 20;
    private const int ReadWeight = 4;
    private const int InfoWeight = 20;

    private readonly ConcurrentDictionary<string, BinanceFilters> _filters = new(StringComparer.Ordinal);
    private long _clockAheadMs;

    public override TimeSpan SettleTime => TimeSpan.FromMilliseconds(RecvWindowMs + 2_000);

    public static Uri Address(VenueOptions options) =>
        options.Address ?? new Uri(options.Mode == VenueMode.Live ? "https://api.binance.com/" : "https://testnet.binance.vision/");

    public static Uri Stream(VenueOptions options) =>
        options.Stream ?? new Uri(options.Mode == VenueMode.Live ? "wss://ws-api.binance.com:443/ws-api/v3" : "wss://ws-api.testnet.binance.vision/ws-api/v3");

    public override string ToTheirs(string ours) => ours.Replace("/", "", StringComparison.Ordinal);

    public override Task Run(IBrokerHub hub, CancellationToken cancellation) => Socket.Run(new BinanceLine(Stream(Options), this, hub), cancellation);

    /// <summary>Parameters with the time and the signature.</summary>
    private string Signed(string parameters, BrokerKey key)
    {
        var query = string.Create(
            CultureInfo.InvariantCulture, $"{parameters}&recvWindow={RecvWindowMs}&timestamp={NowMs}");
        return $"{query}&signature={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key.Secret), Encoding.UTF8.GetBytes(query)))}";
    }

    internal ValueTask<BrokerKey> Key() => credentials.Get();

    /// <summary>Binance's time, as far as it is known here, ms since 1970.</summary>
    internal long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds() + Volatile.Read(ref _clockAheadMs);

    /// <summary>Brings our clock's difference up to date.</summary>
    internal async Task ReadClock(CancellationToken cancellation)
    {
        var before = Time.GetUtcNow().ToUnixTimeMilliseconds();
        using var json = await Http.Read(() => new HttpRequestMessage(HttpMethod.Get, "api/v3/time"), 1, cancellation);
        var after = Time.GetUtcNow().ToUnixTimeMilliseconds();
        Volatile.Write(ref _clockAheadMs, json.RootElement.WholeOf("serverTime") - ((before + after) / 2));
    }

    protected override string? FindFaultOf(BrokerOrder order) =>
        order is { Type: OrderType.TrailingStop } or { TimeInForce: TimeInForce.Gtd or TimeInForce.Day }
        || (order.PostOnly && (order.Type != OrderType.Limit || order.TimeInForce != TimeInForce.Gtc))
            ? VenueCode.Unsupported
            : _filters.TryGetValue(order.Symbol, out var filters) ? filters.FindFault(order) : null;

    protected override async Task<BrokerAnswer> PlaceOrder(BrokerOrder order)
    {
        if (!_filters.ContainsKey(order.Symbol) && !await Try(() => ReadFilters(order.Symbol)))
        {
            return NotDone;
        }

        if (FindFaultOf(order) is { } fault)
        {
            return Refused(fault);
        }

        var answer = await Send(HttpMethod.Post, "api/v3/order", BinanceWords.Parameters(order, ToTheirs(order.Symbol)), 1, mayRepeat: false);
        if (answer.IsWell)
        {
            using var json = JsonDocument.Parse(answer.Body);
            return Told(BinanceWords.State(json.RootElement, "clientOrderId", BinanceWords.Fills(json.RootElement, order.Symbol)));
        }

        return BinanceWords.Refusal(answer.Body) switch
        {
            (-1021, _) => await AfterLateClock(),
            (-1000 or -1001 or -1006 or -1007, _) => Unknown,
            (-2010, var message) when message.Contains("Duplicate", StringComparison.OrdinalIgnoreCase) => Unknown,
            (-2010, var message) when message.Contains("insufficient", StringComparison.OrdinalIgnoreCase) => Refused(VenueCode.InsufficientFunds),
            (-1022 or -2014 or -2015, _) => NotDone,
            _ => Refused(VenueCode.Rejected),
        };
    }

    protected override async Task<BrokerAnswer> CancelOrder(BrokerOrder order)
    {
        var parameters = $"origClientOrderId={order.ClientId}&symbol={ToTheirs(order.Symbol)}";
        var answer = await Send(HttpMethod.Delete, "api/v3/order", parameters, 1, mayRepeat: true);
        if (!answer.IsWell)
        {
            return BinanceWords.Refusal(answer.Body).Code switch
            {
                -2011 => Refused(VenueCode.Rejected),
                -1021 => await AfterLateClock(),
                _ => NotDone,
            };
        }

        using var json = JsonDocument.Parse(answer.Body);
        return await WithFills(order, BinanceWords.State(json.RootElement, "origClientOrderId", []));
    }

    protected override async Task<BrokerAnswer> FindOrder(BrokerOrder order)
    {
        var parameters = $"origClientOrderId={order.ClientId}&symbol={ToTheirs(order.Symbol)}";
        var answer = await Send(HttpMethod.Get, "api/v3/order", parameters, ReadWeight, mayRepeat: true);
        if (!answer.IsWell)
        {
            return BinanceWords.Refusal(answer.Body).Code switch
            {
                -2013 => NotFound,
                -1021 => await AfterLateClock(),
                _ => NotDone,
            };
        }

        using var json = JsonDocument.Parse(answer.Body);
        return await WithFills(order, BinanceWords.State(json.RootElement, "clientOrderId", []));
    }

    private async Task<BrokerAnswer> WithFills(BrokerOrder order, BrokerState state)
    {
        if (state.Filled <= order.KnownFilled)
        {
            return Told(state);
        }

        var answer = await Send(HttpMethod.Get, "api/v3/myTrades", $"orderId={state.VenueId}&symbol={ToTheirs(order.Symbol)}", TradesWeight, mayRepeat: true);
        if (!answer.IsWell)
        {
            return NotDone;
        }

        using var json = JsonDocument.Parse(answer.Body);
        return Told(state with { Fills = BinanceWords.Trades(json.RootElement, order.Symbol) });
    }

    private async Task ReadFilters(string symbol)
    {
        using var json = await Http.Read(
            () => new HttpRequestMessage(HttpMethod.Get, $"api/v3/exchangeInfo?symbol={ToTheirs(symbol)}"), InfoWeight, CancellationToken.None);
        _filters[symbol] = BinanceFilters.Read(json.RootElement.GetProperty("symbols")[0]);
    }

    // The request was refused for its time, so it has certainly not been done.
    private async Task<BrokerAnswer> AfterLateClock()
    {
        await Try(() => ReadClock(CancellationToken.None));
        return NotDone;
    }

    // What comes before an order has no say in whether that was done.
    private static async Task<bool> Try(Func<Task> prepare)
    {
        try
        {
            await prepare();
            return true;
        }
        catch (OutsideException)
        {
            return false; // noted in the health
        }
    }

    private async Task<OutsideAnswer> Send(HttpMethod method, string path, string parameters, int weight, bool mayRepeat)
    {
        var key = await credentials.Get();
        return await Http.Send(
            new OutsideRequest(
                () => new HttpRequestMessage(method, $"{path}?{Signed(parameters, key)}") { Headers = { { "X-MBX-APIKEY", key.Key } } }, mayRepeat, weight),
            CancellationToken.None);
    }
}
