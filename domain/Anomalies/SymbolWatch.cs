namespace Bourse.Domain.Anomalies;

/// <summary>
/// Watches one symbol once a second: how its price moved, in basis points, and how many commands its book took, as a square root, which gives counts the same
/// spread whatever their mean. The thresholds are such that each of the recorded days has the moves that traders remember, and no others.
/// </summary>
/// <param name="minimum">With fewer seconds before there is no judgement.</param>
public sealed class SymbolWatch(int minimum = SymbolWatch.DefaultMinimum)
{
    /// <summary>Seconds that a value is judged by.</summary>
    public const int Window = 300;

    /// <summary>How many seconds of them there have to be, unless told otherwise.</summary>
    public const int DefaultMinimum = 60;

    private const double PriceThreshold = 20;
    private const double OrderThreshold = 6;
    private const double LeastMoveBp = 0.2;
    private const double LeastCount = 0.5;

    private readonly RobustAlarm _moves = new(Window, minimum, PriceThreshold, LeastMoveBp);
    private readonly RobustAlarm _orders = new(Window, minimum, OrderThreshold, LeastCount);
    private decimal? _price;

    /// <summary>Trading pauses: the move to the next price is nobody's, an auction finds it.</summary>
    public void Pause() => _price = null;

    /// <summary>Takes what a second brought.</summary>
    /// <param name="price">The newest price at its end; null when there was none: it has not moved.</param>
    /// <param name="commands">How many commands the book took in it.</param>
    /// <returns>The anomaly, the price's before the orders'; null without one. Few commands are never one.</returns>
    public Anomaly? Observe(decimal? price, long commands)
    {
        var orders = _orders.Take(Math.Sqrt(commands));
        price ??= _price;
        double? move = price is > 0 && _price is > 0 ? Math.Log((double)(price.Value / _price.Value)) * 10_000 : null;
        _price = price;
        var moved = move is { } bp ? _moves.Take(bp) : null;
        return _moves.IsAnomaly(moved) ? new Anomaly("price", move!.Value, moved!.Value)
            : orders > 0 && _orders.IsAnomaly(orders) ? new Anomaly("orders", commands, orders.Value)
            : null;
    }
}

/// <summary>Something that does not belong to what went before.</summary>
/// <param name="Series"><c>price</c> or <c>orders</c>.</param>
/// <param name="Value">The move in basis points, or the number of commands, of the second.</param>
/// <param name="Score">How many scaled median absolute deviations from the median.</param>
public readonly record struct Anomaly(string Series, double Value, double Score);
