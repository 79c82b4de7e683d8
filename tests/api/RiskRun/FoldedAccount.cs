using Bourse.Domain.Accounts;
using Bourse.Domain.Matching;

namespace Bourse.Tests.Api.RiskRun;

/// <summary>An account as its journal tells it, counted by code of the tests: nothing of the product's own rules is asked.</summary>
internal sealed class FoldedAccount
{
    private readonly Queue<long> _placed = new();

    public decimal Cash { get; private set; }

    public Dictionary<string, decimal> Positions { get; } = [];

    public Dictionary<Guid, OpenOrder> Orders { get; } = [];

    /// <summary>Only what reduces is let through.</summary>
    public bool IsStopped { get; private set; }

    public decimal Held(string symbol) => Positions.GetValueOrDefault(symbol);

    public IEnumerable<OpenOrder> Open(string symbol, Side side) => Orders.Values.Where(o => o.Symbol == symbol && o.Side == side);

    public decimal OpenQuantity(string symbol, Side side) => Open(symbol, side).Sum(o => o.Exposed);

    /// <summary>How many were placed in the second that ends with the newest.</summary>
    public int PlacedLately(long nowMs) => _placed.Count(t => t > nowMs - 1_000);

    /// <summary>What the open buys can still cost.</summary>
    public decimal Promised => Orders.Values.Where(o => o.Side == Side.Buy).Sum(o => o.Exposed * o.WorstPrice * (1 + o.FeeRate));

    public void Apply(AccountEvent e)
    {
        switch (e)
        {
            case Deposited d: Cash += d.Amount; break;
            case Withdrawn w: Cash -= w.Amount; break;
            case RiskDayBegan: IsStopped = false; break;
            case RiskStopChanged stop: IsStopped = stop.Code is not null; break;
            case OrderPlaced p:
                Orders.Add(p.OrderId, new OpenOrder(p, EntryOf(p)));
                _placed.Enqueue(p.TimeMs);
                while (_placed.Peek() < p.TimeMs - 10_000)
                {
                    _placed.Dequeue();
                }

                break;
            case ReplaceRequested r: Orders[r.OrderId].Ask(r); break;
            case OrderReplaced r: Orders[r.OrderId].Take(r); break;
            case ReplaceRejected r when Orders.TryGetValue(r.OrderId, out var order): order.Drop(); break;
            case OrderAccepted a: Orders[a.OrderId].IsLive = true; break;
            case OrderHeld h: Orders[h.OrderId].IsLive = false; break;
            case OrderTriggered t: Orders[t.OrderId].IsLive = true; break;
            case OrderFilled f: Fill(f); break;
            case OrderCanceled or OrderExpired or OrderRejected: Orders.Remove(((OrderEvent)e).OrderId); break;
        }
    }

    private void Fill(OrderFilled f)
    {
        var signed = f.Side == Side.Buy ? f.Quantity : -f.Quantity;
        Positions[f.Symbol] = Held(f.Symbol) + signed;
        Cash -= (signed * f.Price) + f.Fee;
        var order = Orders[f.OrderId];
        order.Filled += f.Quantity;
        foreach (var other in Orders.Values.Where(o => o.Root == order.Root && o != order))
        {
            other.Follow(order, f.Quantity);
        }

        if (order.Filled == order.Quantity)
        {
            Orders.Remove(f.OrderId);
        }
    }

    private OpenOrder? EntryOf(OrderPlaced p) =>
        p.Request.Advanced?.Leg is { } leg ? Orders.GetValueOrDefault(OrderGroupTerms.LegId(p.OrderId, leg)) : null;

    /// <param name="entry">Of a leg: the order that began its group.</param>
    internal sealed class OpenOrder(OrderPlaced placed, OpenOrder? entry)
    {
        private readonly OrderGroupTerms? _group = placed.Request.Advanced?.Group;
        private ReplaceRequested? _asked;

        /// <summary>The same for all orders of a group.</summary>
        public Guid Root => entry?.Root ?? placed.OrderId;

        private LegKind? Leg => placed.Request.Advanced?.Leg;

        private bool IsPair => _group?.Class == OrderClass.Oco;

        // Of two that trade in each other's place the stop-loss counts.
        private bool IsCarried => _group?.StopPrice is not null && (Leg == LegKind.TakeProfit || (IsPair && Leg is null));

        public string Symbol => placed.Symbol;

        public Side Side => placed.Request.Side;

        public decimal FeeRate => placed.FeeRate;

        /// <summary>A leg grows with what its entry trades.</summary>
        public decimal Quantity { get; private set; } =
            placed.Request.Advanced is { Leg: not null, Group.Class: not OrderClass.Oco } ? 0 : placed.Request.Quantity;

        public decimal Price { get; private set; } = placed.Request.LimitPrice ?? placed.ProtectionPrice ?? 0;

        public decimal Filled { get; set; }

        /// <summary>Not a stop that waits; a take-profit that waits for its entry could meet an order too.</summary>
        public bool IsLive { get; set; } = placed.StopPrice is null;

        /// <summary>Another order of its group has traded.</summary>
        public void Follow(OpenOrder other, decimal quantity)
        {
            if (Leg is not null && other.Leg is null && !IsPair)
            {
                Quantity += quantity;
            }
            else if (Leg == LegKind.StopLoss && (other.Leg == LegKind.TakeProfit || IsPair))
            {
                Quantity -= quantity;
            }
        }

        /// <summary>Of the old and the new terms the larger.</summary>
        public decimal Exposed => IsCarried ? 0 : Leg is not null ? Quantity - Filled : Math.Max(Quantity, _asked?.Quantity ?? 0) - Filled;

        public decimal WorstPrice => Math.Max(Price, _asked is { } asked ? asked.LimitPrice ?? asked.ProtectionPrice ?? 0 : 0);

        public void Ask(ReplaceRequested asked) => _asked = asked;

        public void Drop() => _asked = null;

        public void Take(OrderReplaced taken)
        {
            Quantity = Leg is null ? taken.Quantity : Quantity;
            Price = _asked!.LimitPrice ?? _asked.ProtectionPrice ?? 0;
            _asked = null;
        }
    }
}
