using Bourse.Domain.Accounts;
using Bourse.Domain.Instruments;
using Bourse.GrainInterfaces.Books;

namespace Bourse.Grains.Accounts;

/// <summary>Turns an account's orders into commands to a book, in ticks and lots.</summary>
internal static class BookCommands
{
    public static BookOrder Order(
        Account account, Order order, Instrument instrument, long acknowledged, long switchVersion = 0, long commitRun = 0) => new(
        order.Id,
        account.Id,
        order.CommandNumber,
        acknowledged,
        order.Side,
        order.Type,
        order.TimeInForce,
        Ticks(order.BookPrice, instrument),
        Lots(order.Quantity, instrument),
        Ticks(order.StopPrice ?? 0, instrument),
        order.PostOnly,
        order.SelfTradePrevention,
        switchVersion,
        order.Advanced is { } advanced ? Advanced(account, order, advanced, instrument) : null,
        commitRun);

    private static BookAdvancedOrder Advanced(Account account, Order order, AdvancedTerms terms, Instrument instrument) => new(
        terms.ExpireAtMs ?? 0,
        terms.DisplayQuantity is { } shown ? Lots(shown, instrument) : 0,
        Ticks(terms.TrailPrice ?? 0, instrument),
        (int)((terms.TrailPercent ?? 0) * AdvancedTerms.PpmPerPercent),
        terms.Group is { } group ? Exit(group, account.FindLegs(order), instrument) : null);

    private static BookExitLegs Exit(OrderGroupTerms group, List<Order> legs, Instrument instrument)
    {
        var profit = legs.Find(l => l.Leg == LegKind.TakeProfit);
        var loss = legs.Find(l => l.Leg == LegKind.StopLoss);
        return new BookExitLegs(
            group.Class == OrderClass.Oco,
            profit?.Id ?? Guid.Empty,
            Ticks(profit?.BookPrice ?? 0, instrument),
            loss?.Id ?? Guid.Empty,
            Ticks(loss?.StopPrice ?? 0, instrument),
            Ticks(loss?.BookPrice ?? 0, instrument),
            group.StopLimitPrice is not null);
    }

    public static BookReplace Replace(string account, ReplaceRequested requested, Instrument instrument, long acknowledged, long switchVersion) => new(
        requested.OrderId,
        account,
        requested.CommandNumber,
        acknowledged,
        requested.Revision,
        Ticks(requested.LimitPrice ?? requested.ProtectionPrice ?? 0, instrument),
        Lots(requested.Quantity, instrument),
        Ticks(requested.StopPrice ?? 0, instrument),
        switchVersion);

    public static BookReplace Replace(string account, PendingCommand pending, Instrument instrument, long acknowledged) => new(
        pending.OrderId,
        account,
        pending.CommandNumber,
        acknowledged,
        pending.Revision,
        Ticks(pending.BookPrice, instrument),
        Lots(pending.Quantity, instrument),
        Ticks(pending.StopPrice ?? 0, instrument));

    // What the account decided on is on tick and lot; anything else is a bug that must not reach a book.
    private static long Ticks(decimal price, Instrument instrument) =>
        price == 0 ? 0
        : instrument.TryToTicks(price, out var ticks) ? ticks
        : throw new InvalidOperationException($"{price} is not on a tick of {instrument.Symbol}");

    private static long Lots(decimal quantity, Instrument instrument) =>
        instrument.TryToLots(quantity, out var lots) ? lots
        : throw new InvalidOperationException($"{quantity} is not in lots of {instrument.Symbol}");
}
