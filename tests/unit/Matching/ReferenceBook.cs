using Bourse.Domain.Matching;

namespace Bourse.Tests.Unit.Matching;

/// <summary>An event as the reference makes it: the fields of <see cref="BookEvent"/>.</summary>
public readonly record struct SeenEvent(
    BookEventKind Kind, long OrderId, Side Side, int Account, long Price = 0, long Quantity = 0, long Leaves = 0,
    long MakerId = 0, long MakerLeaves = 0, int MakerAccount = 0, CancelReason Reason = 0, RejectCode Reject = 0)
{
    public static SeenEvent Of(in BookEvent e) => new(
        e.Kind, e.OrderId, e.Side, e.Account, e.PriceTicks, e.QuantityLots, e.LeavesLots, e.MakerId, e.MakerLeavesLots, e.MakerAccount, e.Reason, e.Reject);
}

/// <summary>The rules of the book written for the reader: one list of orders, searched from end to end each time.</summary>
public sealed class ReferenceBook
{
    private readonly List<Standing> _orders = [];
    private List<SeenEvent> _events = [];
    private readonly List<long> _tradePrices = [];
    private long _lastTrade;
    private long _clock;

    public IEnumerable<Standing> Resting(Side side) => Sorted(_orders.Where(o => !o.IsStop && o.Order.Side == side), highestFirst: side == Side.Buy, o => o.Price);

    public IReadOnlyList<SeenEvent> Submit(NewOrder order, SpecialTerms terms = default) => Command(() =>
    {
        if (Refusal(order, terms) is var code && code != RejectCode.None) Reject(order.Id, order.Account, order.Side, code);
        else if (order.Type >= OrderType.Stop) HoldOrElect(new Standing(order, terms, order.PriceTicks, order.StopPriceTicks, order.QuantityLots, 0, ++_clock), isNew: true);
        else Enter(order, terms, isNew: true);
    });

    public IReadOnlyList<SeenEvent> Cancel(long id) => OnStanding(id, order => TakeOut(order, CancelReason.ByUser));

    public IReadOnlyList<SeenEvent> Decrease(long id, long by) => OnStanding(id, order =>
    {
        if (by <= 0) Reject(order, RejectCode.InvalidQuantity);
        else if (by >= order.Leaves) TakeOut(order, CancelReason.ByUser);
        else
        {
            order.ShrinkTo(order.Leaves - by);
            Tell(order, BookEventKind.Decreased, by);
        }
    });

    public IReadOnlyList<SeenEvent> Replace(long id, long price, long quantity, long stop) => OnStanding(id, order =>
    {
        var leaves = quantity == 0 ? order.Leaves : quantity - order.Filled;
        if (price is < 0 or > OrderBook.MaxPriceTicks) Reject(order, RejectCode.InvalidPrice);
        else if (quantity is < 0 or > OrderBook.MaxQuantityLots) Reject(order, RejectCode.InvalidQuantity);
        else if (stop < 0 || (stop != 0 && !order.IsStop)) Reject(order, RejectCode.InvalidStopPrice);
        else if (leaves <= 0) TakeOut(order, CancelReason.ByUser);
        else Replace(order, price == 0 ? order.Price : price, leaves, stop == 0 || order.Order.Type == OrderType.TrailingStop ? order.StopPrice : stop);
    });

    public IReadOnlyList<SeenEvent> ExpireDay() => Command(() =>
    {
        Standing[] all = [.. Resting(Side.Buy), .. Resting(Side.Sell), .. Held(Side.Buy), .. Held(Side.Sell)];
        foreach (var order in all.Where(o => o.Order.Tif == TimeInForce.Day)) TakeOut(order, CancelReason.Expired);
    });

    private void Replace(Standing order, long price, long leaves, long stop)
    {
        var staysPut = leaves <= order.Leaves && (order.IsStop ? stop == order.StopPrice : price == order.Price);
        if (!staysPut && !order.IsStop && order.Order.PostOnly && Resting(Other(order.Order.Side)).Any(maker => Reaches(order.Order.Side, price, maker.Price)))
        {
            Reject(order, RejectCode.WouldCross);
            return;
        }

        if (staysPut) order.ShrinkTo(leaves);
        else order.Show(leaves);
        order.Price = price;
        order.StopPrice = stop;
        Tell(order, BookEventKind.Replaced, order.Leaves + order.Filled);
        if (staysPut) return;
        order.Time = ++_clock;
        _orders.Remove(order);
        if (order.IsStop) HoldOrElect(order, isNew: false);
        else
        {
            var before = order.Leaves;
            var (left, metItself) = Match(order.Order with { PriceTicks = price }, before);
            order.Show(left);
            order.Filled += before - left;
            if (left > 0 && metItself) Tell(order, BookEventKind.Canceled, left, CancelReason.SelfTrade);
            else if (left > 0) _orders.Add(order);
        }
    }

    private void Enter(NewOrder order, SpecialTerms terms, bool isNew)
    {
        var makers = Resting(Other(order.Side)).Where(maker => order.PriceTicks == 0 || Reaches(order.Side, order.PriceTicks, maker.Price)).ToList();
        if (order.PostOnly && makers.Count > 0)
        {
            if (isNew) Reject(order.Id, order.Account, order.Side, RejectCode.WouldCross);
            else Gone(order, order.QuantityLots, CancelReason.PostOnlyWouldCross);
            return;
        }

        if (order.Tif == TimeInForce.Fok)
        {
            var reachable = makers;
            if (order.Stp != SelfTradePrevention.CancelOldest) reachable = makers.TakeWhile(maker => !IsOwn(order, maker)).ToList();
            if (reachable.Where(maker => !IsOwn(order, maker)).Sum(maker => maker.Leaves) < order.QuantityLots)
            {
                Gone(order, order.QuantityLots, CancelReason.FokNotFillable);
                return;
            }
        }

        var (leaves, metItself) = Match(order, order.QuantityLots);
        if (leaves == 0) return;
        if (metItself && isNew && leaves == order.QuantityLots && order.Stp == SelfTradePrevention.CancelNewest) Reject(order.Id, order.Account, order.Side, RejectCode.SelfTrade);
        else if (metItself) Gone(order, leaves, CancelReason.SelfTrade);
        else if (order.Type == OrderType.Market) Gone(order, leaves, Resting(Other(order.Side)).Any() ? CancelReason.ProtectionPrice : CancelReason.NoLiquidity);
        else if (order.Tif == TimeInForce.Ioc) Gone(order, leaves, CancelReason.IocRemainder);
        else
        {
            var resting = new Standing(order, terms, order.PriceTicks, 0, leaves, order.QuantityLots - leaves, ++_clock);
            _orders.Add(resting);
            Tell(resting, BookEventKind.Accepted, order.QuantityLots);
        }
    }

    private (long Leaves, bool MetItself) Match(NewOrder taker, long leaves)
    {
        while (leaves > 0 && Resting(Other(taker.Side)).FirstOrDefault() is { } maker)
        {
            if ((taker.PriceTicks != 0 && !Reaches(taker.Side, taker.PriceTicks, maker.Price))) break;
            if (IsOwn(taker, maker))
            {
                if (taker.Stp != SelfTradePrevention.CancelNewest) TakeOut(maker, CancelReason.SelfTrade);
                if (taker.Stp != SelfTradePrevention.CancelOldest) return (leaves, true);
                continue;
            }

            var lots = Math.Min(leaves, maker.Shown);
            leaves -= lots;
            maker.Leaves -= lots;
            maker.Shown -= lots;
            maker.Filled += lots;
            if (maker.Leaves == 0) _orders.Remove(maker);
            else if (maker.Shown == 0)
            {
                maker.Show(maker.Leaves);
                maker.Time = ++_clock;
            }

            _lastTrade = maker.Price;
            _tradePrices.Add(maker.Price);
            _events.Add(new SeenEvent(
                BookEventKind.Trade, taker.Id, taker.Side, taker.Account, maker.Price, lots, leaves, maker.Order.Id, maker.Leaves, maker.Order.Account));
        }

        return (leaves, false);
    }

    private void HoldOrElect(Standing stop, bool isNew)
    {
        if (_lastTrade != 0 && (stop.Order.Side == Side.Buy ? _lastTrade >= stop.StopPrice : _lastTrade <= stop.StopPrice)) Elect(stop);
        else
        {
            _orders.Add(stop);
            if (isNew) Tell(stop, BookEventKind.Held, stop.Order.QuantityLots);
        }
    }

    private void Elect(Standing stop)
    {
        Tell(stop, BookEventKind.Triggered, stop.Leaves);
        Enter(stop.Order with
        {
            Type = stop.Order.Type == OrderType.StopLimit ? OrderType.Limit : OrderType.Market, PriceTicks = stop.Price, StopPriceTicks = 0, QuantityLots = stop.Leaves,
        }, stop.Terms, isNew: false);
    }

    private IReadOnlyList<SeenEvent> OnStanding(long id, Action<Standing> act) => Command(() =>
    {
        if (_orders.Find(o => o.Order.Id == id) is { } order) act(order);
        else Reject(id, 0, 0, RejectCode.UnknownOrder);
    });

    private IReadOnlyList<SeenEvent> Command(Action act)
    {
        _events = [];
        _tradePrices.Clear();
        act();
        while (NextElected() is { } stop)
        {
            _orders.Remove(stop);
            Elect(stop);
        }

        if (_tradePrices.Count > 0) Trail();
        return _events;
    }

    private void Trail()
    {
        foreach (var order in Held(Side.Buy).Concat(Held(Side.Sell)).Where(o => o.Order.Type == OrderType.TrailingStop).ToList())
        {
            var stop = order.Terms.StopBehind(order.Order.Side, _lastTrade);
            if (order.Order.Side == Side.Buy ? stop >= order.StopPrice : stop <= order.StopPrice) continue;
            if (order.Price != 0) order.Price = Math.Clamp(order.Price + stop - order.StopPrice, 1, OrderBook.MaxPriceTicks);
            order.StopPrice = stop;
            order.Time = ++_clock;
            Tell(order, BookEventKind.Trailed, order.Leaves + order.Filled);
        }
    }

    private Standing? NextElected() =>
        Held(Side.Buy).FirstOrDefault(stop => _tradePrices.Any(price => price >= stop.StopPrice))
        ?? Held(Side.Sell).FirstOrDefault(stop => _tradePrices.Any(price => price <= stop.StopPrice));

    private IEnumerable<Standing> Held(Side side) => Sorted(_orders.Where(o => o.IsStop && o.Order.Side == side), highestFirst: side == Side.Sell, o => o.StopPrice);

    private RejectCode Refusal(NewOrder order, SpecialTerms terms)
    {
        var isStop = order.Type >= OrderType.Stop;
        var hasLimit = order.Type is OrderType.Limit or OrderType.StopLimit;
        if (order.Id <= 0) return RejectCode.InvalidOrderId;
        if (!Enum.IsDefined(order.Side)) return RejectCode.InvalidSide;
        if (!Enum.IsDefined(order.Type)) return RejectCode.InvalidType;
        if (!Enum.IsDefined(order.Tif)) return RejectCode.InvalidTimeInForce;
        if (!Enum.IsDefined(order.Stp)) return RejectCode.InvalidSelfTradePrevention;
        if (order.QuantityLots <= 0) return RejectCode.InvalidQuantity;
        if (order.PriceTicks < 0 || (hasLimit && order.PriceTicks == 0)) return RejectCode.InvalidPrice;
        if (order.StopPriceTicks < 0 || isStop != order.StopPriceTicks > 0) return RejectCode.InvalidStopPrice;
        if (order.PostOnly && (!hasLimit || order.Tif is TimeInForce.Ioc or TimeInForce.Fok)) return RejectCode.InvalidPostOnly;
        if (terms.DisplayLots > order.QuantityLots || (terms.DisplayLots > 0 && (!hasLimit || order.Tif is TimeInForce.Ioc or TimeInForce.Fok))) return RejectCode.InvalidDisplay;
        if (order.Type == OrderType.TrailingStop != (terms.TrailTicks > 0 || terms.TrailPpm > 0)) return RejectCode.InvalidTrail;
        return _orders.Exists(o => o.Order.Id == order.Id) ? RejectCode.DuplicateOrder : RejectCode.None;
    }

    private void TakeOut(Standing order, CancelReason reason)
    {
        _orders.Remove(order);
        var lots = order.Leaves;
        order.Leaves = 0;
        Tell(order, BookEventKind.Canceled, lots, reason);
    }

    private void Gone(NewOrder order, long lots, CancelReason reason) =>
        _events.Add(new SeenEvent(BookEventKind.Canceled, order.Id, order.Side, order.Account, order.PriceTicks, lots, Reason: reason));

    private void Reject(Standing order, RejectCode code) => Reject(order.Order.Id, order.Order.Account, order.Order.Side, code);

    private void Reject(long id, int account, Side side, RejectCode code) => _events.Add(new SeenEvent(BookEventKind.Rejected, id, side, account, Reject: code));

    private void Tell(Standing order, BookEventKind kind, long quantity, CancelReason reason = 0) => _events.Add(new SeenEvent(
        kind, order.Order.Id, order.Order.Side, order.Order.Account, order.IsStop ? order.StopPrice : order.Price, quantity,
        kind == BookEventKind.Canceled ? 0 : order.Leaves, Reason: reason));

    private static bool IsOwn(NewOrder taker, Standing maker) => taker.Account != 0 && taker.Account == maker.Order.Account;

    private static bool Reaches(Side taker, long limit, long makerPrice) => taker == Side.Buy ? makerPrice <= limit : makerPrice >= limit;

    private static Side Other(Side side) => side == Side.Buy ? Side.Sell : Side.Buy;

    private static IEnumerable<Standing> Sorted(IEnumerable<Standing> orders, bool highestFirst, Func<Standing, long> price) =>
        (highestFirst ? orders.OrderByDescending(price) : orders.OrderBy(price)).ThenBy(o => o.Time);

    /// <summary>An order that stands: a stop while its stop price is above 0.</summary>
    public sealed class Standing(NewOrder order, SpecialTerms terms, long price, long stopPrice, long leaves, long filled, long time)
    {
        public NewOrder Order { get; } = order;

        public SpecialTerms Terms { get; } = terms;

        public bool IsStop => StopPrice != 0;

        public long Price { get; set; } = price;

        public long StopPrice { get; set; } = stopPrice;

        public long Leaves { get; set; } = leaves;

        public long Filled { get; set; } = filled;

        public long Time { get; set; } = time;

        /// <summary>What the depth shows of it.</summary>
        public long Shown { get; set; } = stopPrice == 0 && terms.DisplayLots > 0 ? Math.Min(terms.DisplayLots, leaves) : leaves;

        /// <summary>Sets what is open and shows a slice of it.</summary>
        public void Show(long leaves)
        {
            Leaves = leaves;
            Shown = !IsStop && Terms.DisplayLots > 0 ? Math.Min(Terms.DisplayLots, leaves) : leaves;
        }

        /// <summary>Sets what is open; it is taken off what does not show first.</summary>
        public void ShrinkTo(long leaves)
        {
            Leaves = leaves;
            Shown = Math.Min(Shown, leaves);
        }
    }
}
