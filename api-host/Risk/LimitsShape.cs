using Bourse.ApiHost.Accounts;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Risk;

namespace Bourse.ApiHost.Risk;

/// <summary>Reads and writes risk limits as the wire has them.</summary>
internal static class LimitsShape
{
    private const decimal MaxBound = 1_000_000_000_000_000m;
    private const int MaxOpenOrders = 100_000;
    private static readonly string[] s_clearable =
        ["margin", "max_gross_exposure", "max_orders_per_second", "daily_loss_limit", "max_day_trades", "user_class", "locates"];

    public static LimitsJson Write(string account, LimitsView limits)
    {
        var rules = limits.Rules ?? new RulesView();
        return new LimitsJson(
            account,
            limits.Version,
            PortfolioShape.Money(limits.MaxOrderQuantity),
            PortfolioShape.Money(limits.MaxOrderNotional),
            PortfolioShape.Money(limits.MaxPosition),
            limits.MaxOpenOrders,
            limits.AllowShort,
            rules.Margin is { } m
                ? new MarginJson(Rate(m.StockInitial, m.StockMaintenance), Rate(m.CryptoInitial, m.CryptoMaintenance), Rate(m.FxInitial, m.FxMaintenance))
                : null,
            Money(rules.MaxGrossExposure),
            rules.MaxOrdersPerSecond,
            Money(rules.DailyLossLimit),
            rules.MaxDayTrades,
            rules.PreventWashTrades,
            rules.UserClass,
            rules.Locates?.ToDictionary(l => l.Symbol, l => ExactDecimal.ToText(l.Quantity), StringComparer.Ordinal));
    }

    /// <summary>The limits as they would be; throws <see cref="ProblemException"/> (400) for what is out of bounds.</summary>
    public static LimitsView Change(LimitsView now, LimitsBody wish) => now with
    {
        MaxOrderQuantity = Bound(wish.MaxOrderQty, "max_order_qty") ?? now.MaxOrderQuantity,
        MaxOrderNotional = Bound(wish.MaxNotional, "max_notional") ?? now.MaxOrderNotional,
        MaxPosition = Bound(wish.MaxPosition, "max_position") ?? now.MaxPosition,
        MaxOpenOrders = (int?)Bound(wish.MaxOpenOrders, "max_open_orders", MaxOpenOrders) ?? now.MaxOpenOrders,
        AllowShort = wish.AllowShort ?? now.AllowShort,
        Rules = Change(now.Rules ?? new RulesView(), wish),
    };

    private static RulesView? Change(RulesView now, LimitsBody wish)
    {
        var clear = wish.Clear ?? [];
        if (clear.FirstOrDefault(name => !s_clearable.Contains(name)) is { } unknown)
        {
            throw new ProblemException(Problem.Malformed("clear", $"{unknown} is none of {string.Join(", ", s_clearable)}."));
        }

        var wanted = new RulesView(
            Left("margin") ? Margin(wish.Margin) ?? now.Margin : null,
            Left("max_gross_exposure") ? Bound(wish.MaxGrossExposure, "max_gross_exposure") ?? now.MaxGrossExposure : null,
            Left("max_orders_per_second") ? wish.MaxOrdersPerSecond ?? now.MaxOrdersPerSecond : null,
            Left("daily_loss_limit") ? Bound(wish.DailyLossLimit, "daily_loss_limit") ?? now.DailyLossLimit : null,
            Left("max_day_trades") ? wish.MaxDayTrades ?? now.MaxDayTrades : null,
            wish.PreventWashTrades ?? now.PreventWashTrades,
            Left("user_class") ? wish.UserClass ?? now.UserClass : null,
            Left("locates") ? wish.Locates?.Select(l => new LocateView(l.Key, l.Value)).ToArray() ?? now.Locates : null);
        if (wanted.ToDomain().FindFault() is { } field)
        {
            throw new ProblemException(Problem.Malformed(field, $"{field} is out of bounds."));
        }

        // Nothing at all keeps the account plain, which its orders notice.
        return wanted == new RulesView() ? null : wanted;

        bool Left(string name) => !clear.Contains(name);
    }

    private static MarginView? Margin(MarginBody? margin)
    {
        if (margin is null)
        {
            return null;
        }

        var (stock, crypto, fx) = (Rate(margin.Stock), Rate(margin.Crypto), Rate(margin.Fx));
        return new MarginView(stock.Initial, stock.Maintenance, crypto.Initial, crypto.Maintenance, fx.Initial, fx.Maintenance);
    }

    // A class that is not told of is backed whole.
    private static MarginRate Rate(MarginRateBody? rate) => rate switch
    {
        null => MarginRates.Whole.Stock,
        { Initial: { } initial, Maintenance: { } maintenance } => new MarginRate(initial, maintenance),
        _ => throw new ProblemException(Problem.Malformed("margin", "A rate has an initial and a maintenance part.")),
    };

    private static MarginRateJson Rate(decimal initial, decimal maintenance) => new(ExactDecimal.ToText(initial), ExactDecimal.ToText(maintenance));

    private static string? Money(decimal? value) => value is { } given ? PortfolioShape.Money(given) : null;

    private static decimal? Bound(decimal? value, string field, decimal max = MaxBound) => value is < 0 || value > max
        ? throw new ProblemException(Problem.Malformed(field, $"{field} is to be 0 to {max}."))
        : value;
}
