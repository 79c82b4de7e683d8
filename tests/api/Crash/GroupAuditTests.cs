using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;

namespace Bourse.Tests.Api.Crash;

/// <summary>The audit that the kill test relies on finds what must not be.</summary>
public sealed class GroupAuditTests
{
    private static readonly Guid s_entry = new("01a22745-e4dc-7173-8c0c-bc7798facf80");
    private static readonly Guid s_profit = OrderGroupTerms.LegId(s_entry, LegKind.TakeProfit);
    private static readonly Guid s_loss = OrderGroupTerms.LegId(s_entry, LegKind.StopLoss);

    [Theory]
    [InlineData("", "")]
    [InlineData("more", "the legs traded more than the entry")]
    [InlineData("twice", "the trade was told before")]
    [InlineData("late leg", "one leg ended, and the other went on")]
    [InlineData("late entry", "a leg was at its end, and the entry went on")]
    [InlineData("lost end", "an order never ended")]
    [InlineData("lost leg", "the entry traded, and a leg never lived")]
    [InlineData("small leg", "had to have 4")]
    [InlineData("after the end", "the order had ended")]
    public void It_finds(string fault, string what)
    {
        var audit = new GroupAudit();
        foreach (var e in Story(fault))
        {
            audit.Take(e);
        }

        audit.Conclude();
        if (what.Length == 0)
        {
            audit.Faults.ShouldBeEmpty();
        }
        else
        {
            audit.Faults.ShouldContain(found => found.Contains(what, StringComparison.Ordinal));
        }
    }

    /// <summary>A bracket for 10 of which 4 trade; the take-profit trades them, and the rest goes.</summary>
    private static IEnumerable<AccountEvent> Story(string fault)
    {
        var terms = new OrderGroupTerms(OrderClass.Bracket, 110m, 90m);
        var request = new OrderRequest(
            "AAPL", Side.Buy, OrderType.Limit, TimeInForce.Gtc, 10m, 100m, null, false, false, SelfTradePrevention.CancelNewest, "c", new AdvancedTerms(Group: terms));
        yield return Placed(s_entry, request);
        yield return Placed(s_profit, terms.Request(request, s_entry, LegKind.TakeProfit));
        yield return Placed(s_loss, terms.Request(request, s_entry, LegKind.StopLoss));
        yield return Filled(s_entry, 1, 4m, false, 1);
        if (fault != "lost leg")
        {
            yield return new LegSized(s_profit, "AAPL", fault == "small leg" ? 3m : 4m, 110m, null, true, 0, 0, 1);
        }

        yield return new LegSized(s_loss, "AAPL", 4m, null, 90m, true, 0, 0, 1);
        yield return Filled(s_profit, 2, fault == "twice" ? 2m : fault == "more" ? 5m : 4m, fault != "twice", 2);
        if (fault == "twice")
        {
            yield return Filled(s_profit, 2, 2m, true, 2);
        }

        if (fault == "after the end")
        {
            yield return Filled(s_profit, 3, 1m, true, 2);
        }

        if (fault != "lost end")
        {
            yield return Canceled(s_loss, fault == "late leg" ? 3 : 2);
        }

        yield return Canceled(s_entry, fault == "late entry" ? 3 : 2);
    }

    private static OrderPlaced Placed(Guid id, OrderRequest request) => new(id, request, "USD", 1, null, ReservationKind.None, 0m, 0m, 1);

    private static OrderCanceled Canceled(Guid id, long timeMs) => new(id, "AAPL", "oco", 1m, 0, 0, 0, timeMs);

    private static OrderFilled Filled(Guid id, long trade, decimal quantity, bool completes, long timeMs) => new(
        id, "AAPL", "USD", Side.Buy, trade, 100m, quantity, 0m, false, completes, quantity, 100m, 0m, 0m, 0m, 0m, 0, 0, timeMs);
}
