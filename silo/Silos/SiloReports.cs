using System.Text.Json;
using Bourse.GrainInterfaces.Silos;
using Npgsql;

namespace Bourse.Silo.Silos;

/// <summary>Reads what the silos wrote of themselves.</summary>
/// <param name="source">The database, or a replica of it.</param>
internal sealed class SiloReports(NpgsqlDataSource source) : ISiloReports
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<SiloReport>> Get(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            """
            SELECT name, machine, process_id, started_at, reported_at, NOT stopped AND reported_at > clock_timestamp() - interval '10 seconds',
                cpu_seconds, memory_bytes, grains
            FROM silo_reports ORDER BY started_at DESC, id LIMIT 1000
            """);
        var silos = new List<SiloReport>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            silos.Add(new SiloReport(
                reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset>(4),
                reader.GetBoolean(5), reader.GetDouble(6), reader.GetInt64(7), JsonSerializer.Deserialize<Dictionary<string, long>>(reader.GetString(8))!));
        }

        return silos;
    }
}
