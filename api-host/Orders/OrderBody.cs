using Bourse.ApiHost.Problems;
using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;

namespace Bourse.ApiHost.Orders;

/// <summary>An order as a client sends it. Members that are not here are passed over.</summary>
public sealed record OrderBody
{
    public string? Symbol { get; init; }

    public string? Side { get; init; }

    public string? Type { get; init; }

    public string? TimeInForce { get; init; }

    public decimal? Qty { get; init; }

    public decimal? LimitPrice { get; init; }

    public decimal? StopPrice { get; init; }

    public bool? PostOnly { get; init; }

    public bool? ReduceOnly { get; init; }

    public string? SelfTradePrevention { get; init; }

    public string? ClientOrderId { get; init; }

    public string? OrderClass { get; init; }

    public decimal? TrailPrice { get; init; }

    public decimal? TrailPercent { get; init; }

    public DateTimeOffset? ExpireAt { get; init; }

    public decimal? DisplayQty { get; init; }

    public TakeProfitBody? TakeProfit { get; init; }

    public StopLossBody? StopLoss { get; init; }

    /// <summary>The order's terms. Throws <see cref="ProblemException"/> where they cannot be read.</summary>
    public OrderTerms ToTerms(string symbol, string clientOrderId)
    {
        var orderClass = OrderClass is null or "" or "simple" ? (OrderClass?)null : OneOf(OrderClass, "order_class", OrderNames.ToClass);
        var type = OneOf(Type, "type", OrderNames.ToType);
        return new OrderTerms(
            symbol,
            OneOf(Side, "side", OrderNames.ToSide),
            type,
            OneOf(TimeInForce, "time_in_force", OrderNames.ToTimeInForce),
            Positive(Qty ?? throw Missing("qty"), "qty"),
            Price(LimitOf(orderClass), "limit_price", type is OrderType.Limit or OrderType.StopLimit),
            Price(StopPrice, "stop_price", type is OrderType.Stop or OrderType.StopLimit),
            PostOnly ?? false,
            ReduceOnly ?? false,
            SelfTradePrevention is null
                ? Domain.Matching.SelfTradePrevention.CancelNewest
                : OneOf(SelfTradePrevention, "self_trade_prevention", OrderNames.ToSelfTradePrevention),
            clientOrderId,
            ToAdvanced(ToGroup(orderClass)));
    }

    /// <summary>Null when none of these terms is given. Whether they fit the order is the account's to say.</summary>
    private AdvancedTermsView? ToAdvanced(OrderGroupView? group)
    {
        return DisplayQty is null && ExpireAt is null && TrailPrice is null && TrailPercent is null && group is null
            ? null
            : new AdvancedTermsView(
                Given(DisplayQty, "display_qty"), ExpireAt?.ToUnixTimeMilliseconds(), Given(TrailPrice, "trail_price"), Given(TrailPercent, "trail_percent"), group);
    }

    private static decimal? Given(decimal? value, string field) => value is { } given ? Positive(given, field) : null;

    internal static decimal Positive(decimal value, string field) => value > 0
        ? value
        : throw new ProblemException(Problem.Malformed(field, $"{field} is to be above 0."));

    private static decimal? Price(decimal? value, string field, bool needed) => (value, needed) switch
    {
        (null, true) => throw Missing(field),
        ({ } price, true) => Positive(price, field),
        ({ }, false) => throw new ProblemException(Problem.Malformed(field, $"An order of this type has no {field}.")),
        _ => null,
    };

    private static T OneOf<T>(string? text, string field, Func<string, T?> read)
        where T : struct =>
        read(text ?? throw Missing(field)) ?? throw new ProblemException(Problem.Malformed(field, $"This is no {field}."));

    private static ProblemException Missing(string field) => new(Problem.Malformed(field, $"{field} is missing."));

    /// <summary>An OCO order is the take-profit itself, and says its price in either place.</summary>
    private decimal? LimitOf(OrderClass? orderClass)
    {
        var profit = orderClass == Domain.Accounts.OrderClass.Oco ? TakeProfit?.LimitPrice : null;
        return profit is null || LimitPrice is null || profit == LimitPrice
            ? LimitPrice ?? profit
            : throw new ProblemException(Problem.Malformed("take_profit", "limit_price and the limit_price of take_profit differ."));
    }

    /// <summary>Null for a simple order. Whether the legs fit the order is the account's to say.</summary>
    private OrderGroupView? ToGroup(OrderClass? orderClass)
    {
        if (orderClass is not { } known)
        {
            return TakeProfit is null && StopLoss is null
                ? null
                : throw new ProblemException(Problem.Refused("invalid_order_class", "A simple order has no legs.", "order_class"));
        }

        return new OrderGroupView(
            known,
            TakeProfit is null || known == Domain.Accounts.OrderClass.Oco ? null : Positive(TakeProfit.LimitPrice ?? throw Missing("take_profit.limit_price"), "take_profit.limit_price"),
            StopLoss is null ? null : Positive(StopLoss.StopPrice ?? throw Missing("stop_loss.stop_price"), "stop_loss.stop_price"),
            StopLoss?.LimitPrice is { } limit ? Positive(limit, "stop_loss.limit_price") : null);
    }
}

/// <summary>The leg that ends a position with profit, a limit order.</summary>
public sealed record TakeProfitBody(decimal? LimitPrice);

/// <summary>The leg that ends a position with loss: a stop order, or with a limit price a stop-limit order.</summary>
public sealed record StopLossBody(decimal? StopPrice, decimal? LimitPrice);
