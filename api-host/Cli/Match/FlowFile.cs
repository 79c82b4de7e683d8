using Bourse.Domain.Matching;

namespace Bourse.ApiHost.Cli.Match;

/// <summary>What a line of an order-flow file asks for.</summary>
public enum FlowOp : byte { New = 1, Cancel = 2, Replace = 3, Decrease = 4 }

/// <summary>One command of an order-flow file. Only a new order uses all of <see cref="Order"/>; in a replace 0 means "as before", in a decrease the quantity is how much.</summary>
public readonly struct FlowCommand(FlowOp op, NewOrder order)
{
    public readonly FlowOp Op = op;
    public readonly NewOrder Order = order;
}

/// <summary>The sizes that a file's decimals are whole multiples of.</summary>
/// <param name="Tick">The price of one tick, above 0.</param>
/// <param name="Lot">The quantity of one lot, above 0.</param>
public readonly record struct FlowScale(decimal Tick, decimal Lot)
{
    /// <summary>Cents and whole pieces.</summary>
    public static FlowScale Default => new(0.01m, 1m);
}

/// <summary>
/// An order-flow file in memory: its commands with numbers in place of ids and accounts, and what to call them. The format is API.md's "Order-flow files".
/// </summary>
public sealed class FlowFile
{
    /// <value>The commands in the file's order.</value>
    public required FlowCommand[] Commands { get; init; }

    /// <value>Each command's time in nanoseconds, as the file says.</value>
    public required long[] TimesNs { get; init; }

    /// <value>The file's names of the orders; the book's id is the index (0 is not used).</value>
    public required string[] OrderNames { get; init; }

    public required FlowScale Scale { get; init; }

    /// <value>How many lines carry <c>reduce_only</c>, which a book alone, not knowing positions, cannot act on.</value>
    public required int ReduceOnlyLines { get; init; }
}

/// <summary>A line that is not a command. Nothing was run.</summary>
/// <param name="line">The line's number in the file, from 1, the header included.</param>
/// <param name="why">What is wrong, for the user.</param>
public sealed class FlowFormatException(int line, string why) : Exception($"line {line}: {why}")
{
    public int Line { get; } = line;
}
