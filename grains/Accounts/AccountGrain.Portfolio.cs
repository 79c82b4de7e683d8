using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Accounts;
using Bourse.Grains.Journal;

namespace Bourse.Grains.Accounts;

/// <summary>The account valued at the newest prices.</summary>
public sealed partial class AccountGrain
{
    private DateTimeOffset _day;
    private decimal? _equityBeforeDay;

    public async Task<PortfolioView> GetPortfolio()
    {
        ThrowIfFaulted();
        await CatchUp();
        var prices = new Dictionary<string, decimal?>();
        foreach (var (symbol, _, position) in _account.GetPositions())
        {
            if (position.Quantity != 0)
            {
                prices[symbol] = await quotes.GetReference(symbol);
            }
        }

        var before = await EquityBeforeToday();
        var margin = await FindMargin();
        var marks = margin is null ? null : await Marks();
        var view = Value(prices, before) with { StopCode = _account.StopCode };
        view = marks is null ? view : Backed(view, _account.Measure(marks, margin!), margin!);
        await Commit();
        return view;
    }

    // A portfolio is shown without its margin rather than not at all.
    private async Task<MarginRates?> FindMargin()
    {
        try
        {
            return (await _limits.Get()).Margin;
        }
        catch (Exception away) when (Outage.Is(away))
        {
            return null;
        }
    }

    private static PortfolioView Backed(PortfolioView view, in Exposure now, MarginRates rates)
    {
        var left = Math.Max(0, now.Equity - now.InitialMargin);
        return view with
        {
            BuyingPower = rates == MarginRates.Whole ? Math.Min(view.BuyingPower, left) : decimal.Round(left / rates.Stock.Initial, 2, MidpointRounding.ToZero),
            InitialMargin = now.InitialMargin,
            MaintenanceMargin = now.MaintenanceMargin,
        };
    }

    private PortfolioView Value(Dictionary<string, decimal?> prices, decimal? equityBeforeDay)
    {
        var positions = new List<PositionView>();
        var (equity, unrealized, realized) = (0m, 0m, 0m);
        foreach (var (symbol, currency, position) in _account.GetPositions())
        {
            if (currency != _account.Currency)
            {
                continue;
            }

            realized += position.RealizedProfit;
            if (position.Quantity == 0)
            {
                continue;
            }

            var price = prices.GetValueOrDefault(symbol);
            var value = price is { } known ? known * position.Quantity : position.Cost;
            var profit = value - position.Cost;
            equity += value;
            unrealized += profit;
            positions.Add(new PositionView(
                symbol, position.Quantity, position.AverageEntryPrice, price, value, profit,
                position.Cost == 0 ? 0 : profit / Math.Abs(position.Cost), position.RealizedProfit));
        }

        var cash = _account.FindBalance(_account.Currency);
        equity += cash?.Total ?? 0;
        var deposited = -(cash?.Outside ?? 0);
        return new PortfolioView(
            Id, _account.Currency, cash?.Total ?? 0, cash?.Held ?? 0, cash?.Free ?? 0, equity, unrealized, realized,
            equity - (equityBeforeDay ?? deposited), positions);
    }

    // Read once a day and activation. A read model that cannot answer costs the day's figure, not the portfolio.
    private async Task<decimal?> EquityBeforeToday()
    {
        var today = new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        if (_day == today)
        {
            return _equityBeforeDay;
        }

        try
        {
            var points = await history.GetPortfolioHistory(
                Id, today.AddDays(-7), today, TimeSpan.FromDays(1), CancellationToken.None);
            (_day, _equityBeforeDay) = (today, points.Count == 0 ? null : points[^1].Equity);
        }
        catch (Exception away)
        {
            AccountLog.HistoryUnavailable(log, away);
        }

        return _equityBeforeDay;
    }
}
