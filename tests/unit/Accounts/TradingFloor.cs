using System.Buffers;
using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;

namespace Bourse.Tests.Unit.Accounts;

/// <summary>One step of a random run. What its numbers mean depends on the state, so that any part of a run is a run too.</summary>
internal readonly record struct Step(StepKind Kind, int Account, int Symbol, int A, int B, int C);

internal enum StepKind { Place, Expire, PlaceUnsent, Replace, Cancel, Deliver, DeliverAgain, DeliverFrom, Deposit, Withdraw, EndSession, Reload, Settle }

/// <summary>Five accounts that trade three symbols on real books, with commands and reports that come late, twice or not at all.</summary>
internal sealed class TradingFloor
{
    private static readonly Instrument[] s_instruments =
    [
        new("AAA", "A", AssetClass.Stock, "USD", 0.01m, 1m, 0.20m, "always", InstrumentStatus.Open, 0m, 0.0005m),
        new("B/USD", "B", AssetClass.Crypto, "USD", 0.0001m, 0.001m, 0.20m, "always", InstrumentStatus.Open, 0.001m, 0.00215m),
        new("CCC", "C", AssetClass.Stock, "EUR", 0.05m, 10m, 0.20m, "always", InstrumentStatus.Open, 0.0003m, 0.0001m),
    ];

    private static readonly RiskLimits s_mayShort = RiskLimits.Default with { AllowShort = true };

    private readonly Participant[] _participants;
    private readonly TradingBook[] _books;
    private readonly decimal[] _prices = [100m, 2.5m, 40m];
    private readonly Dictionary<string, decimal> _outside = [];
    private readonly ArrayBufferWriter<byte> _bookEvents = new();
    private long _nowMs = 1_781_524_800_000;
    private int _ids;

    public TradingFloor()
    {
        _participants = [new("house", RiskLimits.House), new("one", RiskLimits.Default), new("two", RiskLimits.Default), new("three", RiskLimits.Default), new("short", s_mayShort)];
        _books = new TradingBook[s_instruments.Length];
        for (var i = 0; i < _books.Length; i++)
        {
            var instrument = s_instruments[i];
            _books[i] = new TradingBook(instrument.Symbol);
            _books[i].SetTerms(new BookTerms(instrument.TickSize, instrument.LotSize, instrument.MakerFeeRate, instrument.TakerFeeRate), 0, _bookEvents);
        }

        foreach (var participant in _participants)
        {
            foreach (var e in participant.Account.DecideOpen("u", "trader", "USD", 5_000m, _nowMs))
            {
                participant.Apply(e);
            }

            participant.Apply(participant.Account.DecideDeposit("EUR", 3_000m, "eur", _nowMs).Event!);
            _outside["USD"] = _outside.GetValueOrDefault("USD") + 5_000m;
            _outside["EUR"] = _outside.GetValueOrDefault("EUR") + 3_000m;
        }
    }

    /// <summary>How often each refusal and each event came up.</summary>
    public Dictionary<string, int> Seen { get; } = [];

    public void Do(Step step)
    {
        _nowMs += 7;
        var participant = _participants[step.Account % _participants.Length];
        var symbol = step.Symbol % _books.Length;
        switch (step.Kind)
        {
            case StepKind.Place: Place(participant, symbol, step); Send(participant, symbol); break;
            case StepKind.Expire: Expire(symbol); break;
            case StepKind.PlaceUnsent: Place(participant, symbol, step); break;
            case StepKind.Replace: Replace(participant, step); break;
            case StepKind.Cancel: Cancel(participant, step); break;
            case StepKind.Deliver: Deliver(participant, symbol, participant.Account.LastReport(Name(symbol)), step.A % 8); break;
            case StepKind.DeliverAgain: DeliverAgain(participant, symbol); break;
            case StepKind.DeliverFrom: DeliverBehindAGap(participant, symbol); break;
            case StepKind.Deposit: Deposit(participant, step); break;
            case StepKind.Withdraw: Withdraw(participant, step); break;
            case StepKind.EndSession: Command(symbol, b => b.EndSession(_nowMs, 0, _bookEvents)); break;
            case StepKind.Reload: participant.Reload(); break;
            case StepKind.Settle: Settle(); break;
        }

        Check();
    }

    /// <summary>Brings everything to its end, then proves that money is conserved and that journals tell the same accounts.</summary>
    public void Finish()
    {
        Settle();
        Check();
        var sides = new Dictionary<string, int>();
        foreach (var participant in _participants)
        {
            participant.CheckReplay();
            foreach (var fill in participant.Journal.OfType<OrderFilled>())
            {
                sides[fill.TradeId] = sides.GetValueOrDefault(fill.TradeId) + 1;
            }

            foreach (var e in participant.Journal)
            {
                Seen[e.GetType().Name] = Seen.GetValueOrDefault(e.GetType().Name) + 1;
            }
        }

        sides.Values.ShouldAllBe(count => count == 2);
        sides.Count.ShouldBe((int)_books.Sum(b => b.LastTrade));
    }

    private static string Name(int symbol) => s_instruments[symbol].Symbol;

    private void Place(Participant participant, int symbol, Step step)
    {
        var instrument = s_instruments[symbol];
        var reference = Reference(symbol);
        var side = (step.A & 1) == 0 ? Side.Buy : Side.Sell;
        var type = ((step.A >> 1) % 10) switch { 0 => OrderType.Market, 1 => OrderType.Stop, 2 => OrderType.StopLimit, _ => OrderType.Limit };
        var timeInForce = ((step.A >> 5) % 8) switch { 0 => TimeInForce.Ioc, 1 => TimeInForce.Fok, 2 => TimeInForce.Day, _ => TimeInForce.Gtc };
        var request = new OrderRequest(
            instrument.Symbol, side, type, timeInForce, (1 + step.B % 12) * instrument.LotSize * (step.C % 9 == 0 ? 100 : 1),
            type is OrderType.Limit or OrderType.StopLimit ? At(instrument, reference, step.C % 41 - 20) : null,
            type is OrderType.Stop or OrderType.StopLimit ? At(instrument, reference, step.C / 41 % 41 - 20) : null,
            (step.A >> 9) % 6 == 0, (step.A >> 13) % 8 == 0, (SelfTradePrevention)((step.A >> 17) % 3), $"c-{++_ids}");
        request = Grouped(Advanced(request, step, instrument), step, instrument, reference);
        var decision = participant.Account.DecidePlace(request, instrument, reference, participant.Limits, NewId(), _nowMs);
        if (decision.Refusal is { } refusal)
        {
            Seen[refusal.Code] = Seen.GetValueOrDefault(refusal.Code) + 1;
            return;
        }

        participant.Apply(decision.Event!);
        foreach (var leg in decision.Legs ?? [])
        {
            participant.Apply(leg);
        }

        participant.Account.DecidePlace(request, instrument, reference, participant.Limits, NewId(), _nowMs).Outcome.ShouldBe(PlaceOutcome.Repeated);
    }

    // Some orders trail, hide a part, or end at a time of their own.
    private OrderRequest Advanced(OrderRequest request, Step step, Instrument instrument) => ((step.B >> 7) % 9, request.Type) switch
    {
        (0, OrderType.Stop) => request with
        {
            Type = OrderType.TrailingStop, StopPrice = null, Advanced = new AdvancedTerms(TrailPrice: (1 + step.C % 9) * instrument.TickSize),
        },
        (1, OrderType.Stop) => request with { Type = OrderType.TrailingStop, StopPrice = null, Advanced = new AdvancedTerms(TrailPercent: 0.5m * (1 + step.C % 9)) },
        (2, _) when request.LimitPrice is not null => request with { Advanced = new AdvancedTerms(DisplayQuantity: instrument.LotSize) },
        (3 or 4, _) when !request.PostOnly => request with { TimeInForce = TimeInForce.Gtd, Advanced = new AdvancedTerms(ExpireAtMs: _nowMs + (step.C % 400)) },
        _ => request,
    };

    // Some orders begin a group, with legs near by, so that they trade.
    private static OrderRequest Grouped(OrderRequest request, Step step, Instrument instrument, decimal reference)
    {
        if ((step.B >> 11) % 4 != 0 || request.Advanced is not null || request.Type > OrderType.Limit || request.TimeInForce > TimeInForce.Gtc || request.ReduceOnly)
        {
            return request;
        }

        var kind = (OrderClass)(1 + ((step.B >> 13) % 3));
        var up = kind == OrderClass.Oco ? request.Side == Side.Sell : request.Side == Side.Buy;
        var anchor = request.LimitPrice ?? reference;
        decimal Beyond(int steps) => At(instrument, anchor, up ? steps : -steps);
        var stop = Beyond(-1 - (step.C % 5));
        var group = new OrderGroupTerms(
            kind,
            kind == OrderClass.Oco || (kind == OrderClass.Oto && step.A % 2 == 0) ? null : Beyond(1 + (step.C / 5 % 5)),
            kind == OrderClass.Oto && step.A % 2 == 1 ? null : stop,
            kind == OrderClass.Oto && step.A % 2 == 1 ? null : step.C % 3 == 0 ? Beyond(-6) : null);
        return request with { Advanced = new AdvancedTerms(Group: group) };
    }

    /// <summary>What a book does by itself as time goes by.</summary>
    private void Expire(int symbol)
    {
        Command(symbol, b => b.ExpireDue(_nowMs, _bookEvents));
        Command(symbol, b => b.TellTrails(_nowMs, _bookEvents));
    }

    private void Replace(Participant participant, Step step)
    {
        if (Pick(participant, step.A) is not { } order)
        {
            return;
        }

        var symbol = Array.FindIndex(s_instruments, i => i.Symbol == order.Symbol);
        var instrument = s_instruments[symbol];
        var reference = Reference(symbol);
        var decision = participant.Account.DecideReplace(
            order.Id,
            step.B % 3 == 0 ? null : (1 + step.B % 20) * instrument.LotSize,
            order.LimitPrice is null || step.C % 3 == 0 ? null : At(instrument, reference, step.C % 41 - 20),
            order.Status != OrderStatus.Held || step.C % 2 == 0 ? null : At(instrument, reference, step.B % 41 - 20),
            instrument, reference, participant.Limits, _nowMs);
        if (decision.Refusal is { } refusal)
        {
            Seen[refusal.Code] = Seen.GetValueOrDefault(refusal.Code) + 1;
            return;
        }

        participant.Apply(decision.Event!);
        if (step.A % 3 > 0)
        {
            Send(participant, symbol);
        }
    }

    private void Cancel(Participant participant, Step step)
    {
        if (Pick(participant, step.A) is { } order)
        {
            Command(Array.FindIndex(s_instruments, i => i.Symbol == order.Symbol), b => b.Cancel(order.Id, participant.Account.Id, _nowMs, _bookEvents));
        }
    }

    private static Order? Pick(Participant participant, int number)
    {
        var open = participant.Account.GetOpenOrders();
        return open.Count == 0 ? null : open[number % open.Count];
    }

    /// <summary>Sends every command that the book has not answered, in order, as after a crash; what it took before it passes over.</summary>
    private void Send(Participant participant, int symbol)
    {
        var instrument = s_instruments[symbol];
        foreach (var pending in participant.Account.UnresolvedCommands(instrument.Symbol))
        {
            Command(symbol, b => Send(b, participant, instrument, pending).ShouldNotBe(CommandResult.OutOfOrder));
        }
    }

    private CommandResult Send(TradingBook book, Participant participant, Instrument instrument, PendingCommand pending)
    {
        var acknowledged = participant.Account.LastReport(instrument.Symbol);
        var (price, lots, stop) = (Ticks(instrument, pending.BookPrice), Lots(instrument, pending.Quantity), Ticks(instrument, pending.StopPrice ?? 0));
        return pending.Order is { } order
            ? book.Submit(
                new SubmitOrder(
                    order.Id, participant.Account.Id, pending.CommandNumber, acknowledged, order.Side, order.Type, order.TimeInForce, price, lots, stop,
                    order.PostOnly, order.SelfTradePrevention, order.Advanced is { } terms ? Advanced(participant.Account, order, terms, instrument) : null),
                _nowMs, _bookEvents)
            : book.Replace(
                new ReplaceOrder(pending.OrderId, participant.Account.Id, pending.CommandNumber, acknowledged, pending.Revision, price, lots, stop),
                _nowMs, _bookEvents);
    }

    private static AdvancedOrder Advanced(Account account, Order order, AdvancedTerms terms, Instrument instrument) => new(
        terms.ExpireAtMs ?? 0, terms.DisplayQuantity is { } shown ? Lots(instrument, shown) : 0, Ticks(instrument, terms.TrailPrice ?? 0),
        (int)((terms.TrailPercent ?? 0) * AdvancedTerms.PpmPerPercent),
        terms.Group is { } group ? Exit(group, account.FindLegs(order), instrument) : null);

    private static ExitLegs Exit(OrderGroupTerms group, List<Order> legs, Instrument instrument)
    {
        var profit = legs.Find(l => l.Leg == LegKind.TakeProfit);
        var loss = legs.Find(l => l.Leg == LegKind.StopLoss);
        return new ExitLegs(
            group.Class == OrderClass.Oco, profit?.Id ?? Guid.Empty, Ticks(instrument, profit?.BookPrice ?? 0), loss?.Id ?? Guid.Empty,
            Ticks(instrument, loss?.StopPrice ?? 0), Ticks(instrument, loss?.BookPrice ?? 0), group.StopLimitPrice is not null);
    }

    private void Command(int symbol, Action<TradingBook> command)
    {
        var book = _books[symbol];
        command(book);
        book.Book.ValidateInternalState();
        foreach (var participant in _participants)
        {
            participant.Keep(book);
        }

        if (book.Trades.Count > 0)
        {
            _prices[symbol] = book.Trades[^1].Price;
        }

        _bookEvents.ResetWrittenCount();
    }

    private void Deliver(Participant participant, int symbol, long after, int atMost)
    {
        var reports = participant.Reports(Name(symbol));
        var count = Math.Min(reports.Count - (int)after, atMost);
        participant.Take(Name(symbol), reports.GetRange((int)after, count)).ShouldBe(ReportOutcome.Applied);
    }

    private void DeliverAgain(Participant participant, int symbol)
    {
        var known = participant.Reports(Name(symbol)).GetRange(0, (int)participant.Account.LastReport(Name(symbol)));
        var before = participant.Saved();
        participant.Take(Name(symbol), known).ShouldBe(ReportOutcome.Applied);
        participant.Saved().ShouldBe(before);
    }

    private void DeliverBehindAGap(Participant participant, int symbol)
    {
        var reports = participant.Reports(Name(symbol));
        var from = (int)participant.Account.LastReport(Name(symbol)) + 1;
        if (from < reports.Count)
        {
            var before = participant.Saved();
            participant.Take(Name(symbol), reports.GetRange(from, reports.Count - from)).ShouldBe(ReportOutcome.Gap);
            participant.Saved().ShouldBe(before);
        }
    }

    private void Deposit(Participant participant, Step step)
    {
        var decision = participant.Account.DecideDeposit(step.A % 2 == 0 ? "USD" : "EUR", step.B % 100_000 / 100m, $"r-{step.C % 50}", _nowMs);
        if (decision.Event is Deposited deposited)
        {
            participant.Apply(deposited);
            _outside[deposited.Asset] += deposited.Amount;
        }
    }

    private void Withdraw(Participant participant, Step step)
    {
        var decision = participant.Account.DecideWithdraw(step.A % 2 == 0 ? "USD" : "EUR", step.B % 100_000 / 100m, $"r-{step.C % 50}", _nowMs);
        if (decision.Event is Withdrawn withdrawn)
        {
            participant.Apply(withdrawn);
            _outside[withdrawn.Asset] -= withdrawn.Amount;
        }
    }

    private void Settle()
    {
        for (var symbol = 0; symbol < _books.Length; symbol++)
        {
            foreach (var participant in _participants)
            {
                Send(participant, symbol);
            }

            var open = 0m;
            foreach (var participant in _participants)
            {
                Deliver(participant, symbol, participant.Account.LastReport(Name(symbol)), int.MaxValue);
                participant.Account.UnresolvedCommands(Name(symbol)).ShouldBeEmpty();
                open += participant.Account.GetOpenOrders().Where(o => o.Symbol == Name(symbol)).Sum(o => o.LeavesQuantity);
            }

            var book = _books[symbol].Book;
            var standing = new[] { Side.Buy, Side.Sell }.SelectMany(s => book.RestingOrders(s).Concat(book.HeldOrders(s))).Sum(o => o.LeavesLots);
            open.ShouldBe(standing * s_instruments[symbol].LotSize, "open quantity of accounts and book");
        }

        CheckConserved();
    }

    private void CheckConserved()
    {
        foreach (var asset in _participants.SelectMany(p => p.Account.Balances).Select(b => b.Asset).Distinct())
        {
            var balances = _participants.Select(p => p.Account.FindBalance(asset)).Where(b => b is not null).ToArray();
            balances.Sum(b => b!.Clearing).ShouldBe(0m, $"clearing of {asset}");
            balances.Sum(b => b!.Total).ShouldBe(_outside.GetValueOrDefault(asset) - balances.Sum(b => b!.Fees), $"sum of {asset}");
        }
    }

    private void Check()
    {
        foreach (var participant in _participants)
        {
            participant.Check();
        }
    }

    private decimal Reference(int symbol) => _prices[symbol];

    private static decimal At(Instrument instrument, decimal reference, int steps)
    {
        var ticks = decimal.Round(reference / instrument.TickSize) + steps * decimal.Ceiling(reference / instrument.TickSize / 150);
        return Math.Max(1, ticks) * instrument.TickSize;
    }

    private static long Ticks(Instrument instrument, decimal price)
    {
        var ticks = 0L;
        (price == 0 || instrument.TryToTicks(price, out ticks)).ShouldBeTrue();
        return ticks;
    }

    private static long Lots(Instrument instrument, decimal quantity)
    {
        instrument.TryToLots(quantity, out var lots).ShouldBeTrue();
        return lots;
    }

    private Guid NewId() => new(++_ids, 0, 0, new byte[8]);
}
