using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Bourse.Silo.Postgres;

/// <summary>
/// Keeps whole grain states as JSON in the table <c>grain_state</c>. The ETag counts up by one at each write, a clear included, so
/// that no version ever comes back.
/// </summary>
public sealed class PostgresGrainStorage(NpgsqlDataSource source) : IGrainStorage
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.General);

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var command = Command("SELECT etag, data FROM grain_state WHERE grain_type = $1 AND grain_key = $2 AND state_name = $3", stateName, grainId);
        var rows = await command.ReadAll(reader => (ETag: reader.GetInt64(0), Data: reader.IsDBNull(1) ? null : reader.GetString(1)));
        var data = rows.Count > 0 ? rows[0].Data : null;
        grainState.ETag = rows.Count > 0 ? rows[0].ETag.ToString(CultureInfo.InvariantCulture) : null;
        grainState.RecordExists = data is not null;
        grainState.State = data is null ? Activator.CreateInstance<T>() : JsonSerializer.Deserialize<T>(data, Json);
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.ETag = await Change(stateName, grainId, grainState.ETag, JsonSerializer.Serialize(grainState.State, Json));
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (grainState.ETag is not null)
        {
            grainState.ETag = await Change(stateName, grainId, grainState.ETag, null);
        }

        grainState.RecordExists = false;
        grainState.State = Activator.CreateInstance<T>();
    }

    private async Task<string> Change(string stateName, GrainId grainId, string? etag, string? data)
    {
        var command = Command(
            etag is null
                ? """
                INSERT INTO grain_state (grain_type, grain_key, state_name, etag, data) VALUES ($1, $2, $3, 1, $4)
                ON CONFLICT DO NOTHING RETURNING etag
                """
                : """
                UPDATE grain_state SET etag = etag + 1, data = $4, modified = clock_timestamp()
                WHERE grain_type = $1 AND grain_key = $2 AND state_name = $3 AND etag = $5 RETURNING etag
                """,
            stateName,
            grainId);
        command.Parameters.Add(new() { Value = (object?)data ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb });
        if (etag is not null)
        {
            command.Parameters.Add(new() { Value = long.Parse(etag, CultureInfo.InvariantCulture) });
        }

        return await command.ReadScalar() is long changed
            ? changed.ToString(CultureInfo.InvariantCulture)
            : throw new InconsistentStateException($"another activation of {grainId} wrote its state {stateName}", "unknown", etag);
    }

    private NpgsqlCommand Command(string sql, string stateName, GrainId grainId)
    {
        var command = source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = grainId.Type.ToString() });
        command.Parameters.Add(new() { Value = grainId.Key.ToString() });
        command.Parameters.Add(new() { Value = stateName });
        return command;
    }
}
