using Bourse.ApiHost.Auth;
using Bourse.Domain.Accounts;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.History;

namespace Bourse.ApiHost.Orders;

/// <summary>
/// Lists of orders. Open ones come from the account itself. Others come from the read model, which is a little behind: the newest events of
/// the account's order channel are laid over it, so that one reads one's own writes.
/// </summary>
public sealed class OrderLists(IGrainFactory grains, IHistoryReader history, OrderShape shape)
{
    /// <summary>How many of the newest events are laid over: more than the read model is ever behind by for one trader.</summary>
    private const int RecentUpdates = 500;

    /// <param name="nested">Legs stand in their orders' <c>legs</c>, as far as the page has both, and not by themselves.</param>
    public async Task<ListJson<OrderJson>> Get(Caller caller, OrderQuery query, bool nested, CancellationToken cancellation)
    {
        var account = grains.GetGrain<IAccountGrain>(caller.Account);
        var page = query.Open == true
            ? Cut((await account.GetOpenOrders()).Where(order => Matches(order, query)), query)
            : await Merged(account, query, cancellation);
        return new ListJson<OrderJson>([.. (nested ? Nested(page.Items) : page.Items).Select(shape.Order)], page.NextPageToken);
    }

    private static IEnumerable<OrderView> Nested(IReadOnlyList<OrderView> orders)
    {
        var first = orders.Where(o => o.Advanced is { Group: not null, Leg: null }).Select(o => o.Id).ToHashSet();
        var legs = orders.Where(o => o.Advanced?.Leg is not null).ToLookup(o => OrderGroupTerms.LegId(o.Id, o.Advanced!.Leg!.Value));
        return orders.Where(o => o.Advanced?.Leg is not { } leg || !first.Contains(OrderGroupTerms.LegId(o.Id, leg)))
            .Select(o => first.Contains(o.Id) ? o with { Legs = [.. legs[o.Id].OrderBy(l => l.Advanced!.Leg)] } : o);
    }

    private async Task<Page<OrderView>> Merged(IAccountGrain account, OrderQuery query, CancellationToken cancellation)
    {
        var recent = await Recent(account);
        var past = await history.GetOrders(query, cancellation);
        var orders = past.Items.ToDictionary(order => order.Id);
        foreach (var order in recent)
        {
            if (!orders.TryGetValue(order.Id, out var old) || old.Seq < order.Seq)
            {
                orders[order.Id] = order;
            }
        }

        // What lies beyond the read model's page belongs to a later page.
        var end = past is { NextPageToken: not null, Items: [.., var last] } ? KeyOf(last) : (OrderKey?)null;
        var page = Cut(orders.Values.Where(order => Matches(order, query) && (end is null || !IsBeyond(KeyOf(order), end.Value, query))), query);
        return page.NextPageToken is null && end is { } more ? page with { NextPageToken = more.ToToken() } : page;
    }

    /// <summary>The newest state of each order that the newest events touched.</summary>
    private static async Task<IReadOnlyCollection<OrderView>> Recent(IAccountGrain account)
    {
        var newest = await account.ReadOrderUpdates(long.MaxValue, 1);
        var orders = new Dictionary<Guid, OrderView>();
        if (newest.LastSeq > 0)
        {
            var updates = await account.ReadOrderUpdates(Math.Max(0, newest.LastSeq - RecentUpdates), RecentUpdates);
            foreach (var update in updates.Updates)
            {
                orders[update.Order.Id] = update.Order;
            }
        }

        return orders.Values;
    }

    private static bool Matches(OrderView order, OrderQuery query) =>
        (query.Open is null || query.Open == OrderNames.IsOpen(order.Status))
        && (query.Symbol is null || query.Symbol == order.Symbol)
        && (query.After is null || order.CreatedAt > query.After)
        && (query.PageToken is null || !OrderKey.TryParse(query.PageToken, out var start) || IsBeyond(KeyOf(order), start, query));

    private static bool IsBeyond(OrderKey order, OrderKey other, OrderQuery query) => query.Ascending ? order > other : order < other;

    private static Page<OrderView> Cut(IEnumerable<OrderView> orders, OrderQuery query)
    {
        List<OrderView> sorted = [.. query.Ascending ? orders.OrderBy(KeyOf) : orders.OrderByDescending(KeyOf)];
        return sorted.Count <= query.Limit
            ? new Page<OrderView>(sorted, null)
            : new Page<OrderView>(sorted[..query.Limit], KeyOf(sorted[query.Limit - 1]).ToToken());
    }

    private static OrderKey KeyOf(OrderView order) => new(order.CreatedAt, order.Id);
}
