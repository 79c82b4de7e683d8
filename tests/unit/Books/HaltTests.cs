using System.Buffers;
using Bourse.Domain.Books;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Tests.Unit.Books;

/// <summary>Halts and their auctions, as accounts and journals have them.</summary>
public sealed class HaltTests
{
    private static readonly BookHalt s_halt = new("operator", "News are out.", "op-1", 100, 0);

    private readonly TradingBook _book = new("AAPL");
    private readonly ArrayBufferWriter<byte> _events = new();
    private readonly Dictionary<string, long> _commands = [];

    public HaltTests() => _book.SetTerms(new BookTerms(0.01m, 1m, 0m, 0m), 0, _events);

    [Fact]
    public void A_halted_book_collects_orders_and_reopens_at_one_price()
    {
        _book.BeginHalt(s_halt, _events);
        Submit("a", Side.Buy, 10_500, 10);
        Submit("b", Side.Sell, 9_500, 4);
        Submit("c", Side.Sell, 10_600, 4);
        _book.LastTrade.ShouldBe(0);

        _book.Reopen(10_000, 500, _events);

        _book.Halt.ShouldBeNull();
        _book.Trades.Single().ShouldSatisfyAllConditions(t => t.Price.ShouldBe(100m), t => t.Quantity.ShouldBe(4m), t => t.TimeMs.ShouldBe(500));
        Kinds("a").ShouldBe([BookReportKind.Accepted, BookReportKind.Fill]);
        Kinds("b").ShouldBe([BookReportKind.Accepted, BookReportKind.Fill]);
        ShouldReplay();
    }

    [Fact]
    public void The_trades_of_an_auction_stand_in_the_journal()
    {
        _book.BeginHalt(s_halt, _events);
        Submit("a", Side.Buy, 10_500, 10);
        Submit("b", Side.Sell, 9_500, 4);
        _book.Reopen(10_000, 500, _events);

        var view = new BookEntryView(_events.WrittenSpan);
        var reader = new WireReader(_events.WrittenSpan);
        var trades = 0;
        for (var i = 0; i < _book.Version; i++)
        {
            view.Next();
            var entry = BookJournal.Read(ref reader);
            view.TimeMs.ShouldBe(entry.TimeMs);
            foreach (var trade in entry.Trades ?? [])
            {
                view.NextTrade(out var seen).ShouldBeTrue();
                (seen.Number, seen.Price, seen.TakerOrderId, seen.MakerOrderId).ShouldBe((trade.Number, trade.Price, trade.TakerOrderId, trade.MakerOrderId));
                trades++;
            }
        }

        trades.ShouldBe(1);
    }

    [Fact]
    public void Orders_that_cannot_wait_are_rejected_while_the_book_collects()
    {
        _book.BeginHalt(s_halt, _events);
        Submit("a", Side.Buy, 10_500, 10, TimeInForce.Ioc);
        _book.FindAccount("a")!.ReportsBetween(0, 9)[0].ShouldSatisfyAllConditions(r => r.Kind.ShouldBe(BookReportKind.Rejected), r => r.Code.ShouldBe("auction"));
        ShouldReplay();
    }

    [Fact]
    public void A_trade_at_the_band_halts_the_book_for_its_pause()
    {
        _book.SetBand(9_500, 10_500, 60_000, 90, _events);
        Submit("a", Side.Sell, 10_500, 1);
        Submit("a", Side.Sell, 10_501, 1);

        Submit("b", Side.Buy, 11_000, 5);

        _book.LastTrade.ShouldBe(1);
        _book.Halt.ShouldBe(new BookHalt("price_band", "The price met its band.", "", 100, 60_100));
        ShouldReplay();
        _book.Reopen(0, 60_200, _events);
        _book.LastTrade.ShouldBe(2);
        ShouldReplay();
    }

    [Fact]
    public void Without_a_band_or_a_halt_a_book_keeps_what_it_kept_before_there_were_any()
    {
        Submit("a", Side.Sell, 10_500, 1);
        Save(_book)[0].ShouldBe((byte)1);
        _book.SetBand(9_500, 10_500, 60_000, 90, _events);
        _book.SetBand(0, 0, 0, 90, _events);
        Save(_book)[0].ShouldBe((byte)1);
    }

    private void Submit(string account, Side side, long price, long lots, TimeInForce tif = TimeInForce.Gtc)
    {
        var number = _commands[account] = _commands.GetValueOrDefault(account) + 1;
        var order = new SubmitOrder(
            Guid.CreateVersion7(), account, number, 0, side, OrderType.Limit, tif, price, lots, 0, PostOnly: false, SelfTradePrevention.CancelNewest);
        _book.Submit(order, 100, _events).ShouldBe(CommandResult.Taken);
        _book.Book.ValidateInternalState();
    }

    private IEnumerable<BookReportKind> Kinds(string account) => [.. _book.FindAccount(account)!.ReportsBetween(0, long.MaxValue).ToArray().Select(r => r.Kind)];

    private void ShouldReplay()
    {
        var again = new TradingBook("AAPL");
        again.Replay(_events.WrittenSpan, (int)_book.Version);
        Save(again).ShouldBe(Save(_book));
        var loaded = TradingBook.Load("AAPL", Save(_book));
        Save(loaded).ShouldBe(Save(_book));
        loaded.Halt.ShouldBe(_book.Halt);
    }

    private static byte[] Save(TradingBook book)
    {
        var bytes = new ArrayBufferWriter<byte>();
        book.Save(bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
