using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;

namespace Bourse.Domain.Accounts;

public sealed partial class Account
{
    /// <summary>
    /// Decides on new terms for an open order; null leaves a term as it is. One replace of an order is under way at a time. A replace
    /// that changes nothing goes to the book like any other.
    /// </summary>
    /// <param name="quantity">The new total quantity, what has filled included.</param>
    public ReplaceDecision DecideReplace(
        Guid orderId,
        decimal? quantity,
        decimal? limitPrice,
        decimal? stopPrice,
        Instrument? instrument,
        decimal? referencePrice,
        RiskLimits limits,
        long nowMs,
        TradingState state = TradingState.Active,
        bool isRestricted = false,
        IReadOnlyDictionary<string, Mark>? marks = null)
    {
        if (FindOrder(orderId) is not { } order)
        {
            return Refused(RefusalCode.UnknownOrder, "There is no such order in this account.");
        }

        if (!order.IsOpen)
        {
            return Refused(RefusalCode.NotOpen, $"The order is {order.Status}.");
        }

        if (order.Status == OrderStatus.PendingNew || order.Replace is not null)
        {
            return order.Replace is null
                ? Refused(RefusalCode.OrderPending, "The book has not answered the order yet.")
                : Refused(RefusalCode.ReplacePending, "The book has not answered the replace before this one yet.");
        }

        if ((OrderChecks.Switches(state) ?? OrderChecks.Market(order.Symbol, instrument, nowMs)) is { } closed)
        {
            return new ReplaceDecision(null, closed);
        }

        if (order.Group is not null && GroupChecks.Change(order, quantity, limitPrice, stopPrice) is { } unfit)
        {
            return new ReplaceDecision(null, unfit);
        }

        var waits = order.Status == OrderStatus.Held;
        if ((limitPrice.HasValue && !order.LimitPrice.HasValue) || (stopPrice.HasValue && (!waits || order.Type == OrderType.TrailingStop)) || (!waits && !order.LimitPrice.HasValue))
        {
            return Refused(RefusalCode.InvalidOrder, "The order has no such price to change.");
        }

        return DecideTerms(
            order,
            new OrderTerms(order.Side, quantity ?? order.Quantity, limitPrice ?? order.LimitPrice, waits ? stopPrice ?? order.StopPrice : null),
            instrument!,
            referencePrice,
            limits,
            nowMs,
            MustReduce(limits, state, isRestricted, nowMs),
            marks);
    }

    private ReplaceDecision DecideTerms(
        Order order, OrderTerms terms, Instrument instrument, decimal? referencePrice, RiskLimits limits, long nowMs, string? mustReduce,
        IReadOnlyDictionary<string, Mark>? marks)
    {
        var refusal = OrderChecks.Steps(terms, instrument);
        if (refusal is null && terms.Quantity <= order.FilledQuantity)
        {
            refusal = new Refusal(RefusalCode.InvalidQuantity, $"{order.FilledQuantity} has filled already.");
        }

        refusal ??= OrderChecks.Prices(
            terms, order.Status == OrderStatus.Held ? order.Type : OrderType.Limit, instrument, referencePrice, limits, out terms);
        var link = _links[order.Symbol];
        refusal ??= CheckExposure(link, order.Symbol, order.Side, order.ReduceOnly, terms.Quantity - order.Quantity, limits, mustReduce);
        var feeRate = Math.Max(instrument.TakerFeeRate, instrument.MakerFeeRate);
        if (refusal is null && limits is { Rules: not null } or { AllowShort: true, Unlimited: false })
        {
            // The old terms or the new, whichever is worse.
            var candidate = new Candidate(
                order.Symbol, order.Side, Math.Max(terms.Quantity - order.FilledQuantity, order.LeavesQuantity), Math.Max(terms.BookPrice, order.BookPrice), feeRate,
                order.Id);
            refusal = CheckRules(candidate, order.Status == OrderStatus.Held ? null : terms.BookPrice, instrument, referencePrice, limits, marks);
        }

        var change = new PendingReplace(
            order.Revision + 1, link.LastCommand + 1, terms.Quantity, terms.LimitPrice, terms.StopPrice, terms.ProtectionPrice, feeRate);
        var reserved = refusal is null ? RequiredReservation(order, change) : 0;
        refusal ??= CheckFree(order.Reservation, link, order.Symbol, order.Currency, reserved - order.Reserved);
        return refusal is not null
            ? new ReplaceDecision(null, refusal)
            : new ReplaceDecision(
                new ReplaceRequested(
                    order.Id, order.Symbol, change.Revision, change.CommandNumber, change.Quantity, change.LimitPrice, change.StopPrice,
                    change.ProtectionPrice, reserved, feeRate, nowMs),
                null);
    }

    private static ReplaceDecision Refused(string code, string detail) => new(null, new Refusal(code, detail));
}
