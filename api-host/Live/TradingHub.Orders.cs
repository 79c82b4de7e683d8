using System.Text.Json;
using Bourse.ApiHost.Live.Orders;
using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;

namespace Bourse.ApiHost.Live;

/// <summary>The account's order channel, and orders.</summary>
public sealed partial class TradingHub
{
    /// <summary>Sends the account's order events: everything after the number, then live; null = live only.</summary>
    public async Task<OrderChannelJson> SubscribeOrders(JsonElement after_seq)
    {
        var caller = await SignedIn();
        var after = HubArguments.Seq(after_seq, nameof(after_seq));
        return await Session.BeginOrders(caller, after, shared.Services);
    }

    /// <summary>Gives back the order, or the <see cref="Problem"/>.</summary>
    public async Task<object> PlaceOrder(OrderArgument order)
    {
        var caller = await SignedInWithinLimits();
        return order.Problem is null ? await shared.Desk.Place(caller, order.Order!) : order.Problem;
    }

    public async Task<OrderJson> ReplaceOrder(JsonElement id, JsonElement changes)
    {
        var caller = await SignedInWithinLimits();
        return await shared.Desk.Replace(caller, HubArguments.Id(id, nameof(id)), HubArguments.Object<ChangesBody>(changes, nameof(changes)), Context.ConnectionAborted);
    }

    /// <summary>A dead man's switch: all orders are cancelled after so many seconds (1 to 86,400) unless this is called again; 0 turns it off.</summary>
    public async Task<CancelAllAfterJson> CancelAllAfter(JsonElement seconds)
    {
        var caller = await SignedInWithinLimits();
        return await shared.Desk.CancelAllAfter(caller, HubArguments.Int(seconds, nameof(seconds), 0, OrderDesk.MaxCancelAllAfterSeconds));
    }

    /// <summary>Gives back the order as it stands after the cancel, where REST answers 204.</summary>
    public async Task<OrderJson> CancelOrder(JsonElement id)
    {
        var caller = await SignedInWithinLimits();
        return await shared.Desk.Cancel(caller, HubArguments.Id(id, nameof(id)), Context.ConnectionAborted);
    }
}
