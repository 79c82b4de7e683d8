using System.Buffers;
using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;
using Bourse.Tests.Unit.Accounts;

namespace Bourse.Tests.Unit.Risk;

/// <summary>What kill switches do in an account's decisions, and to orders on their way to a book.</summary>
public sealed class TradingStateTests
{
    private readonly Desk _desk = new();

    [Fact]
    public void A_halt_refuses_orders_and_replaces_but_not_the_repetition_of_what_was_done()
    {
        var request = _desk.Request();
        var order = _desk.Rest(request);

        Refusal(_desk.Request(), TradingState.Halted).ShouldBe("trading_halted");
        _desk.Account.DecideReplace(order.Id, 5m, null, null, _desk.Instrument, 100m, _desk.Limits, _desk.NowMs, TradingState.Halted)
            .Refusal!.Code.ShouldBe("trading_halted");
        Decide(request, TradingState.Halted).Outcome.ShouldBe(PlaceOutcome.Repeated);
    }

    [Fact]
    public void Reducing_lets_through_what_makes_the_position_smaller_and_nothing_else()
    {
        _desk.Own(10m);

        Refusal(_desk.Request(Side.Buy, 1m), TradingState.Reducing).ShouldBe("reduce_only");
        Refusal(_desk.Request(Side.Sell, 11m), TradingState.Reducing).ShouldBe("reduce_only");
        Refusal(_desk.Request(Side.Sell, 10m), TradingState.Reducing).ShouldBeNull();
    }

    [Fact]
    public void Reducing_counts_every_open_order_of_the_side()
    {
        _desk.Limits = _desk.Limits with { AllowShort = true };
        _desk.Own(10m);
        var open = _desk.Rest(_desk.Request(Side.Sell, 6m));

        Refusal(_desk.Request(Side.Sell, 5m), TradingState.Reducing).ShouldBe("reduce_only");
        Refusal(_desk.Request(Side.Sell, 4m), TradingState.Reducing).ShouldBeNull();
        Replace(open, 11m).ShouldBe("reduce_only");
        Replace(open, 10m).ShouldBeNull();

        string? Replace(Order order, decimal quantity) => _desk.Account.DecideReplace(
            order.Id, quantity, null, null, _desk.Instrument, 100m, _desk.Limits, _desk.NowMs, TradingState.Reducing).Refusal?.Code;
    }

    [Fact]
    public void A_refused_command_takes_its_number_is_told_and_replays()
    {
        var events = new ArrayBufferWriter<byte>();
        var book = new TradingBook("AAPL");
        book.SetTerms(new BookTerms(0.01m, 1m, 0.001m, 0.002m), 86_400_000, events);
        var order = new RefuseCommand(Guid.NewGuid(), "a", 1, 0, 0, "trading_halted");

        book.Refuse(order, 5, events).ShouldBe(CommandResult.Taken);
        book.Refuse(order, 6, events).ShouldBe(CommandResult.Repeated);
        book.Refuse(order with { CommandNumber = 2, Revision = 1 }, 7, events).ShouldBe(CommandResult.Taken);

        book.FindAccount("a")!.ReportsBetween(0, 9).ToArray().Select(r => (r.Kind, r.Code, r.Revision)).ShouldBe(
            [(BookReportKind.Rejected, "trading_halted", 0), (BookReportKind.ReplaceRejected, "trading_halted", 1)]);
        book.Book.BidCount.ShouldBe(0);
        var again = new TradingBook("AAPL");
        again.Replay(events.WrittenSpan, 3);
        again.FindAccount("a")!.LastCommand.ShouldBe(2);
    }

    private PlaceDecision Decide(OrderRequest request, TradingState state) =>
        _desk.Account.DecidePlace(request, _desk.Instrument, 100m, _desk.Limits, Guid.CreateVersion7(), _desk.NowMs, state);

    private string? Refusal(OrderRequest request, TradingState state) => Decide(request, state).Refusal?.Code;
}
