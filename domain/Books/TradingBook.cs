using System.Buffers;
using Bourse.Domain.Matching;
using Bourse.Domain.Serialization;

namespace Bourse.Domain.Books;

/// <summary>
/// The order book of one symbol as its accounts see it: the matching engine, the identities of orders and accounts, and one
/// numbered outbox of reports an account. Deterministic: the same commands at the same times give the same events, byte
/// for byte, which <see cref="Replay"/> checks.
/// </summary>
public sealed partial class TradingBook(string symbol)
{
    private readonly Dictionary<string, BookAccount> _accountsById = [];
    private readonly List<BookAccount> _accounts = [];
    private readonly OpenOrders _open = new();
    private readonly List<BookAccount> _touched = [];
    private readonly List<BookTrade> _trades = [];
    private OrderBook _book = new(new OrderBookOptions());
    private long _lastEngineId;
    private long _command;

    // The new order of the command under way, until it stands. One that fills at once never does, and no table hears of it.
    private OrderIdentity _incoming;

    public string Symbol { get; } = symbol;

    /// <summary>How many events the state is made of.</summary>
    public long Version { get; private set; }

    public BookTerms Terms { get; private set; }

    /// <summary>When DAY orders expire next, ms since 1970; 0 before the first <see cref="SetTerms"/>.</summary>
    public long SessionEndMs { get; private set; }

    /// <summary>The number of the newest trade.</summary>
    public long LastTrade { get; private set; }

    /// <summary>The matching engine, for reading only.</summary>
    public OrderBook Book => _book;

    /// <summary>The accounts that the newest command made reports for.</summary>
    public IReadOnlyList<BookAccount> Touched => _touched;

    /// <summary>The newest command's trades.</summary>
    public IReadOnlyList<BookTrade> Trades => _trades;

    public IReadOnlyList<BookAccount> Accounts => _accounts;

    public BookAccount? FindAccount(string id) => _accountsById.GetValueOrDefault(id);

    /// <summary>Sets tick, lot, fees and the session's end. Tick and lot may not change once there was an order.</summary>
    public void SetTerms(in BookTerms terms, long sessionEndMs, IBufferWriter<byte> events)
    {
        if (_lastEngineId > 0 && (terms.TickSize != Terms.TickSize || terms.LotSize != Terms.LotSize))
        {
            throw new InvalidOperationException($"tick or lot of {Symbol} cannot change: orders count in them");
        }

        BeginCommand();
        (Terms, SessionEndMs) = (terms, sessionEndMs);
        BookJournal.WriteTerms(events, terms, sessionEndMs);
        Version++;
    }

    /// <summary>Takes a new order, matches it, and writes one event.</summary>
    public CommandResult Submit(in SubmitOrder order, long nowMs, IBufferWriter<byte> events)
    {
        BeginCommand();
        if (CheckNumber(order.Account, order.CommandNumber, order.AcknowledgedReport, out var account) is { } early)
        {
            return early;
        }

        _incoming = Identify(order.OrderId, account);
        var engineOrder = new NewOrder
        {
            Id = _incoming.Id,
            Account = account.Number,
            Side = order.Side,
            Type = order.Type,
            Tif = order.TimeInForce == TimeInForce.Gtd ? TimeInForce.Gtc : order.TimeInForce,
            PriceTicks = order.PriceTicks,
            QuantityLots = order.QuantityLots,
            StopPriceTicks = order.StopPriceTicks,
            PostOnly = order.PostOnly,
            Stp = order.SelfTradePrevention,
        };
        if (order.Advanced is { } advanced)
        {
            SubmitAdvanced(engineOrder, advanced, nowMs);
        }
        else
        {
            Report(_book.Submit(engineOrder), engineOrder.Id, nowMs);
        }

        SettleGroups(nowMs);
        NoteBand(nowMs);
        if (_incoming.Id != 0)
        {
            // Refused, or past its time.
            Forget(_incoming.Id);
        }

        BookJournal.WriteSubmit(events, order, nowMs, _trades);
        Version++;
        return CommandResult.Taken;
    }

    /// <summary>Gives an open order new terms and writes one event; an order that has ended makes a report that says so.</summary>
    public CommandResult Replace(in ReplaceOrder replace, long nowMs, IBufferWriter<byte> events)
    {
        BeginCommand();
        if (CheckNumber(replace.Account, replace.CommandNumber, replace.AcknowledgedReport, out var account) is { } early)
        {
            return early;
        }

        if (!TryFindOpen(replace.OrderId, account, out var id))
        {
            AddReport(account, replace.OrderId, BookReportKind.ReplaceRejected, nowMs, code: "not_open", revision: replace.Revision);
        }
        else
        {
            // The size of a leg is not its account's to say: it may have changed while the replace was on its way.
            var lots = IsLeg(id) ? 0 : replace.QuantityLots;
            Report(_book.Replace(id, replace.PriceTicks, lots, replace.StopPriceTicks), id, nowMs, replace.Revision);
            SettleGroups(nowMs);
            NoteBand(nowMs);
            ForgetUnlessOpen(id);
        }

        BookJournal.WriteReplace(events, replace, nowMs, _trades);
        Version++;
        return CommandResult.Taken;
    }

    /// <summary>Takes the number of an order or a replace without doing it, makes the report that says so, and writes one event.</summary>
    public CommandResult Refuse(in RefuseCommand refuse, long nowMs, IBufferWriter<byte> events)
    {
        BeginCommand();
        if (CheckNumber(refuse.Account, refuse.CommandNumber, refuse.AcknowledgedReport, out var account) is { } early)
        {
            return early;
        }

        var kind = refuse.Revision == 0 ? BookReportKind.Rejected : BookReportKind.ReplaceRejected;
        AddReport(account, refuse.OrderId, kind, nowMs, refuse.Code, revision: refuse.Revision);
        BookJournal.WriteRefuse(events, refuse, nowMs);
        Version++;
        return CommandResult.Taken;
    }

    /// <summary>Cancels an open order of the account and writes one event; any other order is left alone and nothing is written.</summary>
    public CommandResult Cancel(Guid orderId, string accountId, long nowMs, IBufferWriter<byte> events)
    {
        BeginCommand();
        if (FindAccount(accountId) is not { } account)
        {
            return CommandResult.NotOpen;
        }

        if (TryFindOpen(orderId, account, out var id))
        {
            Report(_book.Cancel(id), id, nowMs);
        }
        else if (_waitingLegs.TryGetValue(orderId, out var group) && group.Account == account.Number)
        {
            Report(_book.Cancel(group.EntryId, CancelReason.Twin), 0, nowMs);
        }
        else
        {
            return CommandResult.NotOpen;
        }

        SettleGroups(nowMs);
        BookJournal.WriteCancel(events, orderId, accountId, nowMs);
        Version++;
        return CommandResult.Taken;
    }

    /// <summary>Ends the session: every DAY order expires. Writes one event.</summary>
    public void EndSession(long nowMs, long nextSessionEndMs, IBufferWriter<byte> events)
    {
        BeginCommand();
        Report(_book.ExpireDay(), 0, nowMs);
        SettleGroups(nowMs);
        SessionEndMs = nextSessionEndMs;
        BookJournal.WriteSessionEnd(events, nowMs, nextSessionEndMs);
        Version++;
    }

    private void BeginCommand()
    {
        _command++;
        _touched.Clear();
        _trades.Clear();
    }

    // Only the next number is taken; an account is known from its first command on.
    private CommandResult? CheckNumber(string accountId, long number, long acknowledged, out BookAccount account)
    {
        var known = _accountsById.TryGetValue(accountId, out account!);
        var last = known ? account.LastCommand : 0;
        if (number != last + 1)
        {
            return number <= last ? CommandResult.Repeated : CommandResult.OutOfOrder;
        }

        if (!known)
        {
            account = AddAccount(new BookAccount(accountId, _accounts.Count + 1));
        }

        account.Acknowledge(acknowledged);
        account.LastCommand = number;
        return null;
    }

    private BookAccount AddAccount(BookAccount account)
    {
        _accountsById.Add(account.Id, account);
        _accounts.Add(account);
        return account;
    }

    private OrderIdentity Identify(Guid orderId, BookAccount account) => new(++_lastEngineId, orderId, account.Number);

    private OrderIdentity IdentityOf(long id) =>
        id == _incoming.Id ? _incoming : _open.TryFind(id, out var order) ? order : throw new InvalidOperationException($"{Symbol}: order {id} is not open");

    private bool TryFindOpen(Guid orderId, BookAccount account, out long id)
    {
        var isOpen = _open.TryFind(orderId, out var order) && order.Account == account.Number;
        id = order.Id;
        return isOpen;
    }

    private void ForgetUnlessOpen(long id)
    {
        if (!_book.TryGet(id, out _))
        {
            Forget(id);
        }
    }

    private void Forget(long id)
    {
        if (id == _incoming.Id)
        {
            _incoming = default;
        }
        else if (!_open.Remove(id))
        {
            return;
        }

        ForgetAdvanced(id);
    }

    private decimal Price(long ticks) => ticks * Terms.TickSize;

    private decimal Quantity(long lots) => lots * Terms.LotSize;
}
