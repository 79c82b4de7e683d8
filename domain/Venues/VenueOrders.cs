using Bourse.Domain.Books;
using Bourse.Domain.Ledger;

namespace Bourse.Domain.Venues;

/// <summary>
/// The orders of one symbol that trades at an outside venue: the identities of orders and accounts, one numbered outbox of reports an account as a
/// <see cref="TradingBook"/> has, and what the venue has said so far. Decisions change nothing; <see cref="Apply"/> is the only thing that does. Not thread-safe.
/// </summary>
/// <remarks>Exceptions are bugs: <see cref="InvalidOperationException"/> when an event does not fit the state.</remarks>
public sealed partial class VenueOrders(string symbol)
{
    /// <summary>A fill's time that is further from ours cannot be true, and ours counts.</summary>
    private const long MaxTimeApartMs = 7L * 24 * 3_600 * 1_000;

    private readonly Dictionary<string, BookAccount> _accountsById = new(StringComparer.Ordinal);
    private readonly List<BookAccount> _accounts = [];
    private readonly Dictionary<Guid, VenueOrder> _orders = [];

    public string Symbol { get; } = symbol;

    /// <summary>How many events the state is made of.</summary>
    public long Version { get; private set; }

    public BookTerms Terms { get; private set; }

    /// <summary>The venue's name; empty before the first <see cref="VenueTermsSet"/>.</summary>
    public string Venue { get; private set; } = "";

    /// <summary>The number of the newest trade.</summary>
    public long LastTrade { get; private set; }

    public IReadOnlyList<BookAccount> Accounts => _accounts;

    /// <summary>Open orders, in no order.</summary>
    public IReadOnlyCollection<VenueOrder> Open => _orders.Values;

    public BookAccount? FindAccount(string id) => _accountsById.GetValueOrDefault(id);

    /// <summary>An open order; null when there is none.</summary>
    public VenueOrder? Find(Guid orderId) => _orders.GetValueOrDefault(orderId);

    public BookAccount AccountOf(VenueOrder order) => _accounts[order.AccountNumber - 1];

    /// <summary>What is to be done with a command of this number; null when it is the next one and to be taken.</summary>
    public CommandResult? Check(string account, long number)
    {
        var last = FindAccount(account)?.LastCommand ?? 0;
        return number == last + 1 ? null : number <= last ? CommandResult.Repeated : CommandResult.OutOfOrder;
    }

    /// <summary>What follows from what the venue says of an order.</summary>
    /// <param name="into">Gets the events, to be applied in their order.</param>
    /// <returns>False when fills are missing before what can be taken: they have to be asked for.</returns>
    public bool Decide(VenueState state, long nowMs, List<VenueEvent> into)
    {
        if (!VenueOrder.TryReadClientId(state.ClientId, out var id, out var revision) || Find(id) is not { } order || order.Revision != revision)
        {
            return true; // of an order that has ended here, which only ends when every fill is known
        }

        if (!order.IsAccepted && state.Status is not (VenueOrderStatus.Pending or VenueOrderStatus.Rejected))
        {
            into.Add(new VenueOrderAccepted(order.Id, state.VenueId, nowMs));
        }

        var (filled, number) = (order.FilledNow, LastTrade);
        var left = Quantity(order.QuantityLots) - order.Filled;
        foreach (var fill in state.Fills)
        {
            if (order.Knows(fill.ExecutionId) || fill.Cumulative <= filled)
            {
                continue;
            }

            if (fill.Cumulative != filled + fill.Quantity || fill.Quantity > left)
            {
                return false;
            }

            (filled, left) = (fill.Cumulative, left - fill.Quantity);
            into.Add(new VenueOrderFilled(
                order.Id, order.Submitted.Account, Venue, fill.ExecutionId, ++number, order.Submitted.Side, fill.Price, fill.Quantity,
                fill.Fee is { } fee ? Money.Cut(fee) : Terms.Fee(fill.Price, fill.Quantity, fill.IsMaker), fill.IsMaker,
                Math.Abs(fill.TimeMs - nowMs) <= MaxTimeApartMs ? fill.TimeMs : nowMs));
        }

        if (filled < state.Filled)
        {
            return false;
        }

        BookReportKind? end = state.Status switch
        {
            VenueOrderStatus.Canceled => BookReportKind.Canceled,
            VenueOrderStatus.Expired => BookReportKind.Expired,
            VenueOrderStatus.Rejected => BookReportKind.Rejected,
            _ => null,
        };
        if (end is { } kind && left > 0)
        {
            into.Add(new VenueOrderEnded(order.Id, kind, state.Code, nowMs));
        }

        return true;
    }

    /// <summary>Changes the state by an event.</summary>
    public void Apply(VenueEvent e)
    {
        switch (e)
        {
            case VenueTermsSet set: (Terms, Venue) = (set.Terms, set.Venue); break;
            case VenueOrderTaken taken: ApplyTaken(taken.Order); break;
            case VenueReplaceTaken taken: ApplyReplace(taken.Replace, e.TimeMs); break;
            case VenueCommandRefused refused: ApplyRefused(refused.Refuse, e.TimeMs); break;
            case VenueCancelWanted wanted: OrderOf(wanted.OrderId).CancelIsWanted = true; break;
            case VenueOrderAccepted accepted: ApplyAccepted(accepted); break;
            case VenueOrderFilled filled: ApplyFilled(filled); break;
            case VenueOrderEnded ended: ApplyEnded(ended); break;
        }

        Version++;
    }

    public decimal Price(long ticks) => ticks * Terms.TickSize;

    public decimal Quantity(long lots) => lots * Terms.LotSize;

    private VenueOrder OrderOf(Guid id) => Find(id) ?? throw new InvalidOperationException($"{Symbol} has no open order {id}");
}
