using Bourse.Domain.Matching.Internal;

namespace Bourse.Domain.Matching;

/// <content>
/// The auction: while the book collects, orders that may rest do so without trading, though prices cross; <see cref="Uncross"/> then trades all that can at one
/// price and goes back to continuous trading.
/// </content>
public sealed partial class OrderBook
{
    private bool _collecting;
    private long _bandLow;
    private long _bandHigh = MaxPriceTicks;

    /// <summary>The band as the worst ranks that buys and sells may take.</summary>
    private long _buyBound = AnyRank;
    private long _sellBound = AnyRank;

    /// <summary>Orders are collected and nothing trades.</summary>
    public bool IsCollecting => _collecting;

    /// <summary>The price band; 0 and <see cref="MaxPriceTicks"/> when there is none.</summary>
    public (long LowTicks, long HighTicks) Band => (_bandLow, _bandHigh);

    /// <summary>From here on orders are collected. Harmless when they are already.</summary>
    public void BeginAuction() => _collecting = true;

    /// <summary>
    /// Sets the prices beyond which nothing trades: an order that would trade there trades up to the band, what is left of it rests if it may, and the book collects.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">They are no band.</exception>
    public void SetBand(long lowTicks, long highTicks)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lowTicks);
        ArgumentOutOfRangeException.ThrowIfLessThan(highTicks, lowTicks);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(highTicks, MaxPriceTicks);
        (_bandLow, _bandHigh) = (lowTicks, highTicks);
        _buyBound = highTicks == MaxPriceTicks ? AnyRank : _asks.Flip(highTicks);
        _sellBound = lowTicks == 0 ? AnyRank : _bids.Flip(lowTicks);
    }

    /// <summary>
    /// What an auction would trade now: the price of the greatest executable volume; of several that with the smallest imbalance; of these the nearest to the
    /// reference; of two as near the lower. Volume 0 where nothing crosses.
    /// </summary>
    /// <param name="referenceTicks">0 = the last trade's price, or without one the lowest of the equally good prices.</param>
    public AuctionPrice Indicate(long referenceTicks)
    {
        var bids = Totals(_bids);
        var asks = Totals(_asks);
        if (bids.Count == 0 || asks.Count == 0) return default;
        var reference = referenceTicks != 0 ? referenceTicks : _lastTrade;
        var best = default(AuctionPrice);
        var demand = bids.Sum(static b => b.Lots);
        long supply = 0;
        var (b, a) = (bids.Count - 1, 0);

        // Prices rising. Demand at a price is all bids at it or above; supply all asks at it or below. Between two levels neither changes.
        while (b >= 0 || a < asks.Count)
        {
            var price = Math.Min(b >= 0 ? bids[b].Price : long.MaxValue, a < asks.Count ? asks[a].Price : long.MaxValue);
            while (a < asks.Count && asks[a].Price == price) supply += asks[a++].Lots;
            Consider(ref best, price, price, demand, supply, reference);
            while (b >= 0 && bids[b].Price == price) demand -= bids[b--].Lots;
            var next = Math.Min(b >= 0 ? bids[b].Price : long.MaxValue, a < asks.Count ? asks[a].Price : long.MaxValue);
            if (next != long.MaxValue && next > price + 1) Consider(ref best, price + 1, next - 1, demand, supply, reference);
        }

        return best.Lots == 0 ? default : best;
    }

    /// <summary>Trades all that can trade at the price of <see cref="Indicate"/>, by price and time, and ends the auction; stops that the price reaches follow.</summary>
    public ReadOnlySpan<BookEvent> Uncross(long referenceTicks)
    {
        Begin();
        while (Indicate(referenceTicks) is { Lots: > 0 } found)
        {
            // Once, but for orders of one account that gave way to each other and may leave prices crossed.
            TradeAt(found.PriceTicks);
        }

        _collecting = false;
        if (_high == 0 && _lastTrade != 0)
        {
            // Stops that came while nothing traded, at a price that is reached.
            _low = _high = _lastTrade;
        }

        return End();
    }

    private void TradeAt(long price)
    {
        while (_bids.Count != 0 && _asks.Count != 0)
        {
            var (bid, ask) = (_bids.First, _asks.First);
            if (_bids.Flip(_pool[bid].Rank) < price || _asks.Flip(_pool[ask].Rank) > price) return;
            var (taker, maker) = _pool[bid].Id > _pool[ask].Id ? (bid, ask) : (ask, bid);
            if (_pool[bid].Account != 0 && _pool[bid].Account == _pool[ask].Account)
            {
                var stp = _pool[taker].Stp;
                if (stp != SelfTradePrevention.CancelNewest) CancelStanding(maker, CancelReason.SelfTrade);
                if (stp != SelfTradePrevention.CancelOldest) CancelStanding(taker, CancelReason.SelfTrade);
                continue;
            }

            Trade(taker, maker, price);
        }
    }

    private void Trade(int takerIndex, int makerIndex, long price)
    {
        ref var taker = ref _pool[takerIndex];
        ref var maker = ref _pool[makerIndex];
        var lots = Math.Min(taker.Leaves, maker.Leaves);
        _lastTrade = _low = _high = price;
        _tradeCount++;
        ref var e = ref NextEvent();
        e.Kind = BookEventKind.Trade;
        e.OrderId = taker.Id;
        e.MakerId = maker.Id;
        e.PriceTicks = price;
        e.QuantityLots = lots;
        e.LeavesLots = taker.Leaves + HiddenOf(taker) - lots;
        e.MakerLeavesLots = maker.Leaves + HiddenOf(maker) - lots;
        e.Account = taker.Account;
        e.MakerAccount = maker.Account;
        e.Side = taker.Side;
        TakeOff(takerIndex, lots);
        TakeOff(makerIndex, lots);
    }

    private void TakeOff(int index, long lots)
    {
        ref var node = ref _pool[index];
        var queue = RestingOf(node.Side);
        if (node.IsSpecial) ReduceTwinOf(node, lots);
        if (node.Leaves != lots)
        {
            queue.Reduce(ref node, lots);
            node.Filled += lots;
        }
        else if (!node.IsSpecial || !Replenish(queue, index))
        {
            queue.Remove(index);
            Forget(index);
        }
    }

    private static void Consider(ref AuctionPrice best, long low, long high, long demand, long supply, long reference)
    {
        var (lots, surplus) = (Math.Min(demand, supply), demand - supply);
        var price = reference == 0 ? low : Math.Clamp(reference, low, high);
        var isBetter = lots != best.Lots ? lots > best.Lots
            : Math.Abs(surplus) != Math.Abs(best.SurplusLots) ? Math.Abs(surplus) < Math.Abs(best.SurplusLots)
            : reference != 0 && Math.Abs(price - reference) < Math.Abs(best.PriceTicks - reference);
        if (isBetter) best = new AuctionPrice(price, lots, surplus);
    }

    /// <summary>A side's levels, best first, what icebergs hide included.</summary>
    private List<(long Price, long Lots)> Totals(PriceTimeQueue queue)
    {
        var levels = new List<(long Price, long Lots)>();
        for (var index = queue.First; index != queue.Anchor; index = _pool[index].Next)
        {
            ref var node = ref _pool[index];
            var (price, lots) = (queue.Flip(node.Rank), node.Leaves + HiddenOf(node));
            if (levels.Count != 0 && levels[^1].Price == price) levels[^1] = (price, levels[^1].Lots + lots);
            else levels.Add((price, lots));
        }

        return levels;
    }
}

/// <summary>What an auction trades, or would trade.</summary>
/// <param name="SurplusLots">What is left over at that price: above 0 bids, below 0 asks.</param>
public readonly record struct AuctionPrice(long PriceTicks, long Lots, long SurplusLots);
