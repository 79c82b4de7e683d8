using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;

namespace Bourse.Domain.Risk;

/// <summary>The checks of order groups that need no account. The rules are those of Alpaca's trading API for bracket, OCO and OTO orders.</summary>
internal static class GroupChecks
{
    /// <summary>The order may begin such a group, and the legs' prices stand on the right sides.</summary>
    /// <param name="reference">The newest price; what a market order's legs are measured by.</param>
    public static Refusal? Terms(OrderRequest request, OrderGroupTerms group, decimal? reference)
    {
        var isOco = group.Class == OrderClass.Oco;
        string? problem = null;
        if (request.TimeInForce is not (TimeInForce.Day or TimeInForce.Gtc))
        {
            problem = "An order group is day or gtc.";
        }
        else if (isOco ? request.Type != OrderType.Limit : request.Type is not (OrderType.Market or OrderType.Limit))
        {
            problem = isOco ? "An OCO order is a limit order, the take-profit." : "A bracket or OTO begins with a market or a limit order.";
        }
        else if (request.ReduceOnly || request.Advanced!.DisplayQuantity is not null)
        {
            problem = "An order group is neither reduce-only nor an iceberg.";
        }

        if (problem is not null)
        {
            return new Refusal(RefusalCode.InvalidOrderClass, problem);
        }

        return Legs(group) ?? Sides(request.Side, isOco ? request.LimitPrice : group.TakeProfitPrice, group, isOco, request.LimitPrice ?? reference);
    }

    /// <summary>A member of a group may take these new terms.</summary>
    public static Refusal? Change(Order order, decimal? quantity, decimal? limitPrice, decimal? stopPrice)
    {
        if (quantity is not null)
        {
            return new Refusal(RefusalCode.InvalidOrderClass, "The quantity of an order group does not change; its prices may.");
        }

        if (order.Leg is not null && order.Quantity == 0)
        {
            return new Refusal(RefusalCode.LegNotActive, "The leg waits for its entry's first fill.");
        }

        var (profit, loss) = order.Twin is not { } twin ? (null, null) : order.StopPrice is null ? (order, twin) : (twin, order);
        var (profitPrice, lossPrice) = (profit == order ? limitPrice ?? order.LimitPrice : profit?.LimitPrice, loss == order ? stopPrice ?? order.StopPrice : loss?.StopPrice);
        if (profitPrice is { } high && lossPrice is { } low && (order.Side == Side.Sell ? high <= low : high >= low))
        {
            return Wrong(profit == order ? RefusalCode.InvalidTakeProfit : RefusalCode.InvalidStopLoss);
        }

        return order.StopPrice is null ? null
            : StopLimit(order.Side, stopPrice ?? order.StopPrice.Value, order.Type == OrderType.StopLimit ? limitPrice ?? order.LimitPrice : null);
    }

    private static Refusal? Legs(OrderGroupTerms group)
    {
        var (profit, loss) = (group.TakeProfitPrice is not null, group.StopPrice is not null);
        return group.Class switch
        {
            OrderClass.Oco when !loss => new Refusal(RefusalCode.InvalidStopLoss, "An OCO order needs stop_loss."),
            OrderClass.Bracket when !profit => new Refusal(RefusalCode.InvalidTakeProfit, "A bracket needs take_profit."),
            OrderClass.Bracket when !loss => new Refusal(RefusalCode.InvalidStopLoss, "A bracket needs stop_loss."),
            OrderClass.Oto when profit == loss => new Refusal(RefusalCode.InvalidOrderClass, "An OTO order has either take_profit or stop_loss."),
            _ => null,
        };
    }

    /// <summary>What exits a purchase sells above its price with profit and below it with loss; what exits a sale the other way round.</summary>
    private static Refusal? Sides(Side side, decimal? profit, OrderGroupTerms group, bool isOco, decimal? anchor)
    {
        var exitSells = isOco ? side == Side.Sell : side == Side.Buy;
        if (profit is { } high && group.StopPrice is { } low && (exitSells ? high <= low : high >= low))
        {
            return Wrong(RefusalCode.InvalidTakeProfit);
        }

        if (!isOco && anchor is { } price)
        {
            if (profit is { } target && (exitSells ? target <= price : target >= price))
            {
                return new Refusal(RefusalCode.InvalidTakeProfit, $"At {price} the take-profit of {target} is on the wrong side.");
            }

            if (group.StopPrice is { } stop && (exitSells ? stop >= price : stop <= price))
            {
                return new Refusal(RefusalCode.InvalidStopLoss, $"At {price} the stop-loss of {stop} is on the wrong side.");
            }
        }

        return group.StopPrice is { } elects ? StopLimit(exitSells ? Side.Sell : Side.Buy, elects, group.StopLimitPrice) : null;
    }

    // Beyond its stop price, so that what is reserved at the limit covers the take-profit too.
    private static Refusal? StopLimit(Side side, decimal stop, decimal? limit) =>
        limit is { } price && (side == Side.Sell ? price > stop : price < stop)
            ? new Refusal(RefusalCode.InvalidStopLoss, "The limit price of a stop-loss is at its stop price or beyond it.")
            : null;

    private static Refusal Wrong(string code) => new(code, "The take-profit and the stop-loss stand on the wrong sides of each other.");
}
