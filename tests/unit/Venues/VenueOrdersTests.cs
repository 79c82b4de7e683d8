using System.Buffers;
using Bourse.Domain.Books;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;
using Bourse.Domain.Venues;

namespace Bourse.Tests.Unit.Venues;

/// <summary>What follows from what an outside venue says.</summary>
public sealed class VenueOrdersTests
{
    private const long NowMs = 1_700_000_000_000;
    private static readonly Guid s_id = Guid.Parse("0198c0de-0000-7000-8000-000000000001");

    private readonly List<VenueEvent> _journal = [];
    private VenueOrders _orders = new("ETH/USDT");
    private long _command;

    public VenueOrdersTests() => Apply(new VenueTermsSet(new BookTerms(0.01m, 0.0001m, 0.001m, 0.002m), "binance", NowMs));

    [Fact]
    public void A_fill_is_applied_once_whoever_tells_it()
    {
        var order = Take(Side.Buy, lots: 10_000);
        Hear(order, VenueOrderStatus.Open, 0.4m, Fill("7", 0.4m, 0.4m));

        Hear(order, VenueOrderStatus.Open, 0.4m, Fill("7", 0.4m, 0.4m)).ShouldBeTrue();
        Hear(order, VenueOrderStatus.Open, 0.4m, Fill("an activity's id", 0.4m, 0.4m)).ShouldBeTrue();

        order.Filled.ShouldBe(0.4m);
        Kinds().ShouldBe([BookReportKind.Accepted, BookReportKind.Fill]);
    }

    [Fact]
    public void A_fill_behind_a_missing_one_waits_for_it()
    {
        var order = Take(Side.Buy, lots: 10_000);

        Hear(order, VenueOrderStatus.Open, 0.5m, Fill("8", 0.1m, 0.5m)).ShouldBeFalse();
        order.Filled.ShouldBe(0);
        Hear(order, VenueOrderStatus.Open, 0.5m, Fill("7", 0.4m, 0.4m), Fill("8", 0.1m, 0.5m)).ShouldBeTrue();

        order.Filled.ShouldBe(0.5m);
        Reports().Where(r => r.Kind == BookReportKind.Fill).Select(r => r.TradeNumber).ShouldBe([1L, 2L]);
    }

    [Fact]
    public void An_order_does_not_end_before_all_of_its_fills_are_known()
    {
        var order = Take(Side.Buy, lots: 10_000);

        Hear(order, VenueOrderStatus.Canceled, 0.4m).ShouldBeFalse();
        _orders.Open.ShouldHaveSingleItem();
        Hear(order, VenueOrderStatus.Canceled, 0.4m, Fill("7", 0.4m, 0.4m)).ShouldBeTrue();

        _orders.Open.ShouldBeEmpty();
        Kinds().ShouldBe([BookReportKind.Accepted, BookReportKind.Fill, BookReportKind.Canceled]);
        Reports()[^1].Quantity.ShouldBe(0.6m);
    }

    [Fact]
    public void A_fee_that_the_venue_names_counts_and_else_the_instruments_rate()
    {
        var order = Take(Side.Sell, lots: 10_000);
        Hear(order, VenueOrderStatus.Filled, 1m, Fill("7", 0.5m, 0.5m) with { Fee = 0.25m }, Fill("8", 0.5m, 1m) with { IsMaker = true });

        Reports().Where(r => r.Kind == BookReportKind.Fill).Select(r => r.Fee).ShouldBe([0.25m, 1_000m * 0.5m * 0.001m]);
        _orders.Open.ShouldBeEmpty();
    }

    [Fact]
    public void A_replace_takes_the_order_back_and_sends_what_is_left_under_another_id()
    {
        var order = Take(Side.Buy, lots: 10_000);
        Hear(order, VenueOrderStatus.Open, 0.4m, Fill("7", 0.4m, 0.4m));
        Apply(new VenueReplaceTaken(new ReplaceOrder(s_id, "me", ++_command, 0, 1, 99_900, 20_000, 0), NowMs));
        order.IsToBeTakenBack.ShouldBeTrue();
        var first = order.ClientId;

        Hear(first, VenueOrderStatus.Canceled, 0.4m).ShouldBeTrue();
        order.ClientId.ShouldBe(first + "-1");
        order.IsAccepted.ShouldBeFalse();
        Hear(order, VenueOrderStatus.Filled, 1.6m, Fill("7", 1.6m, 1.6m));

        Kinds().ShouldBe([BookReportKind.Accepted, BookReportKind.Fill, BookReportKind.Replaced, BookReportKind.Fill]);
        (Reports()[2].Quantity, Reports()[2].Price, Reports()[2].Revision).ShouldBe((2m, 999m, 1));
        _orders.Open.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_said_of_an_order_that_was_replaced_changes_nothing_any_more()
    {
        var order = Take(Side.Buy, lots: 10_000);
        var first = order.ClientId;
        Hear(order, VenueOrderStatus.Open, 0);
        Apply(new VenueReplaceTaken(new ReplaceOrder(s_id, "me", ++_command, 0, 1, 99_900, 20_000, 0), NowMs));
        Hear(first, VenueOrderStatus.Canceled, 0);
        var version = _orders.Version;

        Hear(first, VenueOrderStatus.Canceled, 0).ShouldBeTrue();
        Hear(Guid.NewGuid().ToString("N"), VenueOrderStatus.Filled, 5).ShouldBeTrue();
        Hear("somebody-elses", VenueOrderStatus.Filled, 5).ShouldBeTrue();

        _orders.Version.ShouldBe(version);
    }

    [Fact]
    public void A_replace_that_the_order_outran_is_refused()
    {
        var order = Take(Side.Buy, lots: 10_000);
        Hear(order, VenueOrderStatus.Open, 0);
        Apply(new VenueReplaceTaken(new ReplaceOrder(s_id, "me", ++_command, 0, 1, 99_900, 20_000, 0), NowMs));

        Hear(order, VenueOrderStatus.Filled, 1m, Fill("7", 1m, 1m));

        Kinds().ShouldBe([BookReportKind.Accepted, BookReportKind.Fill, BookReportKind.ReplaceRejected]);
    }

    [Fact]
    public void A_stop_waits_held_and_is_triggered_by_its_first_fill()
    {
        var order = Take(Side.Sell, lots: 10_000, OrderType.Stop);
        Hear(order, VenueOrderStatus.Open, 0);
        Hear(order, VenueOrderStatus.Filled, 1m, Fill("7", 1m, 1m));

        Kinds().ShouldBe([BookReportKind.Held, BookReportKind.Triggered, BookReportKind.Fill]);
    }

    [Fact]
    public void More_than_was_ordered_is_never_booked()
    {
        var order = Take(Side.Buy, lots: 10_000);

        Hear(order, VenueOrderStatus.Filled, 2m, Fill("7", 2m, 2m)).ShouldBeFalse();

        order.Filled.ShouldBe(0);
    }

    [Fact]
    public void The_journal_and_a_snapshot_bring_the_same_state_back()
    {
        var order = Take(Side.Buy, lots: 10_000, OrderType.StopLimit);
        Hear(order, VenueOrderStatus.Open, 0.4m, Fill("7", 0.4m, 0.4m));
        Apply(new VenueReplaceTaken(new ReplaceOrder(s_id, "me", ++_command, 0, 1, 99_900, 20_000, 99_000), NowMs));
        Apply(new VenueCancelWanted(s_id, NowMs));
        Apply(new VenueCommandRefused(new RefuseCommand(Guid.NewGuid(), "other", 1, 0, 0, "venue_unsupported"), NowMs));
        var bytes = new ArrayBufferWriter<byte>();
        _journal.ForEach(e => VenueEventCodec.Write(bytes, e));

        var again = new VenueOrders("ETH/USDT");
        var reader = new WireReader(bytes.WrittenSpan);
        while (!reader.IsAtEnd)
        {
            again.Apply(VenueEventCodec.Read(ref reader));
        }

        Saved(again).ShouldBe(Saved(_orders));
        Saved(VenueOrders.Load("ETH/USDT", Saved(_orders))).ShouldBe(Saved(_orders));
    }

    private VenueOrder Take(Side side, long lots, OrderType type = OrderType.Limit)
    {
        Apply(new VenueOrderTaken(
            new SubmitOrder(s_id, "me", ++_command, 0, side, type, TimeInForce.Gtc, 100_000, lots, type == OrderType.Limit ? 0 : 98_000, false, SelfTradePrevention.CancelNewest), NowMs));
        return _orders.Find(s_id)!;
    }

    private bool Hear(VenueOrder order, VenueOrderStatus status, decimal filled, params VenueFill[] fills) => Hear(order.ClientId, status, filled, fills);

    private bool Hear(string clientId, VenueOrderStatus status, decimal filled, params VenueFill[] fills)
    {
        var decided = new List<VenueEvent>();
        var isWhole = _orders.Decide(new VenueState(clientId, "12345", status, filled, null, fills), NowMs, decided);
        decided.ForEach(Apply);
        return isWhole;
    }

    private void Apply(VenueEvent e)
    {
        _orders.Apply(e);
        _journal.Add(e);
    }

    private BookReport[] Reports() => _orders.FindAccount("me")!.ReportsBetween(0, long.MaxValue).ToArray();

    private BookReportKind[] Kinds() => [.. Reports().Select(r => r.Kind)];

    private static VenueFill Fill(string id, decimal quantity, decimal cumulative) => new(id, 1_000m, quantity, cumulative, null, false, NowMs);

    private static byte[] Saved(VenueOrders orders)
    {
        var bytes = new ArrayBufferWriter<byte>();
        orders.Save(bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
