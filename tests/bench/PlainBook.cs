using Bourse.ApiHost.Cli.Match;
using Bourse.Domain.Matching;

namespace Bourse.Bench;

/// <summary>The yardstick: the order book one writes first. Sorted dictionaries of linked lists, limit orders only, no events, no self-trade check.</summary>
internal sealed class PlainBook
{
    private readonly SortedDictionary<long, LinkedList<Order>> _bids = new(Comparer<long>.Create((a, b) => b.CompareTo(a)));
    private readonly SortedDictionary<long, LinkedList<Order>> _asks = [];
    private readonly Dictionary<long, LinkedListNode<Order>> _byId = [];

    public long Trades { get; private set; }

    public long Lots { get; private set; }

    public void Run(FlowCommand[] commands)
    {
        foreach (ref readonly var command in commands.AsSpan())
        {
            var order = command.Order;
            if (command.Op == FlowOp.New)
            {
                Enter(new Order { Id = order.Id, Side = order.Side, Price = order.PriceTicks, Leaves = order.QuantityLots }, order.Tif == TimeInForce.Gtc);
            }
            else if (_byId.TryGetValue(order.Id, out var node))
            {
                var standing = node.Value;
                if (command.Op == FlowOp.Decrease && standing.Leaves > order.QuantityLots)
                {
                    standing.Leaves -= order.QuantityLots;
                    continue;
                }

                Remove(node);
                if (command.Op != FlowOp.Replace) continue;
                if (order.PriceTicks != 0) standing.Price = order.PriceTicks;
                Enter(standing, mayRest: true);
            }
        }
    }

    private void Enter(Order order, bool mayRest)
    {
        var isBuy = order.Side == Side.Buy;
        var opposite = isBuy ? _asks : _bids;
        while (order.Leaves > 0 && opposite.Count > 0)
        {
            var (price, level) = opposite.First();
            if (isBuy ? price > order.Price : price < order.Price) break;
            var maker = level.First!.Value;
            var lots = Math.Min(order.Leaves, maker.Leaves);
            order.Leaves -= lots;
            maker.Leaves -= lots;
            Trades++;
            Lots += lots;
            if (maker.Leaves == 0) Remove(level.First);
        }

        if (order.Leaves == 0 || !mayRest) return;
        var own = isBuy ? _bids : _asks;
        if (!own.TryGetValue(order.Price, out var orders)) own[order.Price] = orders = new LinkedList<Order>();
        _byId[order.Id] = orders.AddLast(order);
    }

    private void Remove(LinkedListNode<Order> node)
    {
        var level = node.List!;
        level.Remove(node);
        _byId.Remove(node.Value.Id);
        if (level.Count == 0) (node.Value.Side == Side.Buy ? _bids : _asks).Remove(node.Value.Price);
    }

    private sealed class Order
    {
        public long Id;
        public Side Side;
        public long Price;
        public long Leaves;
    }
}
