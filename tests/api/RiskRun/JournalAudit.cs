using System.Globalization;
using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;

namespace Bourse.Tests.Api.RiskRun;

/// <summary>
/// Holds every order that an account's journal took against the limits, switches and lists that could be in force at that moment. Prices are the trades of the
/// run's accounts; what is valued by them is given a few percent.
/// </summary>
internal sealed class JournalAudit(string account, RunDesk desk, IReadOnlyDictionary<string, List<(long TimeMs, decimal Price)>> trades)
{
    private const decimal Tolerance = 0.03m;
    private const long LookBackMs = 15_000;
    private readonly FoldedAccount _fold = new();

    public List<string> Violations { get; } = [];

    public int Orders { get; private set; }

    public void Take(AccountEvent e)
    {
        switch (e)
        {
            case OrderPlaced placed:
                Orders++;
                CheckPlaced(placed);
                break;
            case ReplaceRequested replace:
                CheckReplaced(replace);
                break;
        }

        _fold.Apply(e);
        if (e is OrderPlaced or OrderFilled)
        {
            CheckAfter(e);
        }
    }

    private void CheckPlaced(OrderPlaced e)
    {
        var (request, now) = (e.Request, e.TimeMs);
        var (symbol, side, quantity) = (e.Symbol, request.Side, request.Quantity);
        var price = request.LimitPrice ?? e.ProtectionPrice ?? 0;
        Possible(e, "a limit", limits => FaultOf(limits, e, price));
        // Legs come and go with their entry, which may close a position, but they would open it again.
        var group = request.Advanced?.Group;
        var (isLeg, isEntry) = (request.Advanced?.Leg is not null, group is { Class: not OrderClass.Oco });
        var reduces = isLeg
            || (!isEntry && quantity + _fold.OpenQuantity(symbol, side) <= (side == Side.Buy ? -_fold.Held(symbol) : _fold.Held(symbol)));
        foreach (var key in new[] { "global", account, symbol })
        {
            if (desk.Switches.TryGetValue(key, out var timeline) && timeline.PossibleAt(now).ToArray() is var states)
            {
                Check(states.Any(s => s != "halted"), e, $"{key} was halted");
                Check(reduces || states.Contains("active"), e, $"{key} was {states[0]}");
            }
        }

        var mayBeLifted = desk.Limits[account].PossibleAt(now).ToArray() is not [{ Loss: not null }];
        Check(reduces || !_fold.IsStopped || mayBeLifted, e, "the day had lost too much");
        if (!reduces)
        {
            var mayBeFree = desk.Limits[account].PossibleAt(now).Any(l => l.UserClass is null) || desk.Restricted.PossibleAt(now).Any(list => !list.Contains(symbol));
            Check(mayBeFree, e, "the symbol was restricted");
        }
    }

    private string? FaultOf(RunLimits limits, OrderPlaced e, decimal price)
    {
        var (symbol, side, quantity) = (e.Symbol, e.Request.Side, e.Request.Quantity);
        var (buy, isLeg) = (side == Side.Buy, e.Request.Advanced?.Leg is not null);
        var after = (buy ? _fold.Held(symbol) : -_fold.Held(symbol)) + _fold.OpenQuantity(symbol, side) + (isLeg ? 0 : quantity);
        var worst = e.Request.LimitPrice is { } limit ? limit * quantity : 0;
        if (quantity > limits.MaxOrderQty || worst > limits.MaxNotional || after > limits.MaxPosition)
        {
            return "quantity, notional or position";
        }

        if (_fold.Orders.Count >= limits.MaxOpenOrders)
        {
            return "open orders";
        }

        if (_fold.PlacedLately(e.TimeMs) >= limits.Rate)
        {
            return "rate";
        }

        if (!isLeg && !buy && after > 0 && (!limits.AllowShort || after > limits.Located))
        {
            return "short";
        }

        if (limits.NoWash && e.StopPrice is null
            && _fold.Open(symbol, buy ? Side.Sell : Side.Buy).Any(o => o.IsLive && (buy ? o.Price <= price : o.Price >= price) && !IsEntryOf(o, e)))
        {
            return "wash";
        }

        return isLeg ? null : FaultOfValue(limits, symbol, side, quantity, price, e.TimeMs);
    }

    // A market order that begins a group leaves nothing for its legs to meet.
    private static bool IsEntryOf(FoldedAccount.OpenOrder order, OrderPlaced e) =>
        e.Request.Advanced?.Leg is { } leg && order.Root == OrderGroupTerms.LegId(e.OrderId, leg);

    // What the order could make of the account, at the lowest prices of the last seconds; what it makes no worse may pass.
    private string? FaultOfValue(RunLimits limits, string symbol, Side side, decimal quantity, decimal price, long nowMs)
    {
        if (limits.MaxGross is null && limits.StockInitial is null && !limits.AllowShort)
        {
            return null;
        }

        var (gross, equity) = (0m, _fold.Cash);
        foreach (var one in RunTrader.Symbols)
        {
            var (low, high) = Prices(one, nowMs);
            if (one == symbol && low == 0)
            {
                return null; // it never traded: nothing to value it by
            }

            var held = _fold.Held(one);
            equity += held * (held > 0 ? high : low);
            var before = Worst(one, held, low, null, 0, 0);
            var after = Worst(one, held, low, one == symbol ? side : null, quantity, price);
            if (one == symbol && after <= before * (1 + Tolerance))
            {
                return null;
            }

            gross += after;
        }

        if (gross * (1 - Tolerance) > limits.MaxGross)
        {
            return "gross exposure";
        }

        var rate = limits.StockInitial ?? 1;
        return (limits.StockInitial is not null || limits.AllowShort) && gross * rate * (1 - Tolerance) > equity * (1 + Tolerance) ? "margin" : null;
    }

    private decimal Worst(string symbol, decimal held, decimal mark, Side? side, decimal quantity, decimal price)
    {
        var buys = _fold.OpenQuantity(symbol, Side.Buy) + (side == Side.Buy ? quantity : 0);
        var sells = _fold.OpenQuantity(symbol, Side.Sell) + (side == Side.Sell ? quantity : 0);
        var low = _fold.Orders.Values.Where(o => o.Symbol == symbol && o.Side == Side.Buy).Select(o => o.WorstPrice).DefaultIfEmpty(mark).Min();
        var buyPrice = Math.Min(mark, Math.Min(low, side == Side.Buy ? price : decimal.MaxValue));
        return Math.Max(Math.Abs(held) * mark, Math.Max(Math.Max(0, held + buys) * buyPrice, Math.Max(0, sells - held) * mark));
    }

    private (decimal Low, decimal High) Prices(string symbol, long nowMs)
    {
        var all = trades.GetValueOrDefault(symbol) ?? [];
        var upTo = all.BinarySearch((nowMs, decimal.MaxValue));
        var last = (upTo < 0 ? ~upTo : upTo) - 1;
        if (last < 0)
        {
            return (0, 0);
        }

        var (low, high) = (all[last].Price, all[last].Price);
        for (var i = last; i >= 0 && all[i].TimeMs >= nowMs - LookBackMs; i--)
        {
            (low, high) = (Math.Min(low, all[i].Price), Math.Max(high, all[i].Price));
        }

        return (low, high);
    }

    private void CheckReplaced(ReplaceRequested e)
    {
        var order = _fold.Orders[e.OrderId];
        var added = e.Quantity - order.Quantity;
        var after = (order.Side == Side.Buy ? _fold.Held(e.Symbol) : -_fold.Held(e.Symbol)) + _fold.OpenQuantity(e.Symbol, order.Side) + added;
        Possible(e, "a limit", limits => e.Quantity > limits.MaxOrderQty || (added > 0 && after > limits.MaxPosition)
            || (added > 0 && order.Side == Side.Sell && after > 0 && (!limits.AllowShort || after > limits.Located)) ? "a replaced quantity" : null);
        foreach (var key in new[] { "global", account, e.Symbol })
        {
            Check(!desk.Switches.TryGetValue(key, out var timeline) || timeline.PossibleAt(e.TimeMs).Any(s => s != "halted"), e, $"{key} was halted");
        }
    }

    // A cash account never owes anything, and has what it sells.
    private void CheckAfter(AccountEvent e)
    {
        if (!desk.Limits[account].EverWas(limits => !limits.IsCash, e.TimeMs))
        {
            Check(_fold.Cash - _fold.Promised >= -0.01m, e, string.Create(CultureInfo.InvariantCulture, $"{_fold.Cash} of cash, {_fold.Promised} promised"));
        }
    }

    private void Possible(OrderEvent e, string what, Func<RunLimits, string?> fault)
    {
        var faults = desk.Limits[account].PossibleAt(e.TimeMs).Select(fault).ToArray();
        Check(faults.Contains(null), e, $"{what} was passed: {faults.FirstOrDefault()}");
    }

    private void Check(bool holds, AccountEvent e, string what)
    {
        if (!holds)
        {
            Violations.Add($"{account}: {what}, by {e}");
        }
    }
}
