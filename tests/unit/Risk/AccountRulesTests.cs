using Bourse.Domain.Accounts;
using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;
using Bourse.Tests.Unit.Accounts;

namespace Bourse.Tests.Unit.Risk;

/// <summary>The rules that few accounts have. The desk starts with 10,000 USD; AAPL is at 100, with fees of at most 0.2 %.</summary>
public sealed class AccountRulesTests
{
    private const long DayMs = 86_400_000;
    private static readonly MarginRates s_half = new(new MarginRate(0.5m, 0.25m), new MarginRate(1, 1), new MarginRate(0.1m, 0.05m));

    private readonly Desk _desk = new();

    [Fact]
    public void A_margin_account_buys_for_twice_its_equity_and_not_more()
    {
        Rules(new AccountRules(Margin: s_half));

        _desk.RefusalOf(_desk.Request(quantity: 200m)).ShouldBe("insufficient_funds"); // 10,000 and the fee
        _desk.Own(190m);

        _desk.Free.ShouldBeLessThan(0);
        _desk.RefusalOf(_desk.Request(quantity: 10m)).ShouldBe("insufficient_funds");
        _desk.RefusalOf(_desk.Request(quantity: 5m)).ShouldBeNull();
    }

    [Fact]
    public void Open_orders_count_against_the_margin_as_if_they_had_filled()
    {
        Rules(new AccountRules(Margin: s_half));
        var order = _desk.Rest(_desk.Request(quantity: 150m, limit: 90m));

        _desk.RefusalOf(_desk.Request(quantity: 70m)).ShouldBe("insufficient_funds");
        _desk.DecideReplace(order.Id, quantity: 230m).Refusal!.Code.ShouldBe("insufficient_funds");
        _desk.DecideReplace(order.Id, quantity: 160m).Refusal.ShouldBeNull();
    }

    [Fact]
    public void Who_is_under_water_may_still_get_out()
    {
        Rules(new AccountRules(Margin: s_half));
        _desk.Own(190m);
        _desk.Reference = 60m;

        _desk.RefusalOf(_desk.Request(quantity: 1m, limit: 60m)).ShouldBe("insufficient_funds");
        _desk.RefusalOf(_desk.Request(Side.Sell, 190m, 60m)).ShouldBeNull();
    }

    [Fact]
    public void Below_maintenance_the_open_orders_that_make_a_position_larger_are_to_be_cancelled()
    {
        Rules(new AccountRules(Margin: s_half));
        _desk.Own(150m);
        var buy = _desk.Rest(_desk.Request(quantity: 10m, limit: 50m));
        _desk.Rest(_desk.Request(Side.Sell, 150m, 110m));

        _desk.Account.DecideCancels(_desk.Limits, Marks(60m)).ShouldBeEmpty();
        _desk.Account.DecideCancels(_desk.Limits, Marks(40m)).ShouldBe([buy.Id]);
    }

    [Fact]
    public void What_is_sold_short_has_to_be_backed_by_equity()
    {
        _desk.Limits = _desk.Limits with { AllowShort = true };

        _desk.RefusalOf(_desk.Request(Side.Sell, 101m)).ShouldBe("insufficient_funds");
        _desk.Fill(_desk.Place(_desk.Request(Side.Sell, 60m)), 100m, 60m);

        // Its proceeds back nothing else.
        _desk.Cash.ShouldBeGreaterThan(15_000m);
        _desk.RefusalOf(_desk.Request(Side.Sell, 41m)).ShouldBe("insufficient_funds");
        _desk.RefusalOf(_desk.Request(quantity: 120m)).ShouldBeNull(); // closes it, and buys 60
        _desk.Reference = 160m;
        _desk.RefusalOf(_desk.Request(Side.Sell, 1m, 160m)).ShouldBe("insufficient_funds");
        _desk.RefusalOf(_desk.Request(quantity: 60m, limit: 160m)).ShouldBeNull();
    }

    [Fact]
    public void Only_what_was_located_is_sold_short()
    {
        _desk.Limits = _desk.Limits with { AllowShort = true };
        Rules(new AccountRules(Locates: new Dictionary<string, decimal> { [Desk.Symbol] = 20m }));
        _desk.Own(10m);

        _desk.RefusalOf(_desk.Request(Side.Sell, 31m)).ShouldBe("locate_required");
        _desk.Rest(_desk.Request(Side.Sell, 25m));
        _desk.RefusalOf(_desk.Request(Side.Sell, 6m)).ShouldBe("locate_required");
        _desk.RefusalOf(_desk.Request(Side.Sell, 5m)).ShouldBeNull();
        Rules(new AccountRules(Locates: new Dictionary<string, decimal>()));
        _desk.RefusalOf(_desk.Request(Side.Sell, 1m)).ShouldBe("locate_required");
    }

    [Fact]
    public void Gross_exposure_counts_every_position_and_what_open_orders_could_make_of_it()
    {
        Rules(new AccountRules(MaxGrossExposure: 3_000m));
        _desk.Own(10m);
        _desk.Rest(_desk.Request(quantity: 10m));

        _desk.RefusalOf(_desk.Request(quantity: 11m)).ShouldBe("max_gross_exposure");
        _desk.RefusalOf(_desk.Request(quantity: 10m)).ShouldBeNull();
        _desk.Reference = 400m;
        _desk.RefusalOf(_desk.Request(Side.Sell, 10m, 400m)).ShouldBeNull();
        _desk.RefusalOf(_desk.Request(quantity: 1m, limit: 400m)).ShouldBe("max_gross_exposure");
    }

    [Fact]
    public void Orders_are_counted_within_any_second_also_by_an_account_that_was_loaded()
    {
        Rules(new AccountRules(MaxOrdersPerSecond: 3));
        var start = _desk.NowMs;
        for (var i = 0; i < 3; i++)
        {
            _desk.NowMs = start + (i * 300);
            _desk.Tell(_desk.Place(_desk.Request(quantity: 1m)), Domain.Books.BookReportKind.Rejected, "would_cross");
        }

        _desk.NowMs = start + 999;
        _desk.RefusalOf(_desk.Request()).ShouldBe("order_rate");
        var loaded = Account.Load("acc-1", _desk.Saved());
        loaded.DecidePlace(_desk.Request(), _desk.Instrument, 100m, _desk.Limits, Guid.NewGuid(), _desk.NowMs).Refusal!.Code.ShouldBe("order_rate");
        _desk.NowMs = start + 1_000;
        _desk.RefusalOf(_desk.Request()).ShouldBeNull();
    }

    [Fact]
    public void A_days_loss_stops_the_account_until_the_day_or_the_limits_are_new()
    {
        Rules(new AccountRules(DailyLossLimit: 500m));
        Look(100m).ShouldBe((true, false));
        _desk.Own(50m);
        var waiting = _desk.Rest(_desk.Request(quantity: 1m, limit: 80m));

        Look(92m).ShouldBe((false, false));
        Look(90m).ShouldBe((false, true)); // 500 and the fees
        _desk.Account.StopCode.ShouldBe("daily_loss_limit");
        _desk.Account.DecideCancels(_desk.Limits, Marks(90m)).ShouldBe([waiting.Id]);
        _desk.Tell(waiting, Domain.Books.BookReportKind.Canceled);
        _desk.RefusalOf(_desk.Request(quantity: 1m, limit: 90m)).ShouldBe("daily_loss_limit");
        _desk.RefusalOf(_desk.Request(Side.Sell, 51m)).ShouldBe("daily_loss_limit");
        _desk.Rest(_desk.Request(Side.Sell, 10m));
        _desk.Account.DecideCancels(_desk.Limits, Marks(90m)).ShouldBeEmpty();
        Look(120m).ShouldBe((false, false));
        Desk.Saved(_desk.Replayed()).ShouldBe(_desk.Saved());
        Desk.Saved(Account.Load("acc-1", _desk.Saved())).ShouldBe(_desk.Saved());

        Rules(new AccountRules(DailyLossLimit: 5_000m));
        Look(90m).ShouldBe((false, true));
        _desk.Account.StopCode.ShouldBeNull();
        Rules(new AccountRules(DailyLossLimit: 500m));
        Look(90m).ShouldBe((false, true));
        _desk.NowMs += DayMs;
        Look(90m).ShouldBe((true, false));
        _desk.RefusalOf(_desk.Request(quantity: 1m, limit: 90m)).ShouldBeNull();
    }

    [Fact]
    public void What_is_paid_in_is_no_profit_of_the_day()
    {
        Rules(new AccountRules(DailyLossLimit: 500m));
        Look(100m);
        _desk.Own(50m);
        _desk.Apply(_desk.Account.DecideDeposit("USD", 1_000m, "more", _desk.NowMs).Event!);

        Look(89m).ShouldBe((false, true));
    }

    [Fact]
    public void After_so_many_day_trades_nothing_is_opened_but_everything_closed()
    {
        Rules(new AccountRules(MaxDayTrades: 2));
        Look(100m);
        for (var i = 0; i < 2; i++)
        {
            _desk.Own(4m);
            _desk.Fill(_desk.Place(_desk.Request(Side.Sell, 2m)), 100m, 2m);
            _desk.Fill(_desk.Place(_desk.Request(Side.Sell, 2m)), 100m, 2m); // of the same opening
        }

        _desk.RefusalOf(_desk.Request()).ShouldBe("pattern_day_trader");
        _desk.NowMs += 4 * DayMs;
        Look(100m);
        _desk.RefusalOf(_desk.Request()).ShouldBe("pattern_day_trader");
        _desk.NowMs += DayMs;
        Look(100m);
        _desk.Own(4m);
    }

    [Theory]
    [InlineData("us-equity", "2026-11-25 15:00", "2026-11-25 20:59", true)]
    [InlineData("us-equity", "2026-11-25 15:00", "2026-11-27 15:00", false)] // over Thanksgiving
    [InlineData("fx", "2026-06-15 20:30", "2026-06-15 20:59", true)]
    [InlineData("fx", "2026-06-15 20:30", "2026-06-15 21:30", false)] // the session ends at 17:00 New York
    [InlineData("fx", "2026-06-15 21:30", "2026-06-16 03:00", true)] // and goes on at midnight UTC
    [InlineData("always", "2026-06-15 21:30", "2026-06-16 03:00", false)]
    public void A_day_trade_is_one_within_a_session_of_the_instrument(string calendar, string opened, string closed, bool counts)
    {
        Rules(new AccountRules(MaxDayTrades: 1));
        _desk.NowMs = Ms(opened);
        Look(100m, calendar);
        _desk.Instrument = _desk.Instrument with { Calendar = calendar };
        _desk.Own(4m);
        _desk.NowMs = Ms(closed);
        Look(100m, calendar);
        _desk.Fill(_desk.Place(_desk.Request(Side.Sell, 4m)), 100m, 4m);

        _desk.RefusalOf(_desk.Request(quantity: 1m)).ShouldBe(counts ? "pattern_day_trader" : null);
        Desk.Saved(_desk.Replayed()).ShouldBe(_desk.Saved());
        Desk.Saved(Account.Load("acc-1", _desk.Saved())).ShouldBe(_desk.Saved());
    }

    [Theory]
    [InlineData("2026-11-20 15:00", "2026-11-27 15:00", "2026-11-30 15:00")] // Friday, Mon, Tue, Wed, Friday: Thursday is Thanksgiving
    [InlineData("2026-06-08 15:00", "2026-06-12 15:00", "2026-06-15 15:00")]
    public void A_day_trade_counts_for_five_sessions(string traded, string still, string over)
    {
        Rules(new AccountRules(MaxDayTrades: 1));
        _desk.Instrument = _desk.Instrument with { Calendar = "us-equity" };
        _desk.NowMs = Ms(traded);
        Look(100m, "us-equity");
        _desk.Own(4m);
        _desk.Fill(_desk.Place(_desk.Request(Side.Sell, 4m)), 100m, 4m);

        _desk.NowMs = Ms(still);
        _desk.RefusalOf(_desk.Request(quantity: 1m)).ShouldBe("pattern_day_trader");
        _desk.NowMs = Ms(over);
        _desk.RefusalOf(_desk.Request(quantity: 1m)).ShouldBeNull();
    }

    [Fact]
    public void An_order_that_could_meet_the_accounts_own_is_a_wash_trade()
    {
        Rules(new AccountRules(PreventWashTrades: true));
        _desk.Own(10m);
        var bid = _desk.Rest(_desk.Request(limit: 99m));
        _desk.Rest(_desk.Request(Side.Sell, 1m, null, OrderType.Stop, 95m));

        _desk.RefusalOf(_desk.Request(Side.Sell, 1m, 99m)).ShouldBe("wash_trade");
        _desk.RefusalOf(_desk.Request(Side.Sell, 1m, null, OrderType.Market)).ShouldBe("wash_trade");
        var ask = _desk.Rest(_desk.Request(Side.Sell, 1m, 99.01m));
        _desk.DecideReplace(bid.Id, limit: 99.01m).Refusal!.Code.ShouldBe("wash_trade");
        _desk.DecideReplace(ask.Id, limit: 99m).Refusal!.Code.ShouldBe("wash_trade");
        _desk.DecideReplace(bid.Id, limit: 98m).Refusal.ShouldBeNull();
    }

    [Fact]
    public void A_restricted_symbol_may_only_be_got_out_of()
    {
        _desk.Own(10m);

        Restricted(_desk.Request()).ShouldBe("restricted_symbol");
        Restricted(_desk.Request(Side.Sell, 10m)).ShouldBeNull();

        string? Restricted(OrderRequest request) => _desk.Account.DecidePlace(
            request, _desk.Instrument, 100m, _desk.Limits, Guid.NewGuid(), _desk.NowMs, TradingState.Active, isRestricted: true).Refusal?.Code;
    }

    [Theory]
    [InlineData("margin")]
    [InlineData("max_gross_exposure")]
    [InlineData("max_orders_per_second")]
    [InlineData("daily_loss_limit")]
    [InlineData("max_day_trades")]
    [InlineData("user_class")]
    [InlineData("locates")]
    public void A_rule_out_of_bounds_is_told_by_its_name(string field)
    {
        AccountRules rules = field switch
        {
            "margin" => new(Margin: s_half with { Fx = new MarginRate(0.1m, 0.2m) }),
            "max_gross_exposure" => new(MaxGrossExposure: -1),
            "max_orders_per_second" => new(MaxOrdersPerSecond: 1_001),
            "daily_loss_limit" => new(DailyLossLimit: 0),
            "max_day_trades" => new(MaxDayTrades: -1),
            "user_class" => new(UserClass: "<b>"),
            _ => new(Locates: new Dictionary<string, decimal> { ["X"] = -1 }),
        };

        rules.FindFault().ShouldBe(field);
        new AccountRules(Margin: s_half, MaxOrdersPerSecond: 0, UserClass: "retail").FindFault().ShouldBeNull();
    }

    private void Rules(AccountRules rules) => _desk.Limits = _desk.Limits with { Version = _desk.Limits.Version + 1, Rules = rules };

    private static Dictionary<string, Mark> Marks(decimal price, string calendar = "always") => new() { [Desk.Symbol] = new Mark(price, AssetClass.Stock, calendar) };

    private static long Ms(string utc) => DateTimeOffset.Parse(utc + "Z", System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    /// <summary>What the grain does each second: whether a day began, and whether the stop changed.</summary>
    private (bool Began, bool Changed) Look(decimal price, string calendar = "always")
    {
        _desk.Reference = price;
        var began = _desk.Account.DecideDay(_desk.Limits, Marks(price), _desk.NowMs);
        if (began is not null)
        {
            _desk.Apply(began);
        }

        _desk.Account.DecideCalendars(_desk.Limits, Marks(price, calendar), _desk.NowMs).ForEach(_desk.Apply);
        var stop = _desk.Account.DecideStop(_desk.Limits, Marks(price), _desk.NowMs);
        if (stop is not null)
        {
            _desk.Apply(stop);
        }

        return (began is not null, stop is not null);
    }
}
