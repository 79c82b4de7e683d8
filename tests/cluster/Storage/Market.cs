using System.Buffers;
using System.Runtime.InteropServices;
using Bourse.Domain.Accounts;
using Bourse.Domain.Books;
using Bourse.Domain.Instruments;
using Bourse.Domain.Matching;
using Bourse.Domain.Risk;

namespace Bourse.Tests.Cluster.Storage;

/// <summary>One append to the journal.</summary>
internal readonly record struct MarketRow(string Stream, long Version, int Count, byte[] Payload);

/// <summary>
/// Accounts that trade on books as the grains would have them, without grains: it makes the journal of a random day. A seed makes the same day again.
/// </summary>
internal sealed class Market
{
    private readonly Random _random;
    private readonly Account[] _accounts;
    private readonly TradingBook[] _books;
    private readonly Instrument[] _instruments;
    private readonly decimal[] _prices;
    private readonly Dictionary<(int Account, int Symbol), List<BookReport>> _waiting = [];
    private readonly ArrayBufferWriter<byte> _events = new();
    private readonly string _run = Guid.NewGuid().ToString("N")[..6];
    private long _nowMs;
    private int _ids;

    public Market(int accounts, int symbols, int seed, DateTimeOffset start)
    {
        _random = new Random(seed);
        _nowMs = start.ToUnixTimeMilliseconds();
        _accounts = [.. Enumerable.Range(0, accounts).Select(i => new Account($"{_run}-{i}"))];
        _instruments =
        [
            .. Enumerable.Range(0, symbols).Select(i => new Instrument(
                $"S{_run.ToUpperInvariant()}{i}", "", AssetClass.Stock, "USD", 0.01m, 1m, 0.5m, "always", InstrumentStatus.Open, 0.0001m, 0.0005m)),
        ];
        _books = [.. _instruments.Select(i => new TradingBook(i.Symbol))];
        _prices = [.. _instruments.Select((_, i) => 100m + i)];
    }

    public IReadOnlyList<Account> Accounts => _accounts;

    public IReadOnlyList<TradingBook> Books => _books;

    public long NowMs => _nowMs;

    /// <summary>Limit orders alone, near each other, a third of them immediate or cancel: what a benchmark offers.</summary>
    public bool Simple { get; init; }

    /// <summary>From one step to the next less time goes by than this, ms.</summary>
    public int MaxStepMs { get; init; } = 3;

    /// <summary>Every account's orders as they are now or were when they ended.</summary>
    public Dictionary<(string Account, Guid Id), Order> Orders { get; } = [];

    public List<BookTrade> Trades { get; } = [];

    /// <summary>Accounts opened, books given their terms.</summary>
    public List<MarketRow> Open()
    {
        var rows = new List<MarketRow>();
        for (var i = 0; i < _books.Length; i++)
        {
            var instrument = _instruments[i];
            _books[i].SetTerms(new BookTerms(instrument.TickSize, instrument.LotSize, instrument.MakerFeeRate, instrument.TakerFeeRate), 0, _events);
            rows.Add(BookRow(_books[i]));
        }

        foreach (var account in _accounts)
        {
            var events = account.DecideOpen("user", "trader", "USD", 100_000m, _nowMs).ToList();
            events.ForEach(account.Apply);
            rows.Add(AccountRow(account, events));
        }

        return rows;
    }

    /// <summary>A random command and what follows from it.</summary>
    /// <param name="deliver">False keeps reports for other accounts waiting in the book.</param>
    public List<MarketRow> Step(bool deliver = true)
    {
        var rows = new List<MarketRow>();
        _nowMs += _random.Next(MaxStepMs);
        var account = _accounts[_random.Next(_accounts.Length)];
        var dice = Simple ? 99 : _random.Next(100);
        var open = dice < 25 ? account.GetOpenOrders().Where(o => o.Replace is null).ToList() : [];
        switch (dice)
        {
            case < 1:
                Take(account, account.DecideDeposit("USD", _random.Next(1, 1_000), $"r{++_ids}", _nowMs).Event, rows);
                break;
            case < 2:
                Take(account, account.DecideWithdraw("USD", _random.Next(1, 100), $"r{++_ids}", _nowMs).Event, rows);
                break;
            case < 15 when open.Count > 0:
                Cancel(account, open[_random.Next(open.Count)], rows);
                break;
            case < 25 when open.Count > 0:
                Replace(account, open[_random.Next(open.Count)], rows);
                break;
            default:
                Place(account, rows);
                break;
        }

        if (deliver)
        {
            Deliver(rows);
        }

        return rows;
    }

    /// <summary>Takes every waiting report to its account.</summary>
    public void Deliver(List<MarketRow> rows)
    {
        foreach (var ((account, symbol), reports) in _waiting)
        {
            var events = new List<AccountEvent>();
            _accounts[account].TakeReports(_instruments[symbol].Symbol, CollectionsMarshal.AsSpan(reports), events);
            Note(_accounts[account], events);
            rows.Add(AccountRow(_accounts[account], events));
        }

        _waiting.Clear();
    }

    private void Place(Account account, List<MarketRow> rows)
    {
        var symbol = _random.Next(_books.Length);
        var instrument = _instruments[symbol];
        var type = Simple ? OrderType.Limit : _random.Next(12) switch { 0 => OrderType.Market, 1 => OrderType.Stop, 2 => OrderType.StopLimit, _ => OrderType.Limit };
        var request = new OrderRequest(
            instrument.Symbol,
            _random.Next(2) == 0 ? Side.Buy : Side.Sell,
            type,
            Simple ? (_random.Next(3) == 0 ? TimeInForce.Ioc : TimeInForce.Gtc) : _random.Next(8) switch { 0 => TimeInForce.Ioc, 1 => TimeInForce.Fok, 2 => TimeInForce.Day, _ => TimeInForce.Gtc },
            _random.Next(1, 50),
            type is OrderType.Limit or OrderType.StopLimit ? Near(symbol) : null,
            type is OrderType.Stop or OrderType.StopLimit ? Near(symbol) : null,
            !Simple && _random.Next(12) == 0,
            false,
            (SelfTradePrevention)_random.Next(3),
            $"c-{++_ids}");
        var id = Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(_nowMs));
        if (account.DecidePlace(request, instrument, _prices[symbol], RiskLimits.House, id, _nowMs).Event is { } placed)
        {
            Take(account, placed, rows);
            Send(account, symbol, rows);
        }
    }

    private void Replace(Account account, Order order, List<MarketRow> rows)
    {
        var symbol = Array.FindIndex(_instruments, i => i.Symbol == order.Symbol);
        var decision = account.DecideReplace(
            order.Id, _random.Next(1, 80), order.LimitPrice is null ? null : Near(symbol), null, _instruments[symbol], _prices[symbol], RiskLimits.House, _nowMs);
        if (decision.Event is { } requested)
        {
            Take(account, requested, rows);
            Send(account, symbol, rows);
        }
    }

    private void Cancel(Account account, Order order, List<MarketRow> rows)
    {
        var symbol = Array.FindIndex(_instruments, i => i.Symbol == order.Symbol);
        if (_books[symbol].Cancel(order.Id, account.Id, _nowMs, _events) == CommandResult.Taken)
        {
            rows.Add(BookRow(_books[symbol]));
            Gather(symbol);
        }
    }

    private void Send(Account account, int symbol, List<MarketRow> rows)
    {
        var (book, instrument) = (_books[symbol], _instruments[symbol]);
        foreach (var pending in account.UnresolvedCommands(instrument.Symbol).ToList())
        {
            var acknowledged = account.LastReport(instrument.Symbol);
            var (price, lots, stop) = (Ticks(pending.BookPrice), (long)pending.Quantity, Ticks(pending.StopPrice ?? 0));
            var result = pending.Order is { } order
                ? book.Submit(
                    new SubmitOrder(
                        order.Id, account.Id, pending.CommandNumber, acknowledged, order.Side, order.Type, order.TimeInForce, price, lots, stop,
                        order.PostOnly, order.SelfTradePrevention),
                    _nowMs,
                    _events)
                : book.Replace(
                    new ReplaceOrder(pending.OrderId, account.Id, pending.CommandNumber, acknowledged, pending.Revision, price, lots, stop), _nowMs, _events);
            if (result == CommandResult.Taken)
            {
                rows.Add(BookRow(book));
                Gather(symbol);
            }
        }
    }

    private void Gather(int symbol)
    {
        var book = _books[symbol];
        Trades.AddRange(book.Trades);
        _prices[symbol] = book.Trades.Count == 0 ? _prices[symbol] : book.Trades[^1].Price;
        foreach (var touched in book.Touched)
        {
            var account = int.Parse(touched.Id.AsSpan(touched.Id.IndexOf('-') + 1), System.Globalization.CultureInfo.InvariantCulture);
            if (!_waiting.TryGetValue((account, symbol), out var reports))
            {
                _waiting.Add((account, symbol), reports = []);
            }

            reports.AddRange(touched.ReportsBetween(reports.Count == 0 ? _accounts[account].LastReport(book.Symbol) : reports[^1].Number, long.MaxValue));
        }
    }

    private void Take(Account account, AccountEvent? e, List<MarketRow> rows)
    {
        if (e is not null)
        {
            account.Apply(e);
            Note(account, [e]);
            rows.Add(AccountRow(account, [e]));
        }
    }

    private void Note(Account account, List<AccountEvent> events)
    {
        foreach (var e in events.OfType<OrderEvent>())
        {
            if (account.FindOrder(e.OrderId) is { } order)
            {
                Orders[(account.Id, order.Id)] = order.Copy();
            }
        }
    }

    private MarketRow AccountRow(Account account, List<AccountEvent> events)
    {
        _events.ResetWrittenCount();
        events.ForEach(e => AccountEventCodec.Write(_events, e));
        return new MarketRow($"account/{account.Id}", account.Version - events.Count + 1, events.Count, Written());
    }

    private MarketRow BookRow(TradingBook book) => new($"book/{book.Symbol}", book.Version, 1, Written());

    private byte[] Written()
    {
        var bytes = _events.WrittenSpan.ToArray();
        _events.ResetWrittenCount();
        return bytes;
    }

    private decimal Near(int symbol) => Simple
        ? 100m + symbol + (_random.Next(-2, 3) / 100m)
        : decimal.Round(_prices[symbol] + (_random.Next(-100, 101) / 100m), 2);

    private static long Ticks(decimal price) => (long)(price * 100);
}
