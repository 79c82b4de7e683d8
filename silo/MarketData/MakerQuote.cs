using Bourse.Domain.Instruments;
using Bourse.GrainInterfaces.Feeds;

namespace Bourse.Silo.MarketData;

/// <summary>Where a maker is to stand: prices on ticks, the ask above the bid, sizes in whole lots.</summary>
internal sealed record MakerQuote(decimal Bid, decimal BidSize, decimal Ask, decimal AskSize)
{
    /// <summary>A quote as a book can take it: off-tick prices give way outward, and a quote that is crossed is opened by one tick. Null without both sides.</summary>
    /// <param name="notional">What a side is worth where the source tells no size.</param>
    public static MakerQuote? From(in Tick tick, Instrument instrument, decimal notional)
    {
        if (tick.Bid is not { } bid || tick.Ask is not { } ask)
        {
            return null;
        }

        bid = decimal.Floor(bid / instrument.TickSize) * instrument.TickSize;
        ask = decimal.Ceiling(ask / instrument.TickSize) * instrument.TickSize;
        ask = Math.Max(ask, bid + instrument.TickSize);
        return bid <= 0
            ? null
            : new MakerQuote(bid, Size(tick.BidSize, bid, instrument, notional), ask, Size(tick.AskSize, ask, instrument, notional));
    }

    private static decimal Size(decimal? told, decimal price, Instrument instrument, decimal notional)
    {
        var lots = decimal.Floor((told ?? notional / price) / instrument.LotSize);
        return Math.Max(1, lots) * instrument.LotSize;
    }
}
