namespace Bourse.Domain.Candles;

/// <summary>A bar that is complete.</summary>
public readonly record struct CompletedCandle(CandleLength Length, CandlePrice Price, Candle Bar);

/// <summary>All bars of one symbol: every length of trade, bid, ask and middle prices, from ticks. Not thread-safe.</summary>
public sealed class CandleSet
{
    private const int Lengths = 5;
    private const int Prices = 4;

    private readonly CandleBuilder[] _builders = new CandleBuilder[Lengths * Prices];
    private decimal? _bid;
    private decimal? _ask;

    public CandleSet()
    {
        for (var i = 0; i < _builders.Length; i++)
        {
            _builders[i] = new CandleBuilder(((CandleLength)((i % Lengths) + 1)).Milliseconds());
        }
    }

    /// <summary>The bar that is open, or null.</summary>
    public Candle? OpenBar(CandleLength length, CandlePrice price)
    {
        var builder = BuilderOf(length, price);
        return builder.HasBar ? builder.Bar : null;
    }

    /// <summary>Takes a tick; null where it does not say. The middle is of the newest bid and ask, whenever one of them is told.</summary>
    /// <param name="size">Traded quantity, counted as volume with <paramref name="price"/>.</param>
    /// <param name="completed">Gets the bars that this tick completes.</param>
    /// <returns>False when it was older than an open bar, which then goes without it; longer bars may still have it.</returns>
    public bool Add(long timeMs, decimal? price, decimal? size, decimal? bid, decimal? ask, List<CompletedCandle> completed)
    {
        var inTime = true;
        if (price is { } trade)
        {
            inTime &= Add(CandlePrice.Trade, timeMs, trade, size ?? 0, completed);
        }

        if (bid is { } b)
        {
            _bid = bid;
            inTime &= Add(CandlePrice.Bid, timeMs, b, 0, completed);
        }

        if (ask is { } a)
        {
            _ask = ask;
            inTime &= Add(CandlePrice.Ask, timeMs, a, 0, completed);
        }

        if ((bid is not null || ask is not null) && _bid is { } newestBid && _ask is { } newestAsk)
        {
            inTime &= Add(CandlePrice.Mid, timeMs, (newestBid + newestAsk) / 2, 0, completed);
        }

        return inTime;
    }

    /// <summary>Goes on with a bar that was open.</summary>
    public void Restore(CandleLength length, CandlePrice price, in Candle bar) => BuilderOf(length, price).Restore(bar);

    /// <summary>Goes on with the newest bid and ask, of which the middle is made.</summary>
    public void RestoreQuote(decimal? bid, decimal? ask) => (_bid, _ask) = (bid, ask);

    /// <summary>Completes the bars whose time is over, without a tick.</summary>
    public void Complete(long nowMs, List<CompletedCandle> completed)
    {
        for (var i = 0; i < _builders.Length; i++)
        {
            if (_builders[i].TryComplete(nowMs, out var bar))
            {
                completed.Add(new CompletedCandle((CandleLength)((i % Lengths) + 1), (CandlePrice)((i / Lengths) + 1), bar));
            }
        }
    }

    private bool Add(CandlePrice price, long timeMs, decimal value, decimal volume, List<CompletedCandle> completed)
    {
        var inTime = true;
        for (var length = CandleLength.Second; length <= CandleLength.Day; length++)
        {
            var change = BuilderOf(length, price).Add(timeMs, value, volume, out var bar);
            if (change == CandleChange.Completed)
            {
                completed.Add(new CompletedCandle(length, price, bar));
            }

            inTime &= change != CandleChange.TooOld;
        }

        return inTime;
    }

    private CandleBuilder BuilderOf(CandleLength length, CandlePrice price) =>
        _builders[(((int)price - 1) * Lengths) + (int)length - 1];
}
