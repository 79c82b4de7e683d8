using System.Collections.ObjectModel;
using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;

namespace Bourse.Domain.Accounts;

public sealed partial class Account
{
    private RiskDay? _day;
    private PlacedTimes? _placed;

    /// <summary>The account's days are journaled: its rules ask for it, or did.</summary>
    public bool HasRiskDay => _day is not null;

    /// <summary>Why only what reduces positions is let through today, or null.</summary>
    public string? StopCode => _day?.StopCode;

    /// <summary>The account's version after the event that stopped it; 0 while it is not.</summary>
    public long StoppedAtVersion => StopCode is null ? 0 : _day!.StopVersion + 1;

    /// <summary>The beginning of a day that the account's rules ask for and that has not begun yet, else null.</summary>
    public RiskDayBegan? DecideDay(RiskLimits limits, IReadOnlyDictionary<string, Mark> marks, long nowMs)
    {
        var start = RiskDay.StartOf(nowMs);
        return IsOpen && limits.Rules is { IsWatched: true } && !(_day?.StartMs >= start)
            ? new RiskDayBegan(start, Measure(marks, MarginRates.Whole).Equity, nowMs)
            : null;
    }

    /// <summary>The symbols among the marks whose calendar the account's day trades are not counted by yet. Where no day is counted there are none.</summary>
    public List<SymbolCalendarNoted> DecideCalendars(RiskLimits limits, IReadOnlyDictionary<string, Mark> marks, long nowMs)
    {
        var noted = new List<SymbolCalendarNoted>();
        if (limits.Rules?.MaxDayTrades is not null && _day is not null)
        {
            foreach (var (symbol, mark) in marks)
            {
                if (_day.CalendarOf(symbol) != mark.Calendar)
                {
                    noted.Add(new SymbolCalendarNoted(symbol, mark.Calendar, nowMs));
                }
            }
        }

        return noted;
    }

    /// <summary>
    /// Whether the day's loss now stops the account, or no longer does because the limits are new; null when nothing changes. A stop holds to the
    /// day's end, however prices move.
    /// </summary>
    public RiskStopChanged? DecideStop(RiskLimits limits, IReadOnlyDictionary<string, Mark> marks, long nowMs)
    {
        if (_day is not { } day || (day.StopCode is not null && day.StopLimits == limits.Version))
        {
            return null;
        }

        var loss = day.BaseEquity - Measure(marks, MarginRates.Whole).Equity;
        var code = limits.Rules?.DailyLossLimit is { } most && loss >= most && loss > 0 ? RefusalCode.DailyLossLimit : null;
        return code is null && day.StopCode is null ? null : new RiskStopChanged(code, loss, limits.Version, nowMs);
    }

    /// <summary>
    /// The open orders that are to be cancelled: those from before the day's loss stopped the account, and, while the equity no longer backs the
    /// positions, those that could make one larger.
    /// </summary>
    public List<Guid> DecideCancels(RiskLimits limits, IReadOnlyDictionary<string, Mark> marks)
    {
        var stoppedAt = StopCode is null ? 0 : _day!.StopVersion;
        var isCalled = limits.Rules?.Margin is { } rates && Measure(marks, rates) is var now && now.Equity < now.MaintenanceMargin;
        var orders = new List<Guid>();
        foreach (var order in _orders.Values)
        {
            if (order.PlacedVersion <= stoppedAt || (isCalled && MayGrow(order)))
            {
                orders.Add(order.Id);
            }
        }

        return orders;
    }

    private bool MayGrow(Order order)
    {
        var link = _links[order.Symbol];
        return order.Side == Side.Buy ? link.OpenBuy > -link.Position.Quantity : link.OpenSell > link.Position.Quantity;
    }

    /// <summary>Why only what reduces the position is let through, as the code of the refusal; null when anything is.</summary>
    private string? MustReduce(RiskLimits limits, TradingState state, bool isRestricted, long nowMs) =>
        state == TradingState.Reducing ? RefusalCode.ReduceOnly
        : isRestricted ? RefusalCode.RestrictedSymbol
        : limits.Rules is not { } rules || _day is not { } day ? null
        : day.StopCode is { } stop && rules.DailyLossLimit is not null ? stop
        : day.CountDayTrades(nowMs) >= rules.MaxDayTrades ? RefusalCode.DayTrades
        : null;

    /// <summary>The checks that only accounts with rules, or that may sell short, pay for.</summary>
    /// <param name="livePrice">Null for a stop, which trades with nothing before it is live.</param>
    private Refusal? CheckRules(
        in Candidate candidate, decimal? livePrice, Instrument instrument, decimal? referencePrice, RiskLimits limits, IReadOnlyDictionary<string, Mark>? marks)
    {
        if (livePrice is { } price && CheckWash(limits, candidate.Symbol, candidate.Side, price, candidate.Replaces) is { } wash)
        {
            return wash;
        }

        if (!limits.NeedsMarks)
        {
            return null;
        }

        var known = new Dictionary<string, Mark>(marks ?? ReadOnlyDictionary<string, Mark>.Empty, StringComparer.Ordinal)
        {
            [candidate.Symbol] = new Mark(referencePrice, instrument.AssetClass),
        };
        return CheckBacking(candidate, instrument.Currency, known, limits);
    }

    /// <param name="added">An order that begins a group counts with its legs.</param>
    private Refusal? CheckRate(AccountRules rules, int added, long nowMs)
    {
        if (rules.MaxOrdersPerSecond is not { } most)
        {
            return null;
        }

        var placed = (_placed ??= PlacedLately()).CountAt(nowMs);
        return placed + added > most ? new Refusal(RefusalCode.OrderRate, $"{placed} orders were placed within a second; {most} are allowed.") : null;
    }

    /// <summary>
    /// Could trade with an open order of the same account, were that met. Stops count once they are live; a take-profit counts while it waits for its entry too,
    /// because nothing is checked any more when that trades.
    /// </summary>
    private Refusal? CheckWash(RiskLimits limits, string symbol, Side side, decimal price, Guid? except)
    {
        if (limits.Rules is not { PreventWashTrades: true })
        {
            return null;
        }

        foreach (var order in _orders.Values)
        {
            if (order.Symbol == symbol && order.Side != side && (order.Status != OrderStatus.Held || order.Leg == LegKind.TakeProfit) && order.Id != except
                && (side == Side.Buy ? order.BookPrice <= price : order.BookPrice >= price))
            {
                return new Refusal(RefusalCode.WashTrade, $"It could trade with the account's own order {order.Id}.");
            }
        }

        return null;
    }

    // Those that memory still has, which is every one of the last seconds.
    private PlacedTimes PlacedLately()
    {
        var times = new List<long>();
        foreach (var order in _orders.Values)
        {
            times.Add(order.CreatedAtMs);
        }

        foreach (var order in _closed.All())
        {
            times.Add(order.CreatedAtMs);
        }

        times.Sort();
        var placed = new PlacedTimes();
        foreach (var time in times)
        {
            placed.Add(time);
        }

        return placed;
    }

    private void ApplyDayBegan(RiskDayBegan e)
    {
        Require(IsOpen && e.DayMs == RiskDay.StartOf(e.DayMs) && !(_day?.StartMs >= e.DayMs), e);
        _day ??= new RiskDay();
        _day.Begin(e.DayMs, e.Equity);
    }

    private void ApplyStopChanged(RiskStopChanged e)
    {
        Require(_day is not null, e);
        _day!.Stop(e.Code, e.LimitsVersion, Version);
    }
}
