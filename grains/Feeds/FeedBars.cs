using Bourse.Domain.Candles;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Grains.Feeds;

/// <summary>
/// The open bars of one feed, the closed ones that are not handed to the store yet, and the newest closed ones of the series that
/// somebody looks at. Taking a tick allocates nothing unless a bar closes.
/// </summary>
public sealed class FeedBars(int barsInMemory)
{
    private const int Prices = 4;
    private const int Series = 5 * Prices;

    private readonly BarRing?[] _rings = new BarRing?[Series];
    private CandleSet _candles = new();
    private List<CompletedCandle> _closed = [];
    private bool _changed;

    /// <summary>How many closed bars wait to be handed over.</summary>
    public int ClosedCount => _closed.Count;

    /// <summary>A replay has started over: kept bars may be newer than the open ones.</summary>
    public bool Rewound { get; private set; }

    /// <summary>The start of the bar that a time falls into, ms since 1970 UTC.</summary>
    public static long StartOf(Timeframe timeframe, long timeMs) => timeMs - (timeMs % LengthOf(timeframe));

    /// <summary>A bar's length, ms.</summary>
    public static long LengthOf(Timeframe timeframe) => ((CandleLength)timeframe).Milliseconds();

    /// <summary>The start of the open bar of a series, or null.</summary>
    public long? OpenStart(Timeframe timeframe, BarPrice price) => _candles.OpenBar((CandleLength)timeframe, (CandlePrice)price)?.StartMs;

    /// <summary>Takes a tick of a source.</summary>
    public void Add(in Tick tick) => Add(tick.TimestampMs, tick.Price, tick.Size, tick.Bid, tick.Ask);

    /// <summary>Takes a trade of our own book at the market's time.</summary>
    public void Add(in TradePrint trade, long timestampMs) => Add(timestampMs, trade.Price, trade.Quantity, null, null);

    /// <summary>Closes every bar and starts anew: a replay started over.</summary>
    public void Rewind()
    {
        _closed.AddRange(Open().Select(b => new CompletedCandle((CandleLength)b.Timeframe, (CandlePrice)b.Price, ToCandle(b.Bar))));
        _candles = new CandleSet();
        Array.Clear(_rings);
        Rewound = true;
    }

    /// <summary>Goes on with the bars and the quote that were open.</summary>
    public void Restore(FeedCut cut)
    {
        _candles.RestoreQuote(cut.Mark.Bid, cut.Mark.Ask);
        foreach (var (timeframe, price, bar) in cut.Open)
        {
            _candles.Restore((CandleLength)timeframe, (CandlePrice)price, ToCandle(bar));
        }
    }

    /// <summary>A cut of what changed since the one before, which from now on counts as handed over; null when nothing did.</summary>
    public FeedCut? TakeUnsaved(FeedState state)
    {
        if (!_changed)
        {
            return null;
        }

        var closed = _closed.ConvertAll(c => new SeriesBar((Timeframe)c.Length, (BarPrice)c.Price, ToBar(c.Bar)));
        _closed = [];
        _changed = false;
        return new FeedCut(state.ToMark(), closed, Open());
    }

    /// <summary>The ring of a series, or null when nobody looked lately.</summary>
    internal BarRing? FindRing(Timeframe timeframe, BarPrice price) => _rings[IndexOf(timeframe, price)];

    /// <summary>A ring that collects from now on, with what is not handed over yet.</summary>
    internal BarRing StartRing(Timeframe timeframe, BarPrice price)
    {
        var ring = new BarRing(barsInMemory);
        foreach (var bar in ClosedOf(timeframe, price))
        {
            ring.Add(bar);
        }

        return _rings[IndexOf(timeframe, price)] = ring;
    }

    /// <summary>Forgets a ring.</summary>
    internal void DropRing(BarRing ring)
    {
        var index = Array.IndexOf(_rings, ring);
        if (index >= 0)
        {
            _rings[index] = null;
        }
    }

    /// <summary>Forgets the rings that were not read since a time stamp.</summary>
    internal void DropRingsReadBefore(long readAt)
    {
        for (var index = 0; index < _rings.Length; index++)
        {
            if (_rings[index] is { } ring && ring.ReadAt < readAt)
            {
                _rings[index] = null;
            }
        }
    }

    /// <summary>The bars in memory that start in [from, to), oldest first: of the ring or else those not handed over, and the open one.</summary>
    public List<Bar> Read(Timeframe timeframe, BarPrice price, long fromMs, long toMs)
    {
        var bars = new List<Bar>();
        if (FindRing(timeframe, price) is { } ring)
        {
            ring.Read(fromMs, toMs, bars);
        }
        else
        {
            bars.AddRange(ClosedOf(timeframe, price).Where(b => b.StartMs >= fromMs && b.StartMs < toMs));
        }

        if (_candles.OpenBar((CandleLength)timeframe, (CandlePrice)price) is { } open && open.StartMs >= fromMs && open.StartMs < toMs)
        {
            bars.Add(ToBar(open));
        }

        return bars;
    }

    private void Add(long timeMs, decimal? price, decimal? size, decimal? bid, decimal? ask)
    {
        var before = _closed.Count;
        _changed = true;
        _candles.Add(timeMs, price, size, bid, ask, _closed);
        for (var i = before; i < _closed.Count; i++)
        {
            var (length, kind, bar) = _closed[i];
            _rings[IndexOf((Timeframe)length, (BarPrice)kind)]?.Add(ToBar(bar));
        }
    }

    private IEnumerable<Bar> ClosedOf(Timeframe timeframe, BarPrice price) =>
        _closed.Where(c => c.Length == (CandleLength)timeframe && c.Price == (CandlePrice)price).Select(c => ToBar(c.Bar));

    private List<SeriesBar> Open()
    {
        var bars = new List<SeriesBar>(Series);
        for (var index = 0; index < Series; index++)
        {
            var (length, price) = ((CandleLength)((index / Prices) + 1), (CandlePrice)((index % Prices) + 1));
            if (_candles.OpenBar(length, price) is { } open)
            {
                bars.Add(new SeriesBar((Timeframe)length, (BarPrice)price, ToBar(open)));
            }
        }

        return bars;
    }

    internal static Candle ToCandle(Bar b) => new(b.StartMs, b.Open, b.High, b.Low, b.Close, b.Volume);

    private static Bar ToBar(in Candle c) => new(c.StartMs, c.Open, c.High, c.Low, c.Close, c.Volume);

    private static int IndexOf(Timeframe timeframe, BarPrice price) => (((int)timeframe - 1) * Prices) + (int)price - 1;
}
