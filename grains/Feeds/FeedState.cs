using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Grains.Feeds;

/// <summary>The newest quote of one symbol and the statistics of its UTC day. Plain state: no clock, no I/O.</summary>
public sealed class FeedState(string symbol)
{
    private const long DayMs = 24L * 60 * 60 * 1000;

    private decimal? _price;
    private decimal? _bid;
    private decimal? _bidSize;
    private decimal? _ask;
    private decimal? _askSize;
    private decimal? _dayOpen;
    private bool _dayHasPrint;
    private decimal _volume;
    private long _timestampMs;
    private long _day;
    private long _seq;

    /// <summary>The number of the newest trade of our own book that is counted in.</summary>
    public long LastTrade { get; private set; }

    /// <summary>A source has told trade prices, not only quotes.</summary>
    public bool HasPrints { get; private set; }

    /// <summary>The source is silent; see <see cref="SetStale"/>.</summary>
    public bool IsStale { get; private set; }

    /// <summary>False until the first tick or trade.</summary>
    public bool HasAny => _timestampMs > 0;

    /// <summary>The price that values the symbol now; see <see cref="Quote.Reference"/>.</summary>
    public decimal? Reference => Quote.ReferenceOf(_price, _bid, _ask);

    /// <summary>Whether there is a bid or an ask.</summary>
    public bool HasQuote => _bid is not null || _ask is not null;

    /// <summary>Goes on from a mark.</summary>
    public void Restore(FeedMark mark)
    {
        (_price, _bid, _bidSize, _ask, _askSize) = (mark.Price, mark.Bid, mark.BidSize, mark.Ask, mark.AskSize);
        (_dayOpen, _volume, _timestampMs) = (mark.DayOpen, mark.Volume, mark.TimestampMs);
        (LastTrade, HasPrints) = (mark.LastTrade, mark.HasPrints);
        _day = mark.TimestampMs / DayMs;
        _dayHasPrint = mark.HasPrints && mark.Volume > 0;
    }

    /// <summary>Says whether the source is silent; true when that changes the state.</summary>
    public bool SetStale(bool stale)
    {
        var changes = stale != IsStale;
        IsStale = stale;
        _seq += changes ? 1 : 0;
        return changes;
    }

    /// <summary>Forgets the day: a replay started over.</summary>
    public void Rewind(long timestampMs) => StartDay(timestampMs / DayMs);

    /// <summary>Takes a tick that is the newest of its source.</summary>
    public void Apply(in Tick tick)
    {
        Roll(tick.TimestampMs);
        if (tick.Bid is { } bid)
        {
            (_bid, _bidSize) = (bid, tick.BidSize);
        }

        if (tick.Ask is { } ask)
        {
            (_ask, _askSize) = (ask, tick.AskSize);
        }

        if (tick.Price is { } price)
        {
            _price = price;
            HasPrints = true;
            if (!_dayHasPrint)
            {
                // The first trade price opens the day, not the quotes before it.
                (_dayOpen, _dayHasPrint) = (price, true);
            }
        }

        Count(tick);
        Changed(tick.TimestampMs);
    }

    /// <summary>Takes a tick that came late: it changes no price, but what was traded was traded.</summary>
    public void ApplyLate(in Tick tick)
    {
        if (tick.TimestampMs / DayMs == _day)
        {
            Count(tick);
        }
    }

    /// <summary>Takes a trade of our own book.</summary>
    /// <param name="timestampMs">The market's time of the trade.</param>
    public void Apply(in TradePrint trade, long timestampMs)
    {
        Roll(timestampMs);
        _price = trade.Price;
        _volume += trade.Quantity;
        LastTrade = trade.Number;
        Changed(timestampMs);
    }

    public Quote ToQuote()
    {
        var quote = new Quote(symbol, _price, null, null, _bid, _bidSize, _ask, _askSize, _volume, _timestampMs, _seq, IsStale);
        if (quote.Reference is not { } reference || _dayOpen is not { } open)
        {
            return quote;
        }

        var change = reference - open;
        return quote with { Change = change, ChangePercent = Math.Round(change / open * 100m, 4) };
    }

    public FeedMark ToMark() => new(
        symbol, _price, _bid, _bidSize, _ask, _askSize, _dayOpen, _volume, _timestampMs, LastTrade, HasPrints);

    private void Count(in Tick tick)
    {
        if (tick.Price is not null && tick.Size is { } size)
        {
            _volume += size;
        }
    }

    private void Roll(long timestampMs)
    {
        var day = timestampMs / DayMs;
        if (day > _day)
        {
            StartDay(day);
        }
    }

    private void StartDay(long day)
    {
        _day = day;
        _dayOpen = null;
        _dayHasPrint = false;
        _volume = 0;
    }

    private void Changed(long timestampMs)
    {
        _timestampMs = timestampMs;
        _seq++;
        _dayOpen ??= Reference;
    }
}
