using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;

namespace Bourse.Tests.Unit.Accounts;

/// <summary>Every refusal by its code; none changes the account (the desk compares its bytes).</summary>
public sealed class RefusalTests
{
    private readonly Desk _desk = new();

    [Fact]
    public void An_account_that_is_not_open_takes_no_order() =>
        new Account("new").DecidePlace(_desk.Request(), _desk.Instrument, 100m, RiskLimits.Default, Guid.NewGuid(), 0)
            .Refusal!.Code.ShouldBe("account_not_open");

    [Fact]
    public void A_symbol_that_there_is_not_is_unknown() =>
        _desk.RefusalOf(_desk.Request() with { Symbol = "NOPE" }).ShouldBe("unknown_symbol");

    [Fact]
    public void Cash_and_positions_are_never_the_same_asset()
    {
        var limits = RiskLimits.House;
        var usd = _desk.Instrument with { Symbol = "USD" };
        _desk.Account.DecidePlace(_desk.Request() with { Symbol = "USD" }, usd, 100m, limits, Guid.NewGuid(), 0).Refusal!.Code.ShouldBe("unknown_asset");
        _desk.Instrument = _desk.Instrument with { Currency = "MSFT" };
        _desk.RefusalOf(_desk.Request()).ShouldBe("unknown_asset");
    }

    [Fact]
    public void A_halted_instrument_takes_no_order()
    {
        _desk.Instrument = _desk.Instrument with { Status = InstrumentStatus.Halted };
        _desk.RefusalOf(_desk.Request()).ShouldBe("trading_halted");
    }

    [Fact]
    public void A_closed_instrument_takes_no_order()
    {
        _desk.Instrument = _desk.Instrument with { Status = InstrumentStatus.Closed };
        _desk.RefusalOf(_desk.Request()).ShouldBe("market_closed");
    }

    [Fact]
    public void Outside_its_session_an_instrument_takes_no_order()
    {
        _desk.Instrument = _desk.Instrument with { Calendar = "us-equity" };
        _desk.RefusalOf(_desk.Request()).ShouldBe("market_closed");
        _desk.NowMs += 2 * 3_600_000;
        _desk.RefusalOf(_desk.Request()).ShouldBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_quantity_is_above_zero(int quantity) => _desk.RefusalOf(_desk.Request(quantity: quantity)).ShouldBe("invalid_qty");

    [Fact]
    public void A_quantity_is_a_whole_number_of_lots() => _desk.RefusalOf(_desk.Request(quantity: 1.5m)).ShouldBe("invalid_lot");

    [Fact]
    public void A_quantity_beyond_every_bound_is_refused_without_an_overflow() =>
        _desk.RefusalOf(_desk.Request(quantity: decimal.MaxValue)).ShouldBe("invalid_lot");

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void A_price_is_above_zero(int price) => _desk.RefusalOf(_desk.Request(limit: price)).ShouldBe("invalid_price");

    [Fact]
    public void A_stop_price_is_above_zero() =>
        _desk.RefusalOf(_desk.Request(type: OrderType.Stop, limit: null, stop: -1m)).ShouldBe("invalid_price");

    [Fact]
    public void A_limit_price_is_a_whole_number_of_ticks() => _desk.RefusalOf(_desk.Request(limit: 99.995m)).ShouldBe("invalid_tick");

    [Fact]
    public void A_stop_price_is_a_whole_number_of_ticks() =>
        _desk.RefusalOf(_desk.Request(type: OrderType.Stop, limit: null, stop: 100.001m)).ShouldBe("invalid_tick");

    [Fact]
    public void A_price_beyond_every_bound_is_refused_without_an_overflow() =>
        _desk.RefusalOf(_desk.Request(limit: decimal.MaxValue)).ShouldBe("invalid_tick");

    public static TheoryData<string> Misshapen => new(
        "limit without price", "market with limit", "stop without stop", "limit with stop", "stop-limit without limit", "post-only market",
        "post-only ioc", "side", "type", "time in force", "self-trade prevention", "long id", "no id");

    [Theory]
    [MemberData(nameof(Misshapen))]
    public void Terms_that_do_not_fit_each_other_are_invalid(string which)
    {
        var limit = _desk.Request();
        var market = _desk.Request(type: OrderType.Market, limit: null);
        var request = which switch
        {
            "limit without price" => limit with { LimitPrice = null },
            "market with limit" => market with { LimitPrice = 100m },
            "stop without stop" => market with { Type = OrderType.Stop },
            "limit with stop" => limit with { StopPrice = 100m },
            "stop-limit without limit" => market with { Type = OrderType.StopLimit, StopPrice = 100m },
            "post-only market" => market with { PostOnly = true },
            "post-only ioc" => limit with { PostOnly = true, TimeInForce = TimeInForce.Ioc },
            "side" => limit with { Side = (Side)3 },
            "type" => limit with { Type = (OrderType)9 },
            "time in force" => limit with { TimeInForce = 0 },
            "self-trade prevention" => limit with { SelfTradePrevention = (SelfTradePrevention)3 },
            "long id" => limit with { ClientOrderId = new string('x', 49) },
            _ => limit with { ClientOrderId = "" },
        };
        _desk.RefusalOf(request).ShouldBe("invalid_order");
    }

    [Fact]
    public void One_order_has_a_greatest_quantity()
    {
        _desk.Limits = _desk.Limits with { MaxOrderQuantity = 10 };
        _desk.RefusalOf(_desk.Request(quantity: 11)).ShouldBe("max_order_qty");
        _desk.RefusalOf(_desk.Request(quantity: 10)).ShouldBeNull();
    }

    [Fact]
    public void A_buy_far_above_and_a_sale_far_below_the_reference_are_outside_the_collar()
    {
        _desk.RefusalOf(_desk.Request(limit: 110.01m)).ShouldBe("price_collar");
        _desk.RefusalOf(_desk.Request(limit: 110m)).ShouldBeNull();
        _desk.Own(10);
        _desk.RefusalOf(_desk.Request(Side.Sell, limit: 89.99m)).ShouldBe("price_collar");
        _desk.RefusalOf(_desk.Request(Side.Sell, limit: 90m)).ShouldBeNull();
    }

    [Fact]
    public void A_passive_price_may_be_far_away()
    {
        _desk.RefusalOf(_desk.Request(limit: 1m)).ShouldBeNull();
        _desk.Own(10);
        _desk.RefusalOf(_desk.Request(Side.Sell, limit: 9_999m)).ShouldBeNull();
    }

    [Fact]
    public void A_stop_limit_is_collared_to_its_stop_price()
    {
        _desk.RefusalOf(_desk.Request(type: OrderType.StopLimit, limit: 132m, stop: 120m, quantity: 1)).ShouldBeNull();
        _desk.RefusalOf(_desk.Request(type: OrderType.StopLimit, limit: 132.01m, stop: 120m, quantity: 1)).ShouldBe("price_collar");
    }

    [Fact]
    public void A_market_order_needs_a_price_to_be_bounded_by()
    {
        _desk.Reference = null;
        _desk.RefusalOf(_desk.Request(type: OrderType.Market, limit: null)).ShouldBe("no_reference_price");
        _desk.RefusalOf(_desk.Request()).ShouldBeNull();
    }

    [Fact]
    public void One_order_has_a_greatest_value()
    {
        _desk.Limits = _desk.Limits with { MaxOrderNotional = 1_000 };
        _desk.RefusalOf(_desk.Request(quantity: 10, limit: 100.01m)).ShouldBe("max_notional");
        _desk.RefusalOf(_desk.Request(quantity: 10, limit: 100m)).ShouldBeNull();
        _desk.RefusalOf(_desk.Request(quantity: 10, limit: null, type: OrderType.Market)).ShouldBe("max_notional");
    }

    [Fact]
    public void Only_so_many_orders_are_open_at_once()
    {
        _desk.Limits = _desk.Limits with { MaxOpenOrders = 1 };
        var first = _desk.Rest(_desk.Request());
        _desk.RefusalOf(_desk.Request()).ShouldBe("max_open_orders");
        _desk.Tell(first, BookReportKind.Canceled);
        _desk.RefusalOf(_desk.Request()).ShouldBeNull();
    }

    [Fact]
    public void A_reduce_only_order_never_exceeds_the_position_with_others_counted_in()
    {
        _desk.RefusalOf(_desk.Request(Side.Sell, reduceOnly: true)).ShouldBe("reduce_only");
        _desk.Own(10);
        _desk.RefusalOf(_desk.Request(Side.Buy, quantity: 1, reduceOnly: true)).ShouldBe("reduce_only");
        _desk.RefusalOf(_desk.Request(Side.Sell, quantity: 11, reduceOnly: true)).ShouldBe("reduce_only");
        _desk.Rest(_desk.Request(Side.Sell, quantity: 6, reduceOnly: true));
        _desk.RefusalOf(_desk.Request(Side.Sell, quantity: 5, reduceOnly: true)).ShouldBe("reduce_only");
        _desk.RefusalOf(_desk.Request(Side.Sell, quantity: 4, reduceOnly: true)).ShouldBeNull();
    }

    [Fact]
    public void A_position_has_a_greatest_size_with_open_orders_counted_in()
    {
        _desk.Limits = _desk.Limits with { MaxPosition = 25 };
        _desk.Own(10);
        _desk.Rest(_desk.Request(quantity: 10));
        _desk.RefusalOf(_desk.Request(quantity: 6)).ShouldBe("max_position");
        _desk.RefusalOf(_desk.Request(quantity: 5)).ShouldBeNull();
    }

    [Fact]
    public void A_short_position_has_a_greatest_size_too()
    {
        _desk.Limits = RiskLimits.House with { MaxPosition = 25 };
        _desk.RefusalOf(_desk.Request(Side.Sell, quantity: 26)).ShouldBe("max_position");
        _desk.RefusalOf(_desk.Request(Side.Sell, quantity: 25)).ShouldBeNull();
    }

    [Fact]
    public void What_is_not_owned_or_already_offered_cannot_be_sold()
    {
        _desk.RefusalOf(_desk.Request(Side.Sell, quantity: 1)).ShouldBe("insufficient_position");
        _desk.Own(10);
        _desk.Rest(_desk.Request(Side.Sell, quantity: 8));
        _desk.RefusalOf(_desk.Request(Side.Sell, quantity: 3)).ShouldBe("insufficient_position");
        _desk.RefusalOf(_desk.Request(Side.Sell, quantity: 2)).ShouldBeNull();
    }

    [Fact]
    public void A_buy_and_its_fee_are_covered_by_free_cash()
    {
        // 99 at 100 and 0.2 % are 9,919.80; 100 are 10,020.
        _desk.RefusalOf(_desk.Request(quantity: 100)).ShouldBe("insufficient_funds");
        _desk.Rest(_desk.Request(quantity: 99));
        _desk.Free.ShouldBe(80.20m);
        _desk.RefusalOf(_desk.Request(quantity: 1)).ShouldBe("insufficient_funds");
    }

    [Fact]
    public void A_house_account_needs_neither_funds_nor_a_position()
    {
        _desk.Limits = RiskLimits.House;
        _desk.RefusalOf(_desk.Request(quantity: 100_000)).ShouldBeNull();
        _desk.RefusalOf(_desk.Request(Side.Sell, quantity: 100_000)).ShouldBeNull();
    }

    [Fact]
    public void Replacing_an_order_that_there_is_not_is_refused() =>
        _desk.DecideReplace(Guid.NewGuid(), 5).Refusal!.Code.ShouldBe("unknown_order");

    [Fact]
    public void Replacing_a_closed_order_is_refused()
    {
        var order = _desk.Rest(_desk.Request());
        _desk.Tell(order, BookReportKind.Canceled);
        _desk.DecideReplace(order.Id, 5).Refusal!.Code.ShouldBe("not_open");
    }

    [Fact]
    public void Replacing_an_order_that_its_book_has_not_answered_is_refused() =>
        _desk.DecideReplace(_desk.Place(_desk.Request()).Id, 5).Refusal!.Code.ShouldBe("order_pending");

    [Fact]
    public void One_replace_is_under_way_at_a_time()
    {
        var order = _desk.Rest(_desk.Request());
        _desk.Replace(order, 5);
        _desk.DecideReplace(order.Id, 6).Refusal!.Code.ShouldBe("replace_pending");
    }

    [Fact]
    public void A_replace_is_checked_like_a_new_order()
    {
        _desk.Limits = _desk.Limits with { MaxOrderQuantity = 50, MaxPosition = 40, MaxOrderNotional = 3_500 };
        var order = _desk.Rest(_desk.Request());

        string? Refused(decimal? quantity = null, decimal? limit = null, decimal? stop = null) =>
            _desk.DecideReplace(order.Id, quantity, limit, stop).Refusal?.Code;

        Refused(0).ShouldBe("invalid_qty");
        Refused(1.5m).ShouldBe("invalid_lot");
        Refused(limit: -1).ShouldBe("invalid_price");
        Refused(limit: 99.999m).ShouldBe("invalid_tick");
        Refused(stop: 90).ShouldBe("invalid_order");
        Refused(51).ShouldBe("max_order_qty");
        Refused(limit: 111).ShouldBe("price_collar");
        Refused(36).ShouldBe("max_notional");
        Refused(41, 50).ShouldBe("max_position");
        _desk.Limits = RiskLimits.Default;
        Refused(100).ShouldBe("insufficient_funds");
        _desk.Fill(order, 100, 4);
        Refused(4).ShouldBe("invalid_qty");
        _desk.Instrument = _desk.Instrument with { Status = InstrumentStatus.Halted };
        Refused(5).ShouldBe("trading_halted");
    }

    [Fact]
    public void A_sale_is_not_replaced_beyond_the_position()
    {
        _desk.Own(10);
        var order = _desk.Rest(_desk.Request(Side.Sell, quantity: 8));
        _desk.DecideReplace(order.Id, 11).Refusal!.Code.ShouldBe("insufficient_position");
        _desk.DecideReplace(order.Id, 10).Refusal.ShouldBeNull();
    }

    [Theory]
    [InlineData("XXX", 10, "r", "unknown_asset")]
    [InlineData("AAPL", 10, "r", "unknown_asset")]
    [InlineData("USD", 0, "r", "invalid_amount")]
    [InlineData("USD", -1, "r", "invalid_amount")]
    [InlineData("USD", 1_000_000_000_001, "r", "invalid_amount")]
    [InlineData("USD", 10, "", "invalid_reference")]
    public void Cash_is_a_known_currency_a_sane_amount_and_a_reference(string asset, long amount, string reference, string code)
    {
        _desk.Account.DecideDeposit(asset, amount, reference, 0).Refusal!.Code.ShouldBe(code);
        _desk.Account.DecideWithdraw(asset, amount, reference, 0).Refusal!.Code.ShouldBe(code);
    }

    [Fact]
    public void An_amount_has_at_most_ten_decimals() =>
        _desk.Account.DecideDeposit("USD", 0.00000000001m, "r", 0).Refusal!.Code.ShouldBe("invalid_amount");

    [Fact]
    public void An_account_that_is_not_open_takes_no_cash() =>
        new Account("new").DecideDeposit("USD", 1, "r", 0).Refusal!.Code.ShouldBe("account_not_open");

    [Fact]
    public void What_is_held_cannot_be_withdrawn()
    {
        _desk.Rest(_desk.Request(quantity: 50));
        _desk.Account.DecideWithdraw("USD", 5_000m, "w", 0).Refusal!.Code.ShouldBe("insufficient_funds");
        _desk.Account.DecideWithdraw("USD", 4_990m, "w", 0).Refusal.ShouldBeNull();
    }
}
