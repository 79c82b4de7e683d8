using Bourse.ApiHost.Cli.Match;
using Bourse.Domain.Matching;

namespace Bourse.Bench;

/// <summary>A recorded flow again and again on one book: each copy under its own order ids, and after each the cancels of what it left standing.</summary>
internal static class RepeatedFlow
{
    public static FlowCommand[] Make(FlowCommand[] flow, int copies)
    {
        var book = new OrderBook();
        new FlowRun(flow).Run(book);
        FlowCommand[] once =
        [
            .. flow,
            .. book.RestingOrders(Side.Buy).Concat(book.RestingOrders(Side.Sell))
                .Select(order => new FlowCommand(FlowOp.Cancel, new NewOrder { Id = order.Id, Side = 0, Type = 0, QuantityLots = 0 })),
        ];
        var ids = once.Max(command => command.Order.Id);
        var commands = new FlowCommand[once.Length * copies];
        for (var i = 0; i < commands.Length; i++)
        {
            var command = once[i % once.Length];
            commands[i] = new FlowCommand(command.Op, command.Order with { Id = command.Order.Id + (i / once.Length * ids) });
        }

        return commands;
    }
}
