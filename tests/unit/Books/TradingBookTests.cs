using System.Buffers;
using Bourse.Domain.Books;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Tests.Unit.Books;

public sealed class TradingBookTests
{
    private readonly TradingBook _book = new("AAPL");
    private readonly ArrayBufferWriter<byte> _events = new();
    private readonly Dictionary<string, long> _commands = [];
    private long _nowMs = 1_000;

    public TradingBookTests() => _book.SetTerms(new BookTerms(0.01m, 1m, 0.001m, 0.002m), 86_400_000, _events);

    [Fact]
    public void A_trade_is_reported_once_to_each_side_with_its_own_fee_and_number()
    {
        var maker = Submit("m", Side.Sell, 100, 10);
        var taker = Submit("t", Side.Buy, 100, 4);

        Reports("m").ShouldBe([
            new BookReport(1, maker, BookReportKind.Accepted, null, 0, 0, 0, 0, false, 1_001, 0),
            new BookReport(2, maker, BookReportKind.Fill, null, 1, 1.00m, 4, 0.004m, true, 1_002, 0)]);
        Reports("t").ShouldBe([
            new BookReport(1, taker, BookReportKind.Fill, null, 1, 1.00m, 4, 0.008m, false, 1_002, 0)]);
        _book.Trades.Single().ShouldBe(
            new BookTrade(1, 1.00m, 4, Side.Buy, taker, "t", 0.008m, maker, "m", 0.004m, 1_002));
    }

    [Fact]
    public void A_command_number_is_taken_once_and_only_in_order()
    {
        var order = Order("a", Side.Buy, 90, 1, number: 1);
        _book.Submit(order, 1, _events).ShouldBe(CommandResult.Taken);
        var version = _book.Version;

        _book.Submit(order, 2, _events).ShouldBe(CommandResult.Repeated);
        _book.Submit(Order("a", Side.Buy, 90, 1, number: 3), 3, _events).ShouldBe(CommandResult.OutOfOrder);
        _book.Submit(Order("b", Side.Buy, 90, 1, number: 2), 3, _events).ShouldBe(CommandResult.OutOfOrder);

        _book.Version.ShouldBe(version);
        _book.Accounts.Count.ShouldBe(1);
        _book.Book.BidCount.ShouldBe(1);
    }

    [Fact]
    public void An_order_is_cancelled_by_its_own_account_only()
    {
        var order = Submit("a", Side.Buy, 90, 1);
        Submit("b", Side.Buy, 80, 1);

        _book.Cancel(order, "b", 5, _events).ShouldBe(CommandResult.NotOpen);
        _book.Cancel(order, "nobody", 5, _events).ShouldBe(CommandResult.NotOpen);
        _book.Cancel(order, "a", 5, _events).ShouldBe(CommandResult.Taken);
        _book.Cancel(order, "a", 6, _events).ShouldBe(CommandResult.NotOpen);

        Reports("a")[^1].Kind.ShouldBe(BookReportKind.Canceled);
    }

    [Fact]
    public void A_replace_of_an_order_that_has_ended_is_reported_as_refused()
    {
        var order = Submit("a", Side.Buy, 90, 1);
        _book.Cancel(order, "a", 5, _events);

        Replace("a", order, 91, 2).ShouldBe(CommandResult.Taken);

        Reports("a")[^1].ShouldBe(new BookReport(3, order, BookReportKind.ReplaceRejected, "not_open", 0, 0, 0, 0, false, 1_002, 1));
    }

    [Fact]
    public void What_is_acknowledged_leaves_the_outbox_and_what_is_not_stays()
    {
        Submit("a", Side.Buy, 90, 1);
        Submit("a", Side.Buy, 91, 1);
        Submit("a", Side.Buy, 92, 1);
        var account = _book.FindAccount("a")!;

        account.Acknowledge(2);

        account.ReportsBetween(0, 3).ToArray().Select(r => r.Number).ShouldBe([3L]);
        Should.Throw<InvalidOperationException>(() => account.Acknowledge(4));
    }

    [Fact]
    public void A_stop_elected_by_anothers_order_reports_to_its_own_account()
    {
        Submit("m", Side.Sell, 100, 5);
        Submit("m", Side.Sell, 101, 5);
        var stop = Submit("s", Side.Buy, 0, 5, OrderType.Stop, stopTicks: 100);
        Submit("t", Side.Buy, 100, 5);

        Reports("s").Select(r => r.Kind).ShouldBe([BookReportKind.Held, BookReportKind.Triggered, BookReportKind.Fill]);
        Reports("s")[^1].Price.ShouldBe(1.01m);
        Reports("s").ShouldAllBe(r => r.OrderId == stop);
    }

    [Fact]
    public void Day_orders_expire_with_their_session_and_others_stay()
    {
        Submit("a", Side.Buy, 90, 1, tif: TimeInForce.Day);
        Submit("a", Side.Buy, 91, 1);

        _book.EndSession(9_000, 10_000, _events);

        Reports("a")[^1].Kind.ShouldBe(BookReportKind.Expired);
        _book.Book.BidCount.ShouldBe(1);
        _book.SessionEndMs.ShouldBe(10_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_replay_and_a_snapshot_in_the_middle_give_the_same_state(int seed)
    {
        var random = new Random(seed);
        var orders = new List<(Guid Id, string Account)>();
        var middle = Array.Empty<byte>();
        var middleEvents = 0;
        long middleVersion = 0;
        for (var i = 0; i < 2_000; i++)
        {
            if (i == 1_000)
            {
                (middle, middleEvents, middleVersion) = (Save(_book), _events.WrittenCount, _book.Version);
            }

            RandomCommand(random, orders);
        }

        var replayed = new TradingBook("AAPL");
        replayed.Replay(_events.WrittenSpan, (int)_book.Version);
        Save(replayed).ShouldBe(Save(_book), $"seed {seed}");

        var continued = TradingBook.Load("AAPL", middle);
        Save(continued).ShouldBe(middle, $"seed {seed}");
        continued.Replay(_events.WrittenSpan[middleEvents..], (int)(_book.Version - middleVersion));
        Save(continued).ShouldBe(Save(_book), $"seed {seed}");
        _book.LastTrade.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void A_journal_that_another_engine_wrote_is_refused()
    {
        Submit("m", Side.Sell, 100, 10);
        Submit("t", Side.Buy, 100, 4);
        var bytes = _events.WrittenSpan.ToArray();
        var quantityOfTheTrade = Array.LastIndexOf(bytes, (byte)4);
        bytes[quantityOfTheTrade] = 3;

        Should.Throw<InvalidDataException>(() => new TradingBook("AAPL").Replay(bytes, (int)_book.Version));
    }

    private void RandomCommand(Random random, List<(Guid Id, string Account)> orders)
    {
        var account = "abcdef"[random.Next(6)].ToString();
        switch (random.Next(10))
        {
            case < 6:
                var type = (OrderType)random.Next(1, 6);
                var isStop = type >= OrderType.Stop;
                var price = type is OrderType.Limit or OrderType.StopLimit ? random.Next(90, 110) : 0;
                var side = (Side)random.Next(1, 3);
                orders.Add((Submit(account, side, price, random.Next(1, 20), type, isStop ? random.Next(90, 110) : 0, advanced: Advanced(random, type)), account));
                break;
            case < 8 when orders.Count > 0:
                var (cancel, owner) = orders[random.Next(orders.Count)];
                _book.Cancel(cancel, owner, _nowMs, _events);
                break;
            case < 10 when orders.Count > 0:
                var (replace, holder) = orders[random.Next(orders.Count)];
                Replace(holder, replace, random.Next(90, 110), random.Next(1, 20));
                break;
        }

        if (random.Next(50) == 0 && _book.FindAccount(account) is { } known)
        {
            _book.EndSession(_nowMs, _nowMs + 1, _events);
        }

        if (_book.NextExpiryMs <= _nowMs)
        {
            _book.ExpireDue(_nowMs, _events);
        }

        if (_book.HasTrailed && random.Next(5) == 0)
        {
            _book.TellTrails(_nowMs, _events);
        }
    }

    private AdvancedOrder? Advanced(Random random, OrderType type) => (type, random.Next(6)) switch
    {
        (OrderType.TrailingStop, < 3) => new AdvancedOrder(TrailTicks: random.Next(1, 5)),
        (OrderType.TrailingStop, _) => new AdvancedOrder(TrailPpm: random.Next(1, 50_000), ExpireAtMs: _nowMs + random.Next(30)),
        (_, 0) => new AdvancedOrder(ExpireAtMs: _nowMs + random.Next(30)),
        (OrderType.Limit, 1) => new AdvancedOrder(DisplayLots: 1, ExpireAtMs: random.Next(2) * (_nowMs + 20)),
        _ => null,
    };

    private static byte[] Save(TradingBook book)
    {
        var bytes = new ArrayBufferWriter<byte>();
        book.Save(bytes);
        return bytes.WrittenSpan.ToArray();
    }

    private List<BookReport> Reports(string account) =>
        [.. _book.FindAccount(account)!.ReportsBetween(0, long.MaxValue)];

    [Fact]
    public void A_view_of_its_events_tells_the_trades_that_they_hold()
    {
        Submit("m", Side.Sell, 100, 5);
        Submit("m", Side.Sell, 101, 5);
        Submit("s", Side.Buy, 0, 5, OrderType.Stop, stopTicks: 100);
        Submit("t", Side.Buy, 100, 5, advanced: new AdvancedOrder(ExpireAtMs: 5_000));
        var resting = Submit("a", Side.Buy, 90, 1);
        Submit("b", Side.Sell, 92, 3);
        Replace("a", resting, 92, 2);
        _book.Cancel(Submit("a", Side.Buy, 80, 1), "a", 5, _events);
        _book.Refuse(new RefuseCommand(Guid.NewGuid(), "r", 1, 0, 0, "market_closed"), 6, _events).ShouldBe(CommandResult.Taken);
        _book.EndSession(9_000, 10_000, _events);

        var reader = new WireReader(_events.WrittenSpan);
        var view = new BookEntryView(_events.WrittenSpan);
        var all = 0;
        while (!reader.IsAtEnd)
        {
            var trades = BookJournal.Read(ref reader).Trades ?? [];
            var seen = new List<BookTrade>();
            view.Next();
            while (view.NextTrade(out var t))
            {
                seen.Add(new BookTrade(
                    t.Number, t.Price, t.Quantity, t.Side, t.TakerOrderId, Text(t.TakerAccount), t.TakerFee, t.MakerOrderId, Text(t.MakerAccount), t.MakerFee,
                    view.TimeMs));
            }

            seen.ShouldBe(trades);
            all += seen.Count;
        }

        all.ShouldBeGreaterThanOrEqualTo(3);

        static string Text(ReadOnlySpan<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8);
    }

    private Guid Submit(
        string account, Side side, long ticks, long lots, OrderType type = OrderType.Limit, long stopTicks = 0, TimeInForce tif = TimeInForce.Gtc,
        AdvancedOrder? advanced = null)
    {
        var number = _commands[account] = _commands.GetValueOrDefault(account) + 1;
        var order = Order(account, side, ticks, lots, number, type, stopTicks, tif) with { Advanced = advanced };
        _book.Submit(order, ++_nowMs, _events).ShouldBe(CommandResult.Taken);
        return order.OrderId;
    }

    private CommandResult Replace(string account, Guid order, long ticks, long lots)
    {
        var number = _commands[account] = _commands.GetValueOrDefault(account) + 1;
        return _book.Replace(new ReplaceOrder(order, account, number, 0, 1, ticks, lots, 0), ++_nowMs, _events);
    }

    private static SubmitOrder Order(
        string account, Side side, long ticks, long lots, long number, OrderType type = OrderType.Limit, long stopTicks = 0,
        TimeInForce tif = TimeInForce.Gtc)
    {
        Span<byte> id = stackalloc byte[16];
        System.Text.Encoding.ASCII.GetBytes($"{account}{number:D15}", id);
        return new SubmitOrder(
            new Guid(id), account, number, 0, side, type, tif, ticks, lots, stopTicks, PostOnly: false, SelfTradePrevention.CancelNewest);
    }
}
