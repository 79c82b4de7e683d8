using System.Buffers;
using Bourse.Domain.Books;
using Bourse.Domain.Matching;

namespace Bourse.Tests.Unit.Books;

/// <summary>Order groups as their account hears of them: account a has them, account b trades with them.</summary>
public sealed class OrderGroupTests
{
    private static readonly Guid s_entry = Guid.Parse("00000000-0000-7000-8000-000000000010");
    private static readonly Guid s_profit = Guid.Parse("00000000-0000-7000-8000-000000000011");
    private static readonly Guid s_loss = Guid.Parse("00000000-0000-7000-8000-000000000012");

    private readonly TradingBook _book = new("AAPL");
    private readonly ArrayBufferWriter<byte> _events = new();
    private readonly Dictionary<string, long> _commands = [];

    public OrderGroupTests() => _book.SetTerms(new BookTerms(1m, 1m, 0m, 0m), 86_400_000, _events);

    [Fact]
    public void Legs_live_with_the_entrys_first_trade_and_grow_with_each_further_one()
    {
        Bracket();
        Sell(100, 4);
        Told().ShouldBe(["entry Accepted 0", "entry Fill 4", "profit Sized 4", "loss Sized 4"]);

        Sell(100, 6);

        Told()[4..].ShouldBe(["entry Fill 6", "loss Sized 10", "profit Sized 10"]);
        _book.Book.RestingOrders(Side.Sell).Single().LeavesLots.ShouldBe(10);
        _book.Book.HeldOrders(Side.Sell).Single().LeavesLots.ShouldBe(10);
        ShouldReplay();
    }

    [Fact]
    public void A_leg_that_trades_shrinks_the_other_and_ends_what_is_left_of_the_entry()
    {
        Bracket();
        Sell(100, 4);
        var before = Told().Count;

        Submit("b", Side.Buy, 110, 3);

        Told()[before..].ShouldBe(["profit Fill 3", "loss Sized 1", "entry Canceled 6 oco"]);
        Submit("b", Side.Buy, 110, 1);
        Told()[^2..].ShouldBe(["profit Fill 1", "loss Canceled 1 oco"]);
        ShouldReplay();
    }

    [Fact]
    public void A_stop_loss_that_is_elected_cancels_the_take_profit_and_sells()
    {
        Bracket();
        Sell(100, 10);
        Submit("c", Side.Buy, 90, 20);
        var before = Told().Count;

        Sell(90, 1);

        Told()[before..].ShouldBe(["profit Canceled 10 oco", "loss Triggered 0", "loss Fill 10"]);
        ShouldReplay();
    }

    [Theory]
    [InlineData(true, "entry Accepted 0", "entry Canceled 10", "profit Canceled 0 oco", "loss Canceled 0 oco")]
    [InlineData(false, "entry Accepted 0", "entry Canceled 10 oco", "profit Canceled 0 oco", "loss Canceled 0 oco")]
    public void An_entry_without_a_trade_and_its_legs_are_cancelled_together(bool byEntry, params string[] told)
    {
        Bracket();
        _book.Cancel(byEntry ? s_entry : s_loss, "a", 100, _events).ShouldBe(CommandResult.Taken);
        Told().ShouldBe(told);
        _book.Cancel(s_profit, "a", 100, _events).ShouldBe(CommandResult.NotOpen);
        ShouldReplay();
    }

    [Fact]
    public void The_legs_of_an_entry_that_is_cancelled_after_a_part_protect_that_part()
    {
        Bracket();
        Sell(100, 4);
        _book.Cancel(s_entry, "a", 100, _events);

        _book.Book.RestingOrders(Side.Sell).Single().LeavesLots.ShouldBe(4);
        _book.Cancel(s_profit, "b", 100, _events).ShouldBe(CommandResult.NotOpen);
        _book.Cancel(s_profit, "a", 100, _events).ShouldBe(CommandResult.Taken);
        Told()[^2..].ShouldBe(["profit Canceled 4", "loss Canceled 4 oco"]);
        ShouldReplay();
    }

    [Fact]
    public void A_group_of_the_day_ends_with_its_session()
    {
        Bracket(TimeInForce.Day);
        _book.EndSession(200, 300, _events);
        Told().ShouldBe(["entry Accepted 0", "entry Expired 10", "profit Expired 0", "loss Expired 0"]);
        ShouldReplay();
    }

    [Fact]
    public void A_replaced_leg_keeps_its_size_whatever_its_account_thought_it_was()
    {
        Bracket();
        Sell(100, 4);
        _book.Replace(new ReplaceOrder(s_profit, "a", 2, 0, 1, 120, 1, 0), 100, _events).ShouldBe(CommandResult.Taken);

        Told()[^1].ShouldBe("profit Replaced 4");
        _book.Book.RestingOrders(Side.Sell).Single().ShouldSatisfyAllConditions(o => o.PriceTicks.ShouldBe(120), o => o.LeavesLots.ShouldBe(4));
        ShouldReplay();
    }

    [Fact]
    public void An_oco_order_is_the_take_profit_and_its_stop_loss_lives_with_it()
    {
        Submit("a", Side.Sell, 110, 10, new AdvancedOrder(Exit: new ExitLegs(true, Guid.Empty, 0, s_loss, 90, 80, true)), s_entry);
        Told().ShouldBe(["loss Sized 10", "entry Accepted 0"]);

        Submit("b", Side.Buy, 110, 10);

        Told()[2..].ShouldBe(["entry Fill 10", "loss Canceled 10 oco"]);
        ShouldReplay();
    }

    private void Bracket(TimeInForce tif = TimeInForce.Gtc) =>
        Submit("a", Side.Buy, 100, 10, new AdvancedOrder(Exit: new ExitLegs(false, s_profit, 110, s_loss, 90, 80, false)), s_entry, tif);

    private void Sell(long price, long lots) => Submit("b", Side.Sell, price, lots);

    private void Submit(
        string account, Side side, long price, long lots, AdvancedOrder? advanced = null, Guid? id = null, TimeInForce tif = TimeInForce.Gtc)
    {
        var number = _commands[account] = _commands.GetValueOrDefault(account) + 1;
        var order = new SubmitOrder(
            id ?? Guid.CreateVersion7(), account, number, 0, side, OrderType.Limit, tif, price, lots, 0, PostOnly: false, SelfTradePrevention.CancelNewest, advanced);
        _book.Submit(order, 100, _events).ShouldBe(CommandResult.Taken);
        _book.Book.ValidateInternalState();
    }

    private List<string> Told()
    {
        var told = new List<string>();
        foreach (ref readonly var r in _book.FindAccount("a")!.ReportsBetween(0, long.MaxValue))
        {
            var name = r.OrderId == s_entry ? "entry" : r.OrderId == s_profit ? "profit" : "loss";
            told.Add($"{name} {r.Kind} {r.Quantity}{(r.Code is null ? "" : " " + r.Code)}");
        }

        return told;
    }

    /// <summary>The journal and a snapshot make the same book, and go on alike.</summary>
    private void ShouldReplay()
    {
        var again = new TradingBook("AAPL");
        again.Replay(_events.WrittenSpan, (int)_book.Version);
        Save(again).ShouldBe(Save(_book));
        var loaded = TradingBook.Load("AAPL", Save(_book));
        Save(loaded).ShouldBe(Save(_book));
    }

    private static byte[] Save(TradingBook book)
    {
        var bytes = new ArrayBufferWriter<byte>();
        book.Save(bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
