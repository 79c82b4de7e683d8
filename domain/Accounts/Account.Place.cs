using Bourse.Domain.Instruments;
using Bourse.Domain.Ledger;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;

namespace Bourse.Domain.Accounts;

public sealed partial class Account
{
    /// <summary>
    /// Decides on a new order. First whether it is new at all, by its client order id among the orders in memory (ask
    /// <see cref="FindByClientOrderId"/> before whether the read model has to be asked too), then every check; the first that fails answers.
    /// </summary>
    /// <param name="instrument">The instrument of the request's symbol; null for an unknown symbol.</param>
    /// <param name="referencePrice">The newest price of the symbol; null when it never had one.</param>
    /// <param name="orderId">The id that the order gets when it is placed.</param>
    /// <param name="state">What the kill switches let through.</param>
    /// <param name="isRestricted">The symbol is on a restricted list of the account: only a position is made smaller.</param>
    /// <param name="marks">What <see cref="ExposedSymbols"/> are worth, when <see cref="RiskLimits.NeedsMarks"/>.</param>
    public PlaceDecision DecidePlace(
        OrderRequest request, Instrument? instrument, decimal? referencePrice, RiskLimits limits, Guid orderId, long nowMs,
        TradingState state = TradingState.Active, bool isRestricted = false, IReadOnlyDictionary<string, Mark>? marks = null)
    {
        if (request.ClientOrderId is not null && FindByClientOrderId(request.ClientOrderId, out var known) == ClientIdLookup.Found)
        {
            return new PlaceDecision(known!.Request == request ? PlaceOutcome.Repeated : PlaceOutcome.Conflict, null, known, null);
        }

        var refusal = IsOpen ? OrderChecks.Switches(state) ?? OrderChecks.Market(request.Symbol, instrument, nowMs) : NotOpen();
        if (refusal is not null)
        {
            return Refused(refusal);
        }

        var link = _links.GetValueOrDefault(request.Symbol);
        if (link is null && (Currencies.IsKnown(request.Symbol) || !Currencies.IsKnown(instrument!.Currency)))
        {
            // The ledger tells cash from positions by the asset's name.
            return Refused(new Refusal(RefusalCode.UnknownAsset, $"{request.Symbol} is a currency, or priced in {instrument!.Currency}, which is none."));
        }

        var terms = new OrderTerms(request.Side, request.Quantity, request.LimitPrice, request.StopPrice);
        refusal = OrderChecks.Steps(terms, instrument!)
            ?? OrderChecks.Shape(request)
            ?? AdvancedChecks.Terms(request, instrument!, nowMs)
            ?? AdvancedChecks.FirstStop(request, instrument!, referencePrice, terms, out terms)
            ?? OrderChecks.Prices(terms, request.Type, instrument!, referencePrice, limits, out terms);
        var group = request.Advanced?.Group;
        if (group is not null)
        {
            refusal ??= GroupChecks.Terms(request, group, referencePrice);
        }

        if (refusal is null && _orders.Count + (group?.Legs().Count ?? 0) >= limits.MaxOpenOrders)
        {
            refusal = new Refusal(RefusalCode.MaxOpenOrders, $"{_orders.Count} orders are open already.");
        }

        var mustReduce = MustReduce(limits, state, isRestricted, nowMs);
        refusal ??= CheckExposure(link, request.Symbol, request.Side, request.ReduceOnly, request.Quantity, limits, mustReduce);
        if (refusal is null && group is { Class: not OrderClass.Oco })
        {
            // Legs trade back what their entry traded, so the position may become again what it is now.
            refusal = mustReduce is not null
                ? new Refusal(mustReduce, "The legs would open again what the order closes.")
                : CheckPosition(link, request.Symbol, request.Side.Opposite(), 0, limits);
        }

        var feeRate = Math.Max(instrument!.TakerFeeRate, instrument.MakerFeeRate);
        if (refusal is null && limits is { Rules: not null } or { AllowShort: true, Unlimited: false })
        {
            var candidate = new Candidate(request.Symbol, request.Side, request.Quantity, terms.BookPrice, feeRate);
            refusal = CheckRules(candidate, terms.StopPrice is null ? terms.BookPrice : null, instrument, referencePrice, limits, marks)
                ?? (limits.Rules is null ? null : CheckRate(limits.Rules, 1 + (group?.Legs().Count ?? 0), nowMs));
        }

        if (refusal is not null)
        {
            return Refused(refusal);
        }

        var kind = group is { Class: OrderClass.Oco }
            ? ReservationKind.None // its stop-loss reserves for both
            : ReservationOf(request.Side, instrument.Currency, limits);
        var reserved = kind switch
        {
            ReservationKind.Cash => Reservation.Cash(request.Quantity, terms.BookPrice, feeRate),
            ReservationKind.Position => request.Quantity,
            _ => 0m,
        };
        refusal = CheckFree(kind, link, request.Symbol, instrument.Currency, reserved);
        if (refusal is not null)
        {
            return Refused(refusal);
        }

        var placed = new OrderPlaced(
            orderId, request, instrument.Currency, (link?.LastCommand ?? 0) + 1, terms.ProtectionPrice, kind, reserved, feeRate, nowMs,
            request.Type == OrderType.TrailingStop ? terms.StopPrice : null);
        return group is null ? new PlaceDecision(PlaceOutcome.Placed, placed, null, null) : DecideLegs(placed, instrument, referencePrice, limits);
    }

    private static PlaceDecision Refused(Refusal refusal) => new(PlaceOutcome.Refused, null, null, refusal);

    // What is backed by equity holds nothing. In another currency than its own an account has its cash and nothing else.
    private ReservationKind ReservationOf(Side side, string currency, RiskLimits limits) => side == Side.Buy
        ? limits.Unlimited || (limits.Rules?.Margin is not null && currency == Currency) ? ReservationKind.None : ReservationKind.Cash
        : limits.Unlimited || (limits.AllowShort && currency == Currency) ? ReservationKind.None : ReservationKind.Position;

    /// <summary>What an order adds to the open quantity of its side stays within the position it may make.</summary>
    /// <param name="mustReduce">Why the order has to reduce the position, as the code of the refusal; null when it need not.</param>
    private static Refusal? CheckExposure(
        BookLink? link, string symbol, Side side, bool reduceOnly, decimal added, RiskLimits limits, string? mustReduce)
    {
        if (added <= 0)
        {
            return null;
        }

        var buy = side == Side.Buy;
        var position = link?.Position.Quantity ?? 0;
        var open = link is null ? 0 : buy ? link.OpenBuy : link.OpenSell;
        var covered = link is null ? 0 : buy ? link.ReduceBuy : link.ReduceSell;
        if (reduceOnly || covered > 0 || mustReduce is not null)
        {
            // All open orders of a side together stay within the position while one of them is reduce-only: whichever fill first, none goes beyond it.
            var reducible = buy ? -position : position;
            if (open + added > reducible)
            {
                return new Refusal(mustReduce ?? RefusalCode.ReduceOnly, $"The position is {position}, and orders for {open} of it are open already, {covered} of them reduce-only.");
            }
        }

        return CheckPosition(link, symbol, side, added, limits);
    }

    /// <summary>The position that an account's open orders of a side, and so much more, could make is one that it may have.</summary>
    private static Refusal? CheckPosition(BookLink? link, string symbol, Side side, decimal added, RiskLimits limits)
    {
        var buy = side == Side.Buy;
        var position = link?.Position.Quantity ?? 0;
        var open = link is null ? 0 : buy ? link.OpenBuy : link.OpenSell;
        var after = (buy ? position : -position) + open + added;
        if (!buy && limits.Rules?.Locates is { } locates && after > locates.GetValueOrDefault(symbol))
        {
            return new Refusal(RefusalCode.LocateRequired, $"{locates.GetValueOrDefault(symbol)} of {symbol} is located, {after} would be short.");
        }

        if (after > limits.MaxPosition)
        {
            return new Refusal(RefusalCode.MaxPosition, $"With open orders the position could reach {after}; {limits.MaxPosition} is allowed.");
        }

        // Sales from a time when the account might sell short hold no units.
        return !buy && after > 0 && !limits.AllowShort
            ? new Refusal(RefusalCode.InsufficientPosition, $"{position} is held, {open} is being sold already; this account may not sell short.")
            : null;
    }

    private Refusal? CheckFree(ReservationKind kind, BookLink? link, string symbol, string currency, decimal wanted)
    {
        if (kind == ReservationKind.None || wanted <= 0)
        {
            return null;
        }

        var asset = kind == ReservationKind.Cash ? currency : symbol;
        var balance = kind == ReservationKind.Cash ? link?.Cash : link?.Units;
        var free = (balance ?? FindBalance(asset))?.Free ?? 0;
        if (wanted <= free)
        {
            return null;
        }

        return kind == ReservationKind.Cash
            ? new Refusal(RefusalCode.InsufficientFunds, $"{wanted} {asset} is needed, {free} is free.")
            : new Refusal(RefusalCode.InsufficientPosition, $"{wanted} {asset} is needed, {free} is free; this account may not sell short.");
    }
}
