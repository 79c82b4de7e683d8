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
    private readonly Candle?[] _saved = new Candle?[Series];
    private CandleSet _candles = new();
    private List<CompletedCandle> _closed = [];

    /// <summary>How many closed bars wait to be handed over.</summary>
    public int ClosedCount => _closed.Count;

    /// <summary>A replay has started over: kept bars may be newer than the open ones.</summary>
    public bool Rewound { get; private set; }

    /// <summary>The start of the bar that a time falls into, ms since 1970 UTC.</summary>
    public static long StartOf(Timeframe timeframe, long timeMs) => timeMs - (timeMs % ((CandleLength)timeframe).Milliseconds());

    /// <summary>Takes a tick of a source.</summary>
    public void Add(in Tick tick) => Add(tick.TimestampMs, tick.Price, tick.Size, tick.Bid, tick.Ask);

    /// <summary>Takes a trade of our own book at the market's time.</summary>
    public void Add(in TradePrint trade, long timestampMs) => Add(timestampMs, trade.Price, trade.Quantity, null, null);

    /// <summary>Closes every bar and starts anew: a replay started over.</summary>
    public void Rewind()
    {
        AddOpenTo(_closed);
        _candles = new CandleSet();
        Array.Clear(_rings);
        Array.Clear(_saved);
        Rewound = true;
    }

    /// <summary>Goes on with the bars and the quote that were open.</summary>
    public void Restore(FeedCut cut)
    {
        _candles.RestoreQuote(cut.Mark.Bid, cut.Mark.Ask);
        foreach (var (timeframe, price, bar) in cut.Bars)
        {
            var candle = new Candle(bar.StartMs, bar.Open, bar.High, bar.Low, bar.Close, bar.Volume);
            _candles.Restore((CandleLength)timeframe, (CandlePrice)price, candle);
            _saved[IndexOf(timeframe, price)] = candle;
        }
    }

    /// <summary>Every bar that is not handed over as it stands; from now on they count as handed over.</summary>
    public IReadOnlyList<SeriesBar> TakeUnsaved()
    {
        var bars = _closed;
        _closed = [];
        AddOpenTo(bars);
        return bars.ConvertAll(c => new SeriesBar((Timeframe)c.Length, (BarPrice)c.Price, ToBar(c.Bar)));
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
        _candles.Add(timeMs, price, size, bid, ask, _closed);
        for (var i = before; i < _closed.Count; i++)
        {
            var (length, kind, bar) = _closed[i];
            _rings[IndexOf((Timeframe)length, (BarPrice)kind)]?.Add(ToBar(bar));
        }
    }

    private IEnumerable<Bar> ClosedOf(Timeframe timeframe, BarPrice price) =>
        _closed.Where(c => c.Length == (CandleLength)timeframe && c.Price == (CandlePrice)price).Select(c => ToBar(c.Bar));

    private void AddOpenTo(List<CompletedCandle> bars)
    {
        for (var index = 0; index < Series; index++)
        {
            var (length, price) = ((CandleLength)((index / Prices) + 1), (CandlePrice)((index % Prices) + 1));
            if (_candles.OpenBar(length, price) is { } open && _saved[index] != open)
            {
                _saved[index] = open;
                bars.Add(new CompletedCandle(length, price, open));
            }
        }
    }

    private static Bar ToBar(in Candle c) => new(c.StartMs, c.Open, c.High, c.Low, c.Close, c.Volume);

    private static int IndexOf(Timeframe timeframe, BarPrice price) => (((int)timeframe - 1) * Prices) + (int)price - 1;
}
