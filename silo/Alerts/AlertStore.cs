using Bourse.Domain.Alerts;
using Bourse.GrainInterfaces.Alerts;
using Bourse.Grains.Alerts;
using Bourse.Silo.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Bourse.Silo.Alerts;

/// <summary>The table <c>alerts</c>: statements and nothing else.</summary>
public sealed class AlertStore(NpgsqlDataSource source) : IAlertStore
{
    private const string Columns = "id, user_id, symbol, condition, target_price, created_at, triggered_at, trigger_price";

    /// <inheritdoc/>
    public async Task<bool> Insert(PriceAlert alert, int maxWaiting)
    {
        var command = Command(
            """
            INSERT INTO alerts (id, user_id, symbol, condition, target_price, created_at)
            SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM alerts WHERE user_id = $2 AND triggered_at IS NULL) < $7
            """,
            alert.Id, alert.User, alert.Symbol, (short)alert.Condition, alert.TargetPrice, alert.CreatedAt, (long)maxWaiting);
        return await command.Change() == 1;
    }

    /// <inheritdoc/>
    public async Task<PriceAlert?> Delete(string user, Guid id) =>
        (await Read(Command($"DELETE FROM alerts WHERE user_id = $1 AND id = $2 RETURNING {Columns}", user, id))).SingleOrDefault();

    /// <inheritdoc/>
    public Task<IReadOnlyList<PriceAlert>> OfUser(string user, int max) =>
        Read(Command($"SELECT {Columns} FROM alerts WHERE user_id = $1 ORDER BY id DESC LIMIT $2", user, (long)max));

    /// <inheritdoc/>
    public Task<IReadOnlyList<PriceAlert>> Waiting(string symbol) =>
        Read(Command($"SELECT {Columns} FROM alerts WHERE symbol = $1 AND triggered_at IS NULL", symbol));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> SymbolsWaiting(CancellationToken cancellation) =>
        await Command("SELECT DISTINCT symbol FROM alerts WHERE triggered_at IS NULL").ReadAll(reader => reader.GetString(0), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PriceAlert>> Fire(IReadOnlyList<Guid> ids, decimal price, DateTimeOffset at)
    {
        var command = Command(
            $"UPDATE alerts SET triggered_at = $2, trigger_price = $3 WHERE id = ANY($1) AND triggered_at IS NULL RETURNING {Columns}", ids.ToArray(), at, price);
        return Read(command);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PriceAlert>> Undelivered(string user, int max) =>
        Read(Command(
            $"SELECT {Columns} FROM alerts WHERE user_id = $1 AND triggered_at IS NOT NULL AND delivered_at IS NULL ORDER BY triggered_at LIMIT $2", user, (long)max));

    /// <inheritdoc/>
    public async Task MarkDelivered(string user, IReadOnlyList<Guid> ids)
    {
        var command = Command(
            "UPDATE alerts SET delivered_at = clock_timestamp() WHERE user_id = $1 AND id = ANY($2) AND delivered_at IS NULL", user, ids.ToArray());
        await command.Change();
    }

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value is decimal number ? new() { Value = number, NpgsqlDbType = NpgsqlDbType.Numeric } : new() { Value = value });
        }

        return command;
    }

    private static async Task<IReadOnlyList<PriceAlert>> Read(NpgsqlCommand command) => await command.ReadAll(reader => new PriceAlert(
        reader.GetGuid(0), reader.GetString(1), reader.GetString(2), (AlertCondition)reader.GetInt16(3), reader.GetDecimal(4),
        reader.GetFieldValue<DateTimeOffset>(5),
        reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6),
        reader.IsDBNull(7) ? null : reader.GetDecimal(7)));
}
