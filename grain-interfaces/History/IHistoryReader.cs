using Bourse.Domain.Matching;
using Bourse.GrainInterfaces.Accounts;

namespace Bourse.GrainInterfaces.History;

/// <summary>
/// Reads the read model: history, a little behind the journal. A room's border: the adapter on PostgreSQL stands in the silo's room.
/// </summary>
public interface IHistoryReader
{
    /// <summary>Orders of an account, newest first unless <see cref="OrderQuery.Ascending"/>.</summary>
    Task<Page<OrderView>> GetOrders(OrderQuery query, CancellationToken cancellation);

    Task<OrderView?> GetOrder(string account, Guid orderId, CancellationToken cancellation);

    Task<OrderView?> GetOrderByClientOrderId(string account, string clientOrderId, CancellationToken cancellation);

    /// <summary>Accounts with an open order created at or before a time, of one symbol when given, at most <paramref name="max"/>.</summary>
    Task<IReadOnlyList<string>> GetAccountsWithOpenOrders(string? symbol, DateTimeOffset before, int max, CancellationToken cancellation);

    /// <summary>Fills, deposits and withdrawals of an account, newest first.</summary>
    Task<Page<ActivityView>> GetActivities(string account, string? pageToken, int limit, CancellationToken cancellation);

    /// <summary>Equity points of an account with a time in [from, to), oldest first, at most one a <paramref name="step"/>.</summary>
    Task<IReadOnlyList<EquityPoint>> GetPortfolioHistory(
        string account, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellation);

    /// <summary>Committed trades of a symbol, newest first, at most <paramref name="max"/>.</summary>
    Task<IReadOnlyList<TradeView>> GetTrades(string symbol, int max, CancellationToken cancellation);

    /// <summary>How far the read model is behind the journal.</summary>
    Task<ReadModelState> GetState(CancellationToken cancellation);
}

/// <summary>Which orders to list.</summary>
/// <param name="Open">True: only open ones; false: only closed ones; null: all.</param>
/// <param name="After">Only orders created after this time.</param>
/// <param name="Limit">1 to 500.</param>
/// <param name="PageToken">An <see cref="OrderKey"/>'s token, as an earlier page gave it: the page begins after that order.</param>
public sealed record OrderQuery(string Account, bool? Open, string? Symbol, DateTimeOffset? After, int Limit, bool Ascending, string? PageToken);

/// <summary>One page of a list.</summary>
/// <param name="NextPageToken">Opaque; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextPageToken);

/// <summary>Something that moved an account's balances.</summary>
/// <param name="Type"><c>FILL</c>, <c>DEPOSIT</c> or <c>WITHDRAWAL</c>.</param>
public sealed record ActivityView(
    string Id, string Type, DateTimeOffset Time, Guid? OrderId, string? Symbol, Side? Side, decimal? Price, decimal? Quantity, decimal? Fee, decimal? Amount);

/// <summary>Equity of an account at a moment.</summary>
public readonly record struct EquityPoint(DateTimeOffset Time, decimal Equity, decimal ProfitLoss);

/// <summary>A trade of one of our books.</summary>
public sealed record TradeView(string Symbol, long Number, decimal Price, decimal Quantity, Side Side, DateTimeOffset Time);

/// <summary>How far the read model has come.</summary>
/// <param name="Position">The journal position up to which everything is in the tables.</param>
/// <param name="Lag">Age of the oldest committed journal row that is not in the tables yet; zero when there is none.</param>
public readonly record struct ReadModelState(long Position, TimeSpan Lag);
