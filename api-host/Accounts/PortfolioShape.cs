using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.History;

namespace Bourse.ApiHost.Accounts;

/// <summary>Writes accounts and positions as the wire has them.</summary>
public sealed class PortfolioShape(OrderShape shape)
{
    /// <summary>Quotients are cut here; sums are exact.</summary>
    public const int MaxDecimals = 9;

    public PortfolioJson Portfolio(PortfolioView view) => new(
        Money(view.Cash),
        Money(view.BuyingPower),
        Money(view.Equity),
        Money(view.Held),
        Money(view.UnrealizedProfit),
        Money(view.RealizedProfit),
        Money(view.DayProfit),
        view.Currency,
        [.. view.Positions.Where(p => p.Quantity != 0).Select(Position)],
        Optional(view.InitialMargin),
        Optional(view.MaintenanceMargin),
        view.StopCode);

    /// <summary>As <see cref="Portfolio"/>, to be written without an object between.</summary>
    public PortfolioText Text(PortfolioView view) => new(view, shape);

    /// <summary>As <see cref="Position"/>, likewise.</summary>
    public PositionText Text(PositionView view) => new(view, shape);

    public PositionJson Position(PositionView view) => new(
        view.Symbol,
        ExactDecimal.ToText(view.Quantity),
        Price(view.Symbol, view.AverageEntryPrice)!,
        Price(view.Symbol, view.CurrentPrice),
        Money(view.MarketValue),
        Money(view.UnrealizedProfit),
        Money(view.UnrealizedProfitFraction),
        Money(view.RealizedProfit));

    /// <summary>A position that is no more.</summary>
    public static PositionJson Flat(string symbol) => new(symbol, "0", "0", null, "0", "0", "0", "0");

    public AccountJson Account(PortfolioView view) =>
        new(view.Account, view.Currency, Money(view.Cash), Money(view.BuyingPower), Money(view.Equity), "active");

    public ActivityJson Activity(ActivityView view) => new(
        view.Id,
        view.Type,
        view.Time,
        view.OrderId?.ToString(),
        view.Symbol,
        view.Side is { } side ? OrderNames.Of(side) : null,
        view.Symbol is { } symbol ? Price(symbol, view.Price) : Optional(view.Price),
        Optional(view.Quantity),
        Optional(view.Fee),
        Optional(view.Amount));

    /// <summary>Equity over time; profits in percent are fractions of the equity before the first point.</summary>
    public static PortfolioHistoryJson History(IReadOnlyList<EquityPoint> points)
    {
        var start = points.Count > 0 ? points[0].Equity - points[0].ProfitLoss : 0;
        return new PortfolioHistoryJson(
            [.. points.Select(p => p.Time)],
            [.. points.Select(p => Money(p.Equity))],
            [.. points.Select(p => Money(p.ProfitLoss))],
            [.. points.Select(p => Money(start == 0 ? 0 : p.ProfitLoss / start))]);
    }

    public static string Money(decimal value) => ExactDecimal.ToText(decimal.Round(value, MaxDecimals));

    private static string? Optional(decimal? value) => value is { } given ? Money(given) : null;

    private string? Price(string symbol, decimal? price) => shape.Price(symbol, price is { } value ? decimal.Round(value, MaxDecimals) : null);
}
