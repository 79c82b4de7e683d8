using System.Buffers;
using System.Buffers.Binary;
using Bourse.Domain.Books;
using Bourse.Domain.Matching;

namespace Bourse.Tests.Unit.Books;

/// <summary>Which orders a book knows by their ids: those that stand, and no other.</summary>
public sealed class OpenOrderTests
{
    private readonly TradingBook _book = new("AAPL");
    private readonly ArrayBufferWriter<byte> _events = new();
    private readonly Dictionary<string, long> _commands = [];

    public OpenOrderTests() => _book.SetTerms(new BookTerms(0.01m, 1m, 0m, 0m), 86_400_000, _events);

    [Fact]
    public void An_order_that_has_filled_is_not_open_whether_it_rested_or_not()
    {
        var maker = Submit("m", Side.Sell, 100, 5);
        var taker = Submit("t", Side.Buy, 100, 5);

        Cancel(maker, "m").ShouldBe(CommandResult.NotOpen);
        Cancel(taker, "t").ShouldBe(CommandResult.NotOpen);
        Kinds("m").ShouldBe([BookReportKind.Accepted, BookReportKind.Fill]);
        Kinds("t").ShouldBe([BookReportKind.Fill]);
        ShouldReplay();
    }

    [Fact]
    public void What_a_trade_leaves_of_an_order_can_be_replaced_and_cancelled()
    {
        Submit("m", Side.Sell, 100, 5);
        var taker = Submit("t", Side.Buy, 100, 8);

        Replace(taker, "t", 99, 10);
        Cancel(taker, "t").ShouldBe(CommandResult.Taken);

        Reports("t").ShouldAllBe(r => r.OrderId == taker);
        Kinds("t").ShouldBe([BookReportKind.Fill, BookReportKind.Replaced, BookReportKind.Canceled]);
        ShouldReplay();
    }

    [Fact]
    public void An_order_that_is_refused_or_comes_too_late_is_not_open()
    {
        Submit("m", Side.Sell, 100, 5);
        var crossing = Submit("p", Side.Buy, 100, 5, postOnly: true);
        var late = Submit("p", Side.Buy, 90, 5, advanced: new AdvancedOrder(ExpireAtMs: 1));

        Cancel(crossing, "p").ShouldBe(CommandResult.NotOpen);
        Cancel(late, "p").ShouldBe(CommandResult.NotOpen);
        Kinds("p").ShouldBe([BookReportKind.Rejected, BookReportKind.Expired]);
        ShouldReplay();
    }

    [Fact]
    public void An_order_may_rest_and_be_filled_in_one_command()
    {
        var stop = Submit("s", Side.Sell, 0, 3, OrderType.Stop, stopTicks: 100);
        Submit("m", Side.Sell, 100, 5);
        var taker = Submit("t", Side.Buy, 101, 8);

        Reports("t").Select(r => (r.OrderId, r.Kind, r.Quantity, r.IsMaker)).ShouldBe(
            [(taker, BookReportKind.Fill, 5, false), (taker, BookReportKind.Fill, 3, true)]);
        Reports("s").ShouldAllBe(r => r.OrderId == stop);
        Cancel(taker, "t").ShouldBe(CommandResult.NotOpen);
        ShouldReplay();
    }

    [Fact]
    public void A_stop_limit_order_is_open_while_it_waits_and_when_its_limit_rests()
    {
        var atOnce = Stop();
        Submit("m", Side.Sell, 100, 1);
        Submit("t", Side.Buy, 100, 1);
        var reached = Stop();

        Kinds("s").ShouldBe(
            [BookReportKind.Held, BookReportKind.Triggered, BookReportKind.Accepted, BookReportKind.Triggered]);
        Cancel(atOnce, "s").ShouldBe(CommandResult.Taken);
        Cancel(reached, "s").ShouldBe(CommandResult.Taken);
        Reports("s")[^2..].Select(r => (r.OrderId, r.Kind)).ShouldBe([(atOnce, BookReportKind.Canceled), (reached, BookReportKind.Canceled)]);
        ShouldReplay();

        Guid Stop() => Submit("s", Side.Buy, 90, 5, OrderType.StopLimit, stopTicks: 100);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_book_and_its_snapshot_know_the_same_orders_after_many_were_forgotten(int seed)
    {
        var random = new Random(seed);
        var open = new List<(Guid Id, string Account)>();
        var ended = new List<(Guid Id, string Account)>();
        for (var i = 0; i < 20_000; i++)
        {
            // Some cross, and the book grows first and shrinks then.
            var isBuy = random.Next(2) == 0;
            var ticks = isBuy ? 1_002 - random.Next(900) : 998 + random.Next(900);
            var account = isBuy ? "a" : "b";
            open.Add((Submit(account, isBuy ? Side.Buy : Side.Sell, ticks, 1, id: RandomId(random)), account));
            for (var left = random.Next(i < 10_000 ? 2 : 3); left > 0; left--)
            {
                var at = random.Next(open.Count);
                Cancel(open[at].Id, open[at].Account);
                ended.Add(open[at]);
                open[at] = open[^1];
                open.RemoveAt(open.Count - 1);
            }
        }

        var loaded = TradingBook.Load("AAPL", Save(_book));
        Save(loaded).ShouldBe(Save(_book), $"seed {seed}");
        ended.ShouldAllBe(o => Cancel(o.Id, o.Account) == CommandResult.NotOpen);
        var standing = _book.Book.BidCount + _book.Book.AskCount;
        standing.ShouldBeGreaterThan(1_000);
        _book.LastTrade.ShouldBeGreaterThan(10);
        var events = new ArrayBufferWriter<byte>();
        foreach (var (id, account) in open)
        {
            var result = Cancel(id, account);
            standing -= result == CommandResult.Taken ? 1 : 0;
            loaded.Cancel(id, account, 100, events).ShouldBe(result, $"seed {seed}");
        }

        standing.ShouldBe(0, $"seed {seed}");
        Save(loaded).ShouldBe(Save(_book), $"seed {seed}");
    }

    [Fact]
    public void A_million_orders_leave_no_memory_behind_them()
    {
        Trade(rounds: 1_000);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Trade(rounds: 350_000);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        (_book.Book.BidCount, _book.Book.AskCount).ShouldBe((0, 0));
    }

    // Each round an order that rests and is filled, one that fills at once, and one that rests and is cancelled.
    private void Trade(int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            Next("m", Side.Sell, 100);
            Next("t", Side.Buy, 100);
            _book.Cancel(Next("t", Side.Buy, 90), "t", 100, _events);
            _events.ResetWrittenCount();
        }
    }

    private Guid Next(string account, Side side, long ticks)
    {
        var number = _commands[account] = _commands.GetValueOrDefault(account) + 1;
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(id, number);
        id[15] = (byte)account[0];
        var order = new SubmitOrder(
            new Guid(id), account, number, _book.FindAccount(account)?.LastReport ?? 0, side, OrderType.Limit, TimeInForce.Gtc, ticks, 1, 0, PostOnly: false,
            SelfTradePrevention.CancelNewest);
        _book.Submit(order, 100, _events);
        return order.OrderId;
    }

    private Guid Submit(
        string account, Side side, long ticks, long lots, OrderType type = OrderType.Limit, long stopTicks = 0, bool postOnly = false, AdvancedOrder? advanced = null,
        Guid? id = null)
    {
        var number = _commands[account] = _commands.GetValueOrDefault(account) + 1;
        var order = new SubmitOrder(
            id ?? Guid.CreateVersion7(), account, number, 0, side, type, TimeInForce.Gtc, ticks, lots, stopTicks, postOnly, SelfTradePrevention.CancelNewest, advanced);
        _book.Submit(order, 100, _events).ShouldBe(CommandResult.Taken);
        return order.OrderId;
    }

    private void Replace(Guid order, string account, long ticks, long lots)
    {
        var number = _commands[account] = _commands.GetValueOrDefault(account) + 1;
        _book.Replace(new ReplaceOrder(order, account, number, 0, 1, ticks, lots, 0), 100, _events).ShouldBe(CommandResult.Taken);
    }

    private CommandResult Cancel(Guid order, string account) => _book.Cancel(order, account, 100, _events);

    private List<BookReport> Reports(string account) => [.. _book.FindAccount(account)!.ReportsBetween(0, long.MaxValue)];

    private IEnumerable<BookReportKind> Kinds(string account) => Reports(account).Select(r => r.Kind);

    /// <summary>The journal and a snapshot make the same book.</summary>
    private void ShouldReplay()
    {
        var again = new TradingBook("AAPL");
        again.Replay(_events.WrittenSpan, (int)_book.Version);
        Save(again).ShouldBe(Save(_book));
        Save(TradingBook.Load("AAPL", Save(again))).ShouldBe(Save(_book));
    }

    private static Guid RandomId(Random random)
    {
        Span<byte> id = stackalloc byte[16];
        random.NextBytes(id);
        return new Guid(id);
    }

    private static byte[] Save(TradingBook book)
    {
        var bytes = new ArrayBufferWriter<byte>();
        book.Save(bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
