using Bourse.Domain.Accounts;
using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;

namespace Bourse.Domain.Risk;

/// <summary>The checks of an order that need no account: its instrument, its shape, its price.</summary>
internal static class OrderChecks
{
    private const int LongestClientOrderId = 48;

    /// <summary>Of a price or a quantity, so that their product is exact in a decimal.</summary>
    private const decimal LargestValue = 10_000_000_000_000m;

    /// <summary>No kill switch stops all orders.</summary>
    public static Refusal? Switches(TradingState state) => state == TradingState.Halted
        ? new Refusal(RefusalCode.TradingHalted, "Trading is halted; open orders can be cancelled.")
        : null;

    /// <summary>The instrument trades now.</summary>
    public static Refusal? Market(string symbol, Instrument? instrument, long nowMs)
    {
        if (instrument is null)
        {
            return new Refusal(RefusalCode.UnknownSymbol, $"There is no instrument {symbol}.");
        }

        return instrument.Status switch
        {
            InstrumentStatus.Halted => new Refusal(RefusalCode.TradingHalted, $"Trading in {symbol} is halted."),
            InstrumentStatus.Closed => new Refusal(RefusalCode.MarketClosed, $"{symbol} is closed."),
            _ when !SessionCalendar.Get(instrument.Calendar).IsOpen(nowMs) =>
                new Refusal(RefusalCode.MarketClosed, $"The session of {symbol} is closed now."),
            _ => null,
        };
    }

    /// <summary>Quantity and prices are above zero and on the instrument's steps.</summary>
    public static Refusal? Steps(in OrderTerms terms, Instrument instrument) =>
        Quantity(terms.Quantity, instrument)
        ?? Price(terms.LimitPrice, instrument, "limit price")
        ?? Price(terms.StopPrice, instrument, "stop price");

    /// <summary>
    /// Quantity, price and value are within the limits; and, for an order without a limit price, the worst price it may trade at.
    /// </summary>
    /// <param name="priced">The terms with their protection price.</param>
    public static Refusal? Prices(
        in OrderTerms terms, OrderType type, Instrument instrument, decimal? reference, RiskLimits limits, out OrderTerms priced)
    {
        priced = terms;
        if (terms.Quantity > limits.MaxOrderQuantity)
        {
            return new Refusal(RefusalCode.MaxOrderQuantity, $"At most {limits.MaxOrderQuantity} may be ordered at once.");
        }

        decimal price;
        if (terms.LimitPrice is { } limit)
        {
            if (Collar(terms.Side, limit, type == OrderType.StopLimit ? terms.StopPrice : reference, instrument) is { } refusal)
            {
                return refusal;
            }

            price = limit;
        }
        else
        {
            if (Protection(terms.Side, terms.StopPrice, reference, instrument) is not { } protection)
            {
                return new Refusal(RefusalCode.NoReferencePrice, "The symbol has no price yet that a market order could be bounded by.");
            }

            priced = terms with { ProtectionPrice = protection };
            price = terms.Side == Side.Buy ? protection : terms.StopPrice ?? reference ?? protection;
        }

        var value = price * terms.Quantity;
        return value > limits.MaxOrderNotional
            ? new Refusal(RefusalCode.MaxNotional, $"The order is worth {value}; {limits.MaxOrderNotional} is allowed.")
            : null;
    }

    private static Refusal? Quantity(decimal quantity, Instrument instrument)
    {
        if (quantity <= 0)
        {
            return new Refusal(RefusalCode.InvalidQuantity, "A quantity is above zero.");
        }

        return quantity <= LargestValue && instrument.TryToLots(quantity, out _)
            ? null
            : new Refusal(RefusalCode.InvalidLot, $"The quantity is no whole number of lots of {instrument.LotSize}, or too large.");
    }

    private static Refusal? Price(decimal? price, Instrument instrument, string name)
    {
        if (price is not { } value)
        {
            return null;
        }

        if (value <= 0)
        {
            return new Refusal(RefusalCode.InvalidPrice, $"A {name} is above zero.");
        }

        return value <= LargestValue && instrument.TryToTicks(value, out _)
            ? null
            : new Refusal(RefusalCode.InvalidTick, $"The {name} is no whole number of ticks of {instrument.TickSize}, or too large.");
    }

    /// <summary>The terms fit each other.</summary>
    public static Refusal? Shape(OrderRequest r)
    {
        var limited = r.Type is OrderType.Limit or OrderType.StopLimit;
        var stopped = r.Type is OrderType.Stop or OrderType.StopLimit;
        string? problem = null;
        if (r.Side is not (Side.Buy or Side.Sell))
        {
            problem = "The side is buy or sell.";
        }
        else if (r.Type is < OrderType.Market or > OrderType.TrailingStop || r.TimeInForce is < TimeInForce.Day or > TimeInForce.Gtd)
        {
            problem = "The type or time in force is unknown.";
        }
        else if (r.SelfTradePrevention > SelfTradePrevention.CancelBoth)
        {
            problem = "The self-trade prevention is unknown.";
        }
        else if (string.IsNullOrEmpty(r.ClientOrderId) || r.ClientOrderId.Length > LongestClientOrderId)
        {
            problem = $"A client order id has 1 to {LongestClientOrderId} characters.";
        }
        else if (limited != r.LimitPrice.HasValue)
        {
            problem = limited ? "This type needs a limit price." : "This type takes no limit price.";
        }
        else if (stopped != r.StopPrice.HasValue)
        {
            problem = stopped ? "This type needs a stop price." : "This type takes no stop price.";
        }
        else if (r.PostOnly && (r.Type != OrderType.Limit || r.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok))
        {
            problem = "Post-only goes with a limit order that may rest.";
        }

        return problem is null ? null : new Refusal(RefusalCode.InvalidOrder, problem);
    }

    /// <summary>
    /// A limit price may not be more aggressive than the anchor by more than the collar: a buy far above it, a sale far below. A passive
    /// price, however far, is allowed. The anchor is the reference price, or a stop-limit's own stop price, because that is where the
    /// market will be when it goes live. Without an anchor (a symbol that never had a price) there is no collar.
    /// </summary>
    private static Refusal? Collar(Side side, decimal limitPrice, decimal? anchor, Instrument instrument)
    {
        if (anchor is not { } price)
        {
            return null;
        }

        var outside = side == Side.Buy
            ? limitPrice > price * (1 + instrument.CollarFraction)
            : limitPrice < price * (1 - instrument.CollarFraction);
        return outside
            ? new Refusal(RefusalCode.PriceCollar, $"The limit price {limitPrice} is further than {instrument.CollarFraction:P0} beyond {price}.")
            : null;
    }

    /// <summary>
    /// The worst price of an order without a limit price: the collar's edge, rounded outward to a tick and at least one tick. A market order is anchored to the
    /// reference price, a stop to its stop price, or to the reference where that is already beyond the stop (it will trade at once).
    /// </summary>
    /// <returns>Null when there is no anchor.</returns>
    private static decimal? Protection(Side side, decimal? stopPrice, decimal? reference, Instrument instrument)
    {
        var anchor = (stopPrice, reference) switch
        {
            ({ } stop, { } last) => side == Side.Buy ? Math.Max(stop, last) : Math.Min(stop, last),
            ({ } stop, null) => stop,
            _ => reference,
        };
        if (anchor is not { } price || price <= 0)
        {
            return null;
        }

        var tick = instrument.TickSize;
        return side == Side.Buy
            ? decimal.Ceiling(price * (1 + instrument.CollarFraction) / tick) * tick
            : Math.Max(1, decimal.Floor(price * (1 - instrument.CollarFraction) / tick)) * tick;
    }
}
