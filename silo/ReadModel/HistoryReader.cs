using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.History;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Silo.ReadModel;

/// <summary>Reads history from the read model: from a replica where one is configured. Every list is paged by key, so that pages stay stable while rows come in.</summary>
/// <param name="source">Where to read.</param>
public sealed class HistoryReader(NpgsqlDataSource source, TimeProvider time) : IHistoryReader
{
    private const int MaxLimit = 500;
    private const int MaxTrades = 10_000;
    private const int MaxEquityPoints = 100_000;

    private readonly OrderHistory _orders = new(source);
    private readonly ActivityHistory _activities = new(source);

    /// <inheritdoc/>
    public Task<Page<OrderView>> GetOrders(OrderQuery query, CancellationToken cancellation)
    {
        CheckLimit(query.Limit, MaxLimit);
        return _orders.List(query, cancellation);
    }

    /// <inheritdoc/>
    public Task<OrderView?> GetOrder(string account, Guid orderId, CancellationToken cancellation) =>
        _orders.Find(account, orderId, cancellation);

    /// <inheritdoc/>
    public Task<OrderView?> GetOrderByClientOrderId(string account, string clientOrderId, CancellationToken cancellation) =>
        _orders.Find(account, clientOrderId, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> GetAccountsWithOpenOrders(string? symbol, DateTimeOffset before, int max, CancellationToken cancellation) =>
        _orders.FindAccountsWithOpen(symbol, before, max, cancellation);

    /// <inheritdoc/>
    public Task<Page<ActivityView>> GetActivities(string account, string? pageToken, int limit, CancellationToken cancellation)
    {
        CheckLimit(limit, MaxLimit);
        return _activities.List(account, pageToken, limit, cancellation);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<EquityPoint>> GetPortfolioHistory(
        string account, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(step, TimeSpan.Zero);
        var command = source.CreateCommand(
            """
            SELECT DISTINCT ON (step) date_bin($4, time, $2) AS step, time, equity, contributed FROM portfolio_history
            WHERE account = $1 AND time >= $2 AND time < $3 ORDER BY step, time DESC LIMIT $5
            """);
        command.Parameters.Add(new() { Value = account });
        command.Parameters.Add(new() { Value = from.UtcDateTime });
        command.Parameters.Add(new() { Value = to.UtcDateTime });
        command.Parameters.Add(new() { Value = step });
        command.Parameters.Add(new() { Value = MaxEquityPoints });
        return await command.ReadAll(
            reader => new EquityPoint(reader.GetFieldValue<DateTimeOffset>(1), reader.GetDecimal(2), reader.GetDecimal(2) - reader.GetDecimal(3)), cancellation);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TradeView>> GetTrades(string symbol, int max, CancellationToken cancellation)
    {
        CheckLimit(max, MaxTrades);
        var command = source.CreateCommand(
            "SELECT number, price, quantity, side, time FROM trades WHERE symbol = $1 ORDER BY number DESC LIMIT $2");
        command.Parameters.Add(new() { Value = symbol });
        command.Parameters.Add(new() { Value = max });
        return await command.ReadAll(
            reader => new TradeView(
                symbol,
                reader.GetInt64(0),
                reader.GetDecimal(1),
                reader.GetDecimal(2),
                (Domain.Matching.Side)reader.GetInt16(3),
                reader.GetFieldValue<DateTimeOffset>(4)),
            cancellation);
    }

    /// <inheritdoc/>
    public async Task<ReadModelState> GetState(CancellationToken cancellation)
    {
        var command = source.CreateCommand(
            """
            SELECT c.position, (SELECT j.time FROM journal j WHERE (j.xid, j.position) > (c.xid, c.position) ORDER BY j.xid, j.position LIMIT 1)
            FROM projector_cursor c
            """);
        var rows = await command.ReadAll(
            reader => (Position: reader.GetInt64(0), Next: reader.IsDBNull(1) ? default(DateTimeOffset?) : reader.GetFieldValue<DateTimeOffset>(1)), cancellation);
        var (position, next) = rows.Single();
        var lag = time.GetUtcNow() - next ?? TimeSpan.Zero;
        return new ReadModelState(position, lag > TimeSpan.Zero ? lag : TimeSpan.Zero);
    }

    private static void CheckLimit(int limit, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, most);
    }
}
