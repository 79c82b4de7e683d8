using Bourse.ApiHost.Cli.Match;
using Bourse.Domain.Matching;

namespace Bourse.Bench;

/// <summary>
/// The flow that the matching engine is judged by: 82 % price moves, 9 % new orders, 6 % cancels, 3 % immediate-or-cancel orders, about 1,000 orders
/// resting a side. Seeded; made by running a book along, so that moves and cancels name orders that stand.
/// </summary>
internal sealed class GeneratedFlow(int seed)
{
    private const int OrdersASide = 1000;
    private const double Spread = 400;

    private readonly Random _random = new(seed);
    private readonly OrderBook _book = new();
    private readonly List<long> _standing = [];
    private double _middle = 100_000;
    private long _lastId;

    /// <summary>The commands; the first 2 x 1,000 of them fill the book.</summary>
    public FlowCommand[] Make(int count)
    {
        var commands = new FlowCommand[count];
        for (var i = 0; i < count; i++) commands[i] = Apply(i < 2 * OrdersASide ? New() : Next());
        return commands;
    }

    private FlowCommand Next()
    {
        _middle += _random.NextDouble() - 0.5;
        return _random.Next(100) switch
        {
            < 82 => Move(),
            < 91 => New(),
            < 97 => new FlowCommand(FlowOp.Cancel, new NewOrder { Id = Pick(), Side = 0, Type = 0, QuantityLots = 0 }),
            _ => Ioc(),
        };
    }

    /// <summary>A new order on the thinner side, likelier near the middle.</summary>
    private FlowCommand New()
    {
        var side = _book.BidCount < _book.AskCount ? Side.Buy : Side.Sell;
        return new FlowCommand(FlowOp.New, new NewOrder
        {
            Id = ++_lastId, Side = side, Type = OrderType.Limit, Tif = TimeInForce.Gtc, PriceTicks = PriceOn(side), QuantityLots = _random.Next(1, 101),
        });
    }

    /// <summary>Moves an order some ticks from where it stands, towards where a new one would be.</summary>
    private FlowCommand Move()
    {
        var id = Pick();
        _book.TryGet(id, out var order);
        var step = PriceOn(order.Side) > order.PriceTicks ? _random.Next(1, 9) : -_random.Next(1, 9);
        return new FlowCommand(FlowOp.Replace, new NewOrder { Id = id, Side = order.Side, Type = 0, PriceTicks = order.PriceTicks + step, QuantityLots = 0 });
    }

    /// <summary>Takes from the fuller side about what keeps both at their size.</summary>
    private FlowCommand Ioc()
    {
        var side = _book.BidCount < _book.AskCount ? Side.Buy : Side.Sell;
        var tooMany = _book.BidCount + _book.AskCount > 2 * OrdersASide;
        var best = side == Side.Buy ? _book.BestAsk : _book.BestBid;
        return new FlowCommand(FlowOp.New, new NewOrder
        {
            Id = ++_lastId, Side = side, Type = OrderType.Limit, Tif = TimeInForce.Ioc, PriceTicks = Math.Max(1, best.PriceTicks + (side == Side.Buy ? 5 : -5)),
            QuantityLots = _random.Next(1, tooMany ? 200 : 40),
        });
    }

    private long PriceOn(Side side)
    {
        var away = 1 + (_random.NextDouble() * _random.NextDouble() * Spread);
        return (long)(side == Side.Buy ? _middle - away : _middle + away);
    }

    /// <summary>An order that stands, each as likely as any other.</summary>
    private long Pick()
    {
        while (true)
        {
            var at = _random.Next(_standing.Count);
            var id = _standing[at];
            if (_book.TryGet(id, out _)) return id;
            _standing[at] = _standing[^1];
            _standing.RemoveAt(_standing.Count - 1);
        }
    }

    private FlowCommand Apply(FlowCommand command)
    {
        var order = command.Order;
        if (command.Op == FlowOp.New) _book.Submit(order);
        else if (command.Op == FlowOp.Replace) _book.Replace(order.Id, order.PriceTicks, order.QuantityLots);
        else _book.Cancel(order.Id);
        if (command.Op == FlowOp.New && _book.TryGet(order.Id, out _)) _standing.Add(order.Id);
        return command;
    }
}
