using Bourse.Domain.Matching;

namespace Bourse.Tests.Unit.Matching;

/// <summary>What a generated command does.</summary>
public enum BookOp { Submit, Cancel, Decrease, Replace, ExpireDay }

/// <summary>A command that means something in any book, so that a failing list of them can be cut: ids come from a small range and may be unknown or taken.</summary>
public readonly record struct BookCommand(BookOp Op, NewOrder Order, SpecialTerms Terms = default)
{
    /// <summary>Runs it on the engine.</summary>
    public ReadOnlySpan<BookEvent> Run(OrderBook book) => Op switch
    {
        BookOp.Submit => book.Submit(Order, Terms),
        BookOp.Cancel => book.Cancel(Order.Id),
        BookOp.Decrease => book.Decrease(Order.Id, Order.QuantityLots),
        BookOp.Replace => book.Replace(Order.Id, Order.PriceTicks, Order.QuantityLots, Order.StopPriceTicks),
        _ => book.ExpireDay(),
    };

    /// <summary>Runs it on the reference.</summary>
    public IReadOnlyList<SeenEvent> Run(ReferenceBook book) => Op switch
    {
        BookOp.Submit => book.Submit(Order, Terms),
        BookOp.Cancel => book.Cancel(Order.Id),
        BookOp.Decrease => book.Decrease(Order.Id, Order.QuantityLots),
        BookOp.Replace => book.Replace(Order.Id, Order.PriceTicks, Order.QuantityLots, Order.StopPriceTicks),
        _ => book.ExpireDay(),
    };

    /// <summary>A stream of every kind of command, the same for the same seed.</summary>
    /// <param name="seed">What makes it.</param>
    /// <param name="count">How many.</param>
    /// <param name="priceStep">Prices are multiples of it: 1 packs the levels together, a large one spreads them.</param>
    public static List<BookCommand> Stream(int seed, int count, long priceStep)
    {
        var random = new Random(seed);
        var ids = 20 + random.Next(60);
        var commands = new List<BookCommand>(count);
        while (commands.Count < count) commands.Add(Next(random, ids, priceStep));
        return commands;
    }

    private static BookCommand Next(Random random, int ids, long priceStep)
    {
        var op = random.Next(100) switch { < 55 => BookOp.Submit, < 65 => BookOp.Cancel, < 73 => BookOp.Decrease, < 99 => BookOp.Replace, _ => BookOp.ExpireDay };
        var type = (OrderType)(random.Next(10) switch { < 6 => 2, < 7 => 1, < 8 => 3, _ => 4 });
        var side = (Side)random.Next(1, 3);
        var hasStop = op == BookOp.Submit ? type >= OrderType.Stop : random.Next(4) == 0;
        var price = type is OrderType.Market or OrderType.Stop && random.Next(2) == 0 ? 0 : Price(random, side, priceStep);
        var order = new NewOrder
        {
            Id = random.Next(1, ids + 1),
            Account = random.Next(4),
            Side = side,
            Type = type,
            Tif = (TimeInForce)(random.Next(10) switch { < 5 => 2, < 7 => 1, < 9 => 3, _ => 4 }),
            PriceTicks = op == BookOp.Replace && random.Next(3) == 0 ? 0 : price,
            QuantityLots = op == BookOp.Replace && random.Next(3) == 0 ? 0 : random.Next(1, 30),
            StopPriceTicks = hasStop ? Price(random, side, priceStep) : 0,
            PostOnly = random.Next(12) == 0,
            Stp = (SelfTradePrevention)random.Next(3),
        };
        return Special(new BookCommand(op, random.Next(50) == 0 ? Spoil(order, random) : order), random, priceStep);
    }

    /// <summary>Makes some limits icebergs and some stops trailing ones; a few of them wrongly.</summary>
    private static BookCommand Special(BookCommand command, Random random, long step)
    {
        var order = command.Order;
        if (command.Op != BookOp.Submit || random.Next(3) != 0)
        {
            return command;
        }

        return order.Type switch
        {
            OrderType.Limit or OrderType.StopLimit => command with { Terms = new SpecialTerms(DisplayLots: random.Next(1, 12)) },
            OrderType.Stop => command with
            {
                Order = order with { Type = OrderType.TrailingStop },
                Terms = random.Next(12) == 0 ? default : random.Next(2) == 0 ? new SpecialTerms(TrailTicks: random.Next(1, 6) * step) : new SpecialTerms(TrailPpm: random.Next(1, 60_000)),
            },
            _ => command,
        };
    }

    private static long Price(Random random, Side side, long step) => (100 + random.Next(-12, 13) + (side == Side.Buy ? -3 : 3)) * step;

    private static NewOrder Spoil(NewOrder order, Random random) => random.Next(8) switch
    {
        0 => order with { Id = 0 },
        1 => order with { Side = 0 },
        2 => order with { PriceTicks = -1 },
        3 => order with { QuantityLots = -1 },
        4 => order with { StopPriceTicks = -1 },
        5 => order with { Tif = 0 },
        6 => order with { Stp = (SelfTradePrevention)9 },
        _ => order with { Type = (OrderType)9 },
    };
}
