using System.Buffers;
using Bourse.Domain.Books;
using Bourse.Domain.Matching;

namespace Bourse.Tests.Unit.Books;

/// <summary>Orders with an end of their own and trailing stops, as their accounts hear of them.</summary>
public sealed class AdvancedOrderTests
{
    private readonly TradingBook _book = new("AAPL");
    private readonly ArrayBufferWriter<byte> _events = new();
    private readonly Dictionary<string, long> _commands = [];

    public AdvancedOrderTests() => _book.SetTerms(new BookTerms(0.01m, 1m, 0m, 0m), 86_400_000, _events);

    [Fact]
    public void A_good_till_date_order_ends_at_its_time_and_not_before()
    {
        _book.NextExpiryMs.ShouldBe(long.MaxValue);
        Submit("a", Side.Buy, 100, 5, new AdvancedOrder(ExpireAtMs: 300));
        Submit("b", Side.Buy, 100, 5, new AdvancedOrder(ExpireAtMs: 200));
        _book.NextExpiryMs.ShouldBe(200);

        _book.ExpireDue(250, _events);

        Kinds("b").ShouldBe([BookReportKind.Accepted, BookReportKind.Expired]);
        Kinds("a").ShouldBe([BookReportKind.Accepted]);
        _book.NextExpiryMs.ShouldBe(300);
        Replayed().ShouldBe(Save(_book));
    }

    [Fact]
    public void An_order_that_fills_before_its_time_is_forgotten()
    {
        Submit("a", Side.Buy, 100, 5, new AdvancedOrder(ExpireAtMs: 300));
        Submit("b", Side.Sell, 100, 5, null);

        _book.NextExpiryMs.ShouldBe(long.MaxValue);
    }

    [Fact]
    public void An_order_that_comes_after_its_time_expires_without_trading()
    {
        Submit("a", Side.Sell, 100, 5, null);
        Submit("b", Side.Buy, 100, 5, new AdvancedOrder(ExpireAtMs: 100));

        Kinds("b").ShouldBe([BookReportKind.Expired]);
        _book.LastTrade.ShouldBe(0);
        Replayed().ShouldBe(Save(_book));
    }

    [Fact]
    public void Where_a_trailing_stop_stands_is_told_once_however_often_it_moved_and_again_when_it_is_elected()
    {
        Submit("t", Side.Sell, 0, 5, new AdvancedOrder(TrailTicks: 5), OrderType.TrailingStop, stop: 90);
        Trade(100);
        Trade(110);
        Kinds("t").ShouldBe([BookReportKind.Held]);
        _book.HasTrailed.ShouldBeTrue();
        Replayed().ShouldBe(Save(_book));

        _book.TellTrails(500, _events);
        _book.HasTrailed.ShouldBeFalse();
        Trade(104);

        Reports("t").Select(r => (r.Kind, r.Price)).ShouldBe(
            [(BookReportKind.Held, 0), (BookReportKind.Trailed, 1.05m), (BookReportKind.Triggered, 1.05m), (BookReportKind.Canceled, 0)]);
        Replayed().ShouldBe(Save(_book));
    }

    private void Trade(long price)
    {
        Submit("x", Side.Sell, price, 1, null);
        Submit("y", Side.Buy, price, 1, null);
    }

    private void Submit(string account, Side side, long price, long lots, AdvancedOrder? advanced, OrderType type = OrderType.Limit, long stop = 0)
    {
        var number = _commands[account] = _commands.GetValueOrDefault(account) + 1;
        var tif = advanced is { ExpireAtMs: > 0 } ? TimeInForce.Gtd : TimeInForce.Gtc;
        var order = new SubmitOrder(
            Guid.CreateVersion7(), account, number, 0, side, type, tif, price, lots, stop, PostOnly: false, SelfTradePrevention.CancelNewest, advanced);
        _book.Submit(order, 100, _events).ShouldBe(CommandResult.Taken);
    }

    private List<BookReport> Reports(string account) => [.. _book.FindAccount(account)!.ReportsBetween(0, long.MaxValue)];

    private IEnumerable<BookReportKind> Kinds(string account) => Reports(account).Select(r => r.Kind);

    /// <summary>What the journal, and what a snapshot, make of the book.</summary>
    private byte[] Replayed()
    {
        var again = new TradingBook("AAPL");
        again.Replay(_events.WrittenSpan, (int)_book.Version);
        var saved = Save(again);
        Save(TradingBook.Load("AAPL", saved)).ShouldBe(saved);
        return saved;
    }

    private static byte[] Save(TradingBook book)
    {
        var bytes = new ArrayBufferWriter<byte>();
        book.Save(bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
