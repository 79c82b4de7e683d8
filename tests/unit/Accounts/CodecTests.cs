using System.Buffers;
using System.Text.Json;
using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Tests.Unit.Accounts;

public sealed class CodecTests
{
    private const string Symbol = "BTC/USD";
    private static readonly Guid s_id = Guid.Parse("0198c0de-0000-7000-8000-000000000001");
    private static readonly OrderRequest s_request = new(
        Symbol, Side.Sell, OrderType.StopLimit, TimeInForce.Day, 1.50m, 64_000.10m, 63_000m, false, true, SelfTradePrevention.CancelBoth, "mine-ü");

    public static IReadOnlyList<AccountEvent> Events { get; } =
    [
        new AccountOpened("user", "trader", "USD", 1),
        new Deposited("USD", 100_000.00m, "initial", 100_000m, 2),
        new Withdrawn("USD", 0.5m, "w-1", 99_999.5m, 3),
        new OrderPlaced(s_id, s_request, "USD", 7, null, ReservationKind.Position, 1.50m, 0.001m, 4),
        new OrderPlaced(s_id, s_request with { LimitPrice = null }, "USD", 7, 60_000m, ReservationKind.None, 0m, 0m, 4),
        new OrderPlaced(
            s_id,
            s_request with { Type = OrderType.TrailingStop, TimeInForce = TimeInForce.Gtd, Advanced = new AdvancedTerms(0.5m, 1_781_524_800_000, 12.50m, 1.25m) },
            "USD", 7, 60_000m, ReservationKind.None, 0m, 0m, 4, 61_000m),
        new CancelAllAfterSet(1_781_524_800_000, 6),
        new RiskDayBegan(1_781_481_600_000, -12.5m, 7),
        new SymbolCalendarNoted("EUR/USD", "fx", 7),
        new RiskStopChanged("daily_loss_limit", 500.25m, 3, 8),
        new RiskStopChanged(null, -1m, 4, 9),
        new OrderTrailed(s_id, Symbol, 61_500m, 9, 6),
        new ReplaceRequested(s_id, Symbol, 1, 8, 2m, 64_001m, null, null, 2m, 0.001m, 5),
        new OrderTriggered(s_id, Symbol, 9, 6),
        new ReplaceRejected(s_id, Symbol, 1, "not_open", 10, 7),
        new ReportNoted(s_id, Symbol, 11, 8),
        new OrderAccepted(s_id, Symbol, 0, 1, 9),
        new OrderHeld(s_id, Symbol, 12, 2, 10),
        new OrderRejected(s_id, Symbol, "would_cross", 13, 3, 11),
        new OrderFilled(
            s_id, Symbol, "USD", Side.Sell, 99, 64_000.1m, 0.5m, 32.00005m, true, false, 0.5m, 64_000.1m, -0.5m, 64_000.1m, -12.25m, 131_967m,
            14, 4, 1_781_524_800_000),
        new OrderCanceled(s_id, Symbol, null, 1m, 2, 15, 5, 13),
        new OrderExpired(s_id, Symbol, 1m, 16, 6, 14),
        new OrderReplaced(s_id, Symbol, 1, 2m, 64_001m, 63_000m, 17, 7, 15),
        new LegSized(s_id, Symbol, 2m, null, 63_000m, IsFirst: true, 18, 8, 16),
    ];

    [Fact]
    public void Events_laid_together_read_back_one_by_one()
    {
        ReadOnlySpan<byte> bytes = Written([.. Events]);
        foreach (var e in Events)
        {
            AccountEventCodec.Read(ref bytes).ShouldBe(e);
        }

        bytes.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Their_views_tell_the_same_and_end_where_they_end()
    {
        ReadOnlySpan<byte> bytes = Written([.. Events]);
        foreach (var e in Events)
        {
            var rest = bytes;
            AccountEventCodec.Read(ref bytes);
            Tells(AccountEventCodec.ReadView(ref rest), e);
            rest.Length.ShouldBe(bytes.Length);
        }
    }

    [Fact]
    public void Every_kind_of_event_is_among_them() =>
        typeof(AccountEvent).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(AccountEvent)) && !t.IsAbstract)
            .ShouldBe(Events.Select(e => e.GetType()).Distinct(), ignoreOrder: true);

    [Fact]
    public void An_order_and_its_fill_take_few_bytes()
    {
        Written(Events[3]).Length.ShouldBeLessThan(80);
        Written(Events.OfType<OrderFilled>().Single()).Length.ShouldBeLessThan(100);
    }

    [Fact]
    public void An_order_placed_before_there_were_advanced_terms_reads_as_it_did()
    {
        var bytes = Convert.FromHexString(
            // kind, id, symbol, side, type, time in force, quantity, limit, stop, flags, client order id
            "04" + "DEC09801000000708000000000000001" + "074254432F555344" + "02" + "04" + "01" + "029601" + "028AD08603" + "0098EC03" + "0A" + "076D696E652DC3BC"
            // currency, command, protection, reservation, reserved, fee rate, time
            + "03555344" + "07" + "FF" + "02" + "029601" + "0301" + "08");
        ReadOnlySpan<byte> rest = bytes;
        AccountEventCodec.Read(ref rest).ShouldBe(Events[3]);
        Written(Events[3]).ShouldBe(bytes);
    }

    [Fact]
    public void Bytes_cut_short_anywhere_are_told()
    {
        foreach (var e in Events)
        {
            var whole = Written(e);
            for (var length = 0; length < whole.Length; length++)
            {
                Should.Throw<WireFormatException>(() =>
                {
                    ReadOnlySpan<byte> cut = whole.AsSpan(0, length);
                    AccountEventCodec.Read(ref cut);
                });
            }
        }
    }

    [Fact]
    public void Bytes_changed_anywhere_read_as_an_event_or_are_told()
    {
        var random = new Random(5);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = Written(Events[random.Next(Events.Count)]);
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            ReadOnlySpan<byte> rest = bytes;
            try
            {
                AccountEventCodec.Read(ref rest);
            }
            catch (WireFormatException)
            {
                // What a reader is told of malformed bytes; any other exception fails the test.
            }
        }
    }

    [Fact]
    public void Events_show_as_json()
    {
        foreach (var e in Events)
        {
            JsonSerializer.Serialize(e, e.GetType()).ShouldContain("\"TimeMs\":");
        }
    }

    private static byte[] Written(params AccountEvent[] events)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var e in events)
        {
            AccountEventCodec.Write(output, e);
        }

        return output.WrittenSpan.ToArray();
    }

    private static void Tells(AccountEventView view, AccountEvent e)
    {
        view.TimeMs.ShouldBe(e.TimeMs);
        if (e is OrderEvent order)
        {
            (view.OrderId, Text(view.Symbol)).ShouldBe((order.OrderId, order.Symbol));
            view.Seq.ShouldBe((e as ChannelEvent)?.Seq ?? 0);
        }

        switch (e)
        {
            case AccountOpened o:
                (Text(view.UserId), Text(view.AccountKind), Text(view.Currency)).ShouldBe((o.UserId, o.Kind, o.Currency));
                break;
            case Deposited d:
                (view.Kind, Text(view.Currency), view.Amount, view.Cash).ShouldBe((AccountEventKind.Deposited, d.Asset, d.Amount, d.Cash));
                break;
            case Withdrawn d:
                (view.Kind, Text(view.Currency), view.Amount, view.Cash).ShouldBe((AccountEventKind.Withdrawn, d.Asset, d.Amount, d.Cash));
                break;
            case CancelAllAfterSet set:
                (view.Kind, view.AtMs).ShouldBe((AccountEventKind.CancelAllAfterSet, set.AtMs));
                break;
            case SymbolCalendarNoted noted:
                (view.Kind, Text(view.Symbol)).ShouldBe((AccountEventKind.SymbolCalendarNoted, noted.Symbol));
                break;
            case RiskStopChanged stop:
                (view.Kind, Text(view.Code)).ShouldBe((AccountEventKind.RiskStopChanged, stop.Code ?? ""));
                break;
            case OrderTrailed trailed:
                (view.Kind, view.StopPrice).ShouldBe((AccountEventKind.Trailed, trailed.StopPrice));
                break;
            case OrderPlaced placed:
                view.Kind.ShouldBe(AccountEventKind.Placed);
                new OrderRequest(
                    Text(view.Symbol), view.Side, view.Type, view.TimeInForce, view.Quantity, view.LimitPrice, view.StopPrice, view.PostOnly,
                    view.ReduceOnly, view.SelfTradePrevention, Text(view.ClientOrderId), view.Advanced).ShouldBe(placed.Request with { StopPrice = placed.StopPrice });
                break;
            case OrderFilled f:
                (Text(view.Currency), view.Side, view.TradeNumber, view.Quantity, view.IsMaker, view.Completes, view.OrderFilledQuantity, view.OrderAveragePrice)
                    .ShouldBe((f.Currency, f.Side, f.TradeNumber, f.Quantity, f.IsMaker, f.Completes, f.OrderFilledQuantity, f.OrderAveragePrice));
                (view.PositionQuantity, view.PositionAverageEntryPrice, view.PositionRealizedProfit, view.Cash)
                    .ShouldBe((f.PositionQuantity, f.PositionAverageEntryPrice, f.PositionRealizedProfit, f.Cash));
                break;
            case OrderReplaced r:
                (view.Quantity, view.LimitPrice, view.StopPrice).ShouldBe((r.Quantity, r.LimitPrice, r.StopPrice));
                break;
            case LegSized s:
                (view.Quantity, view.LimitPrice, view.StopPrice, view.IsFirst).ShouldBe((s.Quantity, s.LimitPrice, s.StopPrice, s.IsFirst));
                break;
            case OrderRejected r:
                Text(view.Code).ShouldBe(r.Code);
                break;
            case OrderCanceled c:
                Text(view.Code).ShouldBe(c.Code ?? "");
                break;
        }
    }

    private static string Text(ReadOnlySpan<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8);
}
