using Bourse.Domain.Matching;

namespace Bourse.ApiHost.Cli.Match;

/// <summary>A trade of a run, in ticks and lots, and the index of the command that made it.</summary>
public readonly record struct FlowTrade(int Command, long TakerId, long MakerId, long PriceTicks, long QuantityLots);

/// <summary>Runs a file's commands through a book and keeps what came of them. Made to be run again and again without allocating.</summary>
public sealed class FlowRun(FlowCommand[] commands, int expectedTrades = 1024)
{
    private FlowTrade[] _trades = new FlowTrade[Math.Max(1, expectedTrades)];
    private int _tradeCount;

    public ReadOnlySpan<FlowTrade> Trades => _trades.AsSpan(0, _tradeCount);

    /// <value>Commands that the book refused.</value>
    public int Rejected { get; private set; }

    /// <summary>Runs all commands, or the first so many, on a book; the results of the run before are forgotten.</summary>
    public void Run(OrderBook book, int atMost = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(book);
        _tradeCount = 0;
        Rejected = 0;
        var count = Math.Min(commands.Length, atMost);
        for (var i = 0; i < count; i++)
        {
            ref readonly var command = ref commands[i];
            ref readonly var order = ref command.Order;
            var events = command.Op switch
            {
                FlowOp.Replace => book.Replace(order.Id, order.PriceTicks, order.QuantityLots, order.StopPriceTicks),
                FlowOp.New => book.Submit(order),
                FlowOp.Cancel => book.Cancel(order.Id),
                _ => book.Decrease(order.Id, order.QuantityLots),
            };
            foreach (ref readonly var e in events)
            {
                if (e.Kind == BookEventKind.Trade) Keep(i, e);
                else if (e.Kind == BookEventKind.Rejected) Rejected++;
            }
        }
    }

    private void Keep(int command, in BookEvent trade)
    {
        if (_tradeCount == _trades.Length) Array.Resize(ref _trades, _tradeCount * 2);
        _trades[_tradeCount++] = new FlowTrade(command, trade.OrderId, trade.MakerId, trade.PriceTicks, trade.QuantityLots);
    }
}
