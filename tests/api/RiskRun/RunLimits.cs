namespace Bourse.Tests.Api.RiskRun;

/// <summary>The limits that the run gives an account, as its own code reads them.</summary>
internal sealed record RunLimits(
    decimal MaxOrderQty, decimal MaxNotional, decimal MaxPosition, int MaxOpenOrders, bool AllowShort, decimal? StockInitial, decimal? MaxGross, int? Rate,
    decimal? Loss, bool NoWash, string? UserClass, decimal? Located)
{
    /// <summary>What a new user has.</summary>
    public static RunLimits Default { get; } = new(1_000_000m, 10_000_000m, 10_000_000m, 1_000, false, null, null, null, null, false, null, null);

    public bool IsCash => StockInitial is null && !AllowShort;

    /// <summary>Drawn so that every limit is met by some orders of the run.</summary>
    public static RunLimits Draw(Random random)
    {
        var mayShort = random.Next(3) == 0;
        var margin = random.Next(3) == 0;
        return new RunLimits(
            random.Next(20, 120), random.Next(10_000, 60_000), random.Next(50, 400), random.Next(5, 40), mayShort, margin ? 0.5m : null,
            random.Next(3) == 0 ? random.Next(20_000, 150_000) : null, random.Next(3) == 0 ? random.Next(2, 15) : null,
            random.Next(4) == 0 ? random.Next(20, 400) : null, random.Next(2) == 0, random.Next(3) == 0 ? "staff" : null,
            mayShort && random.Next(2) == 0 ? random.Next(0, 60) : null);
    }

    public object Body(string account)
    {
        var clear = new List<string>();
        void Or(object? value, string name)
        {
            if (value is null)
            {
                clear.Add(name);
            }
        }

        Or(StockInitial, "margin");
        Or(MaxGross, "max_gross_exposure");
        Or(Rate, "max_orders_per_second");
        Or(Loss, "daily_loss_limit");
        Or(UserClass, "user_class");
        Or(Located, "locates");
        return new
        {
            account_id = account,
            reason = "the run",
            max_order_qty = MaxOrderQty,
            max_notional = MaxNotional,
            max_position = MaxPosition,
            max_open_orders = MaxOpenOrders,
            allow_short = AllowShort,
            margin = StockInitial is { } initial ? new { stock = new { initial, maintenance = initial / 2 } } : null,
            max_gross_exposure = MaxGross,
            max_orders_per_second = Rate,
            daily_loss_limit = Loss,
            prevent_wash_trades = NoWash,
            user_class = UserClass,
            locates = Located is { } located ? RunTrader.Symbols.ToDictionary(s => s, _ => located) : null,
            clear,
        };
    }
}
