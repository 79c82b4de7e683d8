using System.Text.Json;
using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Limits;
using Bourse.ApiHost.Live.Orders;
using Bourse.ApiHost.Live.Quotes;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Live;

/// <summary>
/// <c>/hubs/trading</c>. Quotes need no sign-in; orders do. A method's result is what REST answers; errors are those of REST too, see
/// <see cref="HubProblemFilter"/>. Arguments are read here, not by SignalR, so that a malformed one gets an error that says which.
/// </summary>
public sealed partial class TradingHub(
    OrderDesk desk,
    InstrumentCache instruments,
    QuoteFanOut quotes,
    FlushWheel wheel,
    HubConnections connections,
    RequestLimits limits,
    IHubContext<TradingHub> hub,
    IServiceProvider services,
    IOptions<LiveOptions> options) : Hub
{
    public const string Path = "/hubs/trading";
    private const string SessionKey = "session";

    public override Task OnConnectedAsync()
    {
        if (!connections.TryOpen(Caller.From(Context.User)))
        {
            Context.Abort();
            return Task.CompletedTask;
        }

        // The hub lives as long as one call; the connection's proxy as long as the connection.
        var client = hub.Clients.Client(Context.ConnectionId);
        var aborted = Context.ConnectionAborted;
        var outbox = new QuoteOutbox(async batch => await client.SendAsync("price_update", batch, aborted), options.Value.DefaultIntervalMs);
        Context.Items[SessionKey] = new HubSession(outbox, quotes, wheel);
        return Task.CompletedTask;
    }

    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        if (Context.Items.Remove(SessionKey, out var session))
        {
            connections.Close(Caller.From(Context.User));
            await ((HubSession)session!).DisposeAsync();
        }
    }

    /// <summary>Watches symbols; all of them or, when one is not known, none.</summary>
    public Task Subscribe(JsonElement symbols) => Watch(symbols, intervalMs: null);

    /// <summary>As <see cref="Subscribe"/>, and sets the time between two updates to this connection, 20 to 5,000 ms.</summary>
    public Task SubscribeEvery(JsonElement symbols, JsonElement interval_ms) =>
        Watch(symbols, HubArguments.Int(interval_ms, nameof(interval_ms), QuoteInterval.MinMs, QuoteInterval.MaxMs));

    public async Task Unsubscribe(JsonElement symbols)
    {
        var known = new List<string>();
        foreach (var text in HubArguments.Symbols(symbols, options.Value.MaxSymbolsPerConnection))
        {
            if (await instruments.Get(text) is { } instrument)
            {
                known.Add(instrument.Symbol);
            }
        }

        quotes.Unwatch(Session.Outbox, known);
    }

    /// <summary>Sends the account's order events: everything after the number, then live; null = live only.</summary>
    public Task<OrderChannelJson> SubscribeOrders(JsonElement after_seq)
    {
        var caller = SignedIn();
        var after = HubArguments.Seq(after_seq, nameof(after_seq));
        return Session.BeginOrders(caller, after, hub.Clients.Client(Context.ConnectionId), services);
    }

    public async Task<OrderJson> PlaceOrder(JsonElement order)
    {
        var caller = SignedInWithinLimits();
        return (await desk.Place(caller, HubArguments.Object<OrderBody>(order, nameof(order)), idempotencyKey: null)).Order;
    }

    public Task<OrderJson> ReplaceOrder(JsonElement id, JsonElement changes)
    {
        var caller = SignedInWithinLimits();
        return desk.Replace(caller, HubArguments.Id(id, nameof(id)), HubArguments.Object<ChangesBody>(changes, nameof(changes)), Context.ConnectionAborted);
    }

    /// <summary>Gives back the order as it stands after the cancel, where REST answers 204.</summary>
    public Task<OrderJson> CancelOrder(JsonElement id)
    {
        var caller = SignedInWithinLimits();
        return desk.Cancel(caller, HubArguments.Id(id, nameof(id)), Context.ConnectionAborted);
    }

    private HubSession Session => (HubSession)(Context.Items[SessionKey] ?? throw new HubException("The connection has ended."));

    private Caller SignedIn() => Caller.From(Context.User) ?? throw new ProblemException(ProblemMap.OfStatus(StatusCodes.Status401Unauthorized));

    private Caller SignedInWithinLimits()
    {
        var caller = SignedIn();
        var use = limits.Take(LimitKind.Requests, caller.UserId);
        return use.Allowed ? caller : throw new ProblemException(RequestLimits.Problem(use));
    }

    private async Task Watch(JsonElement symbols, int? intervalMs)
    {
        var outbox = Session.Outbox;
        var max = options.Value.MaxSymbolsPerConnection;
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in HubArguments.Symbols(symbols, max))
        {
            wanted.Add((await instruments.Get(text))?.Symbol
                ?? throw new ProblemException(Problem.Refused("unknown_symbol", $"There is no symbol {text}.", "symbols")));
        }

        if (outbox.Count + wanted.Count(symbol => !outbox.Has(symbol)) > max)
        {
            throw new ProblemException(Problem.Refused("too_many_symbols", $"A connection watches at most {max} symbols.", "symbols"));
        }

        outbox.IntervalMs = intervalMs ?? outbox.IntervalMs;
        Session.BeginFlushing();
        await quotes.Watch(outbox, wanted);
    }
}
