using Bourse.ApiHost.Auth;
using Bourse.ApiHost.Market;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.History;

namespace Bourse.ApiHost.Orders;

/// <summary>
/// What REST and the hub do with orders, each always within the caller's own account. Whatever is not done ends in a
/// <see cref="ProblemException"/>.
/// </summary>
public sealed class OrderDesk(IGrainFactory grains, InstrumentCache instruments, OrderAnswers answers, OrderShape shape, IHistoryReader history)
{
    public const int MaxCancelAllAfterSeconds = 86_400;
    private const int MaxClientOrderId = 48;
    private const int PreviewLevels = 100;

    /// <summary>Places an order.</summary>
    /// <param name="idempotencyKey">Stands in for a missing client order id.</param>
    /// <returns>The order, and whether the same order was placed before.</returns>
    public async Task<(OrderJson Order, bool Repeated)> Place(Caller caller, OrderBody body, string? idempotencyKey)
    {
        var answer = await Account(caller).Place(await Command(body, idempotencyKey));
        return (answers.Done(answer), answer.Kind == AnswerKind.Repeated);
    }

    /// <summary>Places an order and gives back what the hub sends: an <see cref="OrderText"/>, or the <see cref="Problem"/> when the account has not done it.</summary>
    public async Task<object> Place(Caller caller, OrderBody body) => answers.Told(await Account(caller).Place(await Command(body, idempotencyKey: null)));

    /// <summary>Says what would become of an order and places none. What it would fill is counted on the depth that shows, the caller's own orders included.</summary>
    public async Task<OrderPreviewJson> Preview(Caller caller, OrderBody body, string? idempotencyKey)
    {
        var preview = await Account(caller).Preview(await Command(body, idempotencyKey));
        var order = answers.Done(preview.Answer);
        var (quantity, value) = preview is { Answer: { Kind: AnswerKind.Done, Order: { } view }, WorstPrice: { } worst } && view.StopPrice is null
            ? await Fillable(view, worst)
            : (0, 0);
        return new OrderPreviewJson(
            order, preview.Answer.Kind == AnswerKind.Repeated, shape.Price(order.Symbol, preview.WorstPrice),
            preview.ReservedAsset is null ? null : ExactDecimal.ToText(preview.Reserved), preview.ReservedAsset,
            ExactDecimal.ToText(quantity), quantity == 0 ? null : shape.Price(order.Symbol, decimal.Round(value / quantity, 9)));
    }

    public async Task<CancelAllAfterJson> CancelAllAfter(Caller caller, int seconds) => new(await Account(caller).CancelAllAfter(seconds));

    public async Task<OrderJson> Replace(Caller caller, string id, ChangesBody body, CancellationToken cancellation)
    {
        var changes = body.ToChanges();
        var orderId = OrderId(id);
        return await DoneOrEnded(await Account(caller).Replace(orderId, changes), caller, orderId, cancellation);
    }

    public async Task<OrderJson> Cancel(Caller caller, string id, CancellationToken cancellation)
    {
        var orderId = OrderId(id);
        return await DoneOrEnded(await Account(caller).Cancel(orderId), caller, orderId, cancellation);
    }

    /// <param name="symbol">Null = of all symbols.</param>
    public async Task<IReadOnlyList<CancelRowJson>> CancelAll(Caller caller, string? symbol)
    {
        var known = symbol is null ? null : await Known(symbol);
        return [.. (await Account(caller).CancelAll(known)).Select(answers.Row)];
    }

    /// <summary>The open orders of a symbol that may still trade on a side; legs that wait for their entry may not.</summary>
    public async Task<IReadOnlyList<OrderView>> FindInTheWay(Caller caller, string symbol, Side side) =>
        [.. (await Account(caller).GetOpenOrders()).Where(o => o.Symbol == symbol && o.Side == side && (o.Advanced?.Leg is null || o.Seq > 0))];

    /// <summary>Cancels what <see cref="FindInTheWay"/> finds. What has ended meanwhile is not asked about; any other failure ends in a problem.</summary>
    public async Task CancelAll(Caller caller, string symbol, Side side)
    {
        var (account, orders) = (Account(caller), await FindInTheWay(caller, symbol, side));
        foreach (var answer in await Task.WhenAll(orders.Select(o => account.Cancel(o.Id))))
        {
            if (answer.Code != RefusalCode.NotOpen)
            {
                answers.Done(answer);
            }
        }
    }

    public async Task<OrderJson> Get(Caller caller, string id, CancellationToken cancellation)
    {
        var orderId = OrderId(id);
        var order = await Account(caller).GetOrder(orderId) ?? await history.GetOrder(caller.Account, orderId, cancellation);
        return shape.Order(await WithLegs(order ?? throw NoSuchOrder(), caller, cancellation));
    }

    public async Task<OrderJson> GetByClientOrderId(Caller caller, string clientOrderId, CancellationToken cancellation)
    {
        if (!IsClientOrderId(clientOrderId))
        {
            throw NoSuchOrder();
        }

        var order = await Account(caller).GetOrderByClientOrderId(clientOrderId)
            ?? await history.GetOrderByClientOrderId(caller.Account, clientOrderId, cancellation);
        return shape.Order(await WithLegs(order ?? throw NoSuchOrder(), caller, cancellation));
    }

    /// <summary>Legs that the account has forgotten come from the read model.</summary>
    private async Task<OrderView> WithLegs(OrderView order, Caller caller, CancellationToken cancellation)
    {
        if (order.Advanced is not { Group: { } group, Leg: null })
        {
            return order;
        }

        var legs = new List<OrderView>();
        foreach (var id in group.ToDomain().Legs().Select(kind => OrderGroupTerms.LegId(order.Id, kind)))
        {
            if ((order.Legs?.FirstOrDefault(l => l.Id == id) ?? await history.GetOrder(caller.Account, id, cancellation)) is { } leg)
            {
                legs.Add(leg);
            }
        }

        return order with { Legs = legs };
    }

    /// <summary>An account forgets orders that ended long ago; the read model still has them.</summary>
    private async Task<OrderJson> DoneOrEnded(OrderAnswer answer, Caller caller, Guid orderId, CancellationToken cancellation) =>
        answer.Kind == AnswerKind.NotFound && await history.GetOrder(caller.Account, orderId, cancellation) is { } ended
            ? throw new ProblemException(Problem.Refused("not_open", "The order has ended.") with { Order = shape.Order(ended) })
            : answers.Done(answer);

    private async Task<PlaceOrder> Command(OrderBody body, string? idempotencyKey)
    {
        var clientOrderId = ClientOrderId(body.ClientOrderId, idempotencyKey);
        var symbol = body.Symbol ?? throw new ProblemException(Problem.Malformed("symbol", "symbol is missing."));
        var terms = body.ToTerms(symbol, clientOrderId);
        return new PlaceOrder(terms with { Symbol = await Known(symbol) });
    }

    private async Task<(decimal Quantity, decimal Value)> Fillable(OrderView order, decimal worst)
    {
        var depth = await grains.GetGrain<IBookGrain>(order.Symbol).GetDepth(PreviewLevels);
        var buy = order.Side == Side.Buy;
        var (left, value) = (order.Quantity, 0m);
        foreach (var level in (buy ? depth.Asks : depth.Bids).TakeWhile(l => buy ? l.Price <= worst : l.Price >= worst))
        {
            var lots = Math.Min(left, level.Quantity);
            left -= lots;
            value += lots * level.Price;
        }

        var filled = order.Quantity - left;
        return (filled > 0 && order.PostOnly) || (left > 0 && order.TimeInForce == TimeInForce.Fok) ? (0, 0) : (filled, value);
    }

    private static string ClientOrderId(string? fromBody, string? idempotencyKey)
    {
        if (fromBody is not null && idempotencyKey is not null && fromBody != idempotencyKey)
        {
            throw new ProblemException(Problem.Malformed("client_order_id", "client_order_id and Idempotency-Key differ."));
        }

        var id = fromBody ?? idempotencyKey ?? Guid.NewGuid().ToString("N");
        return IsClientOrderId(id)
            ? id
            : throw new ProblemException(Problem.Malformed("client_order_id", "A client order id has 1 to 48 printable characters."));
    }

    private static bool IsClientOrderId(string id) => id.Length is > 0 and <= MaxClientOrderId && !id.Any(c => char.IsControl(c) || char.IsSurrogate(c));

    /// <summary>An id that cannot be one is the id of no order.</summary>
    private static Guid OrderId(string id) => Guid.TryParse(id, out var orderId) ? orderId : throw NoSuchOrder();

    private static ProblemException NoSuchOrder() => new(OrderAnswers.NoSuchOrder);

    private async ValueTask<string> Known(string symbol) => (await instruments.Get(symbol))?.Symbol
        ?? throw new ProblemException(Problem.Refused("unknown_symbol", "There is no such symbol.", "symbol"));

    private IAccountGrain Account(Caller caller) => grains.GetGrain<IAccountGrain>(caller.Account);
}
