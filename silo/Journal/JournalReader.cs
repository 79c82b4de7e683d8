using Bourse.Grains.Journal;
using Bourse.Silo.Postgres;
using Npgsql;

namespace Bourse.Silo.Journal;

/// <summary>Reads streams back. Every failure of PostgreSQL becomes a <see cref="JournalUnavailableException"/>.</summary>
internal sealed class JournalReader(NpgsqlDataSource source)
{
    /// <summary>The number that was set when the database was made.</summary>
    public async Task<long> ReadEpoch(CancellationToken cancellation)
    {
        return (long)(await source.CreateCommand("SELECT epoch FROM journal_epoch").ReadScalar(cancellation) ?? throw new InvalidOperationException("the journal has no epoch"));
    }

    /// <summary>The newest snapshot with a mark of at most <paramref name="maxMark"/>.</summary>
    public Task<JournalSnapshot?> FindSnapshot(string stream, long maxMark, CancellationToken cancellation) =>
        Guard(() => ReadSnapshot(stream, maxMark, cancellation));

    /// <summary>The newest snapshot and what follows it, its rows unbroken.</summary>
    /// <exception cref="InvalidDataException">The stream has a gap.</exception>
    public Task<JournalLoad> Load(string stream, CancellationToken cancellation) => Guard(async () =>
    {
        var snapshot = await ReadSnapshot(stream, long.MaxValue, cancellation);
        var end = snapshot?.Version ?? 0;
        var rows = await ReadRows(stream, end + 1, int.MaxValue, cancellation);
        CheckUnbroken(stream, end, rows);
        return new JournalLoad(snapshot, rows);
    });

    /// <summary>The row that holds a version, and those after it.</summary>
    public Task<IReadOnlyList<JournalRow>> Read(string stream, long fromVersion, int maxRows, CancellationToken cancellation) =>
        Guard<IReadOnlyList<JournalRow>>(async () => await ReadRows(stream, fromVersion, maxRows, cancellation));

    private static void CheckUnbroken(string stream, long end, List<JournalRow> rows)
    {
        foreach (var row in rows)
        {
            if (row.Version > end + 1)
            {
                throw new InvalidDataException($"{stream} has a gap: after event {end} comes {row.Version}");
            }

            end = row.Version + row.Count - 1;
        }
    }

    private async Task<T> Guard<T>(Func<Task<T>> read)
    {
        try
        {
            try
            {
                return await read();
            }
            catch (NpgsqlException e) when (e.IsTransient)
            {
                // After a restart of PostgreSQL the pool holds dead connections: once more with fresh ones.
                source.Clear();
                return await read();
            }
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw new JournalUnavailableException("the journal cannot be read now", e);
        }
    }

    private async Task<JournalSnapshot?> ReadSnapshot(string stream, long maxMark, CancellationToken cancellation)
    {
        var command = source.CreateCommand(
            "SELECT version, mark, state FROM journal_snapshots WHERE stream = $1 AND mark <= $2 ORDER BY version DESC LIMIT 1");
        command.Parameters.Add(new() { Value = stream });
        command.Parameters.Add(new() { Value = maxMark });
        var newest = await command.ReadAll(reader => new JournalSnapshot(reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)), cancellation);
        return newest.SingleOrDefault();
    }

    private Task<List<JournalRow>> ReadRows(string stream, long fromVersion, int maxRows, CancellationToken cancellation)
    {
        // A row may begin before the version and hold it, so the search starts at the newest row that begins at or before it.
        var command = source.CreateCommand(
            """
            SELECT version, count, payload, time FROM journal
            WHERE stream_key = $4 AND stream = $1 AND version + count > $2 AND version >= coalesce(
                (SELECT max(version) FROM journal WHERE stream_key = $4 AND stream = $1 AND version <= $2), 0)
            ORDER BY version LIMIT $3
            """);
        command.Parameters.Add(new() { Value = stream });
        command.Parameters.Add(new() { Value = fromVersion });
        command.Parameters.Add(new() { Value = maxRows });
        command.Parameters.Add(new() { Value = Fingerprint.Of(stream) });
        return command.ReadAll(
            reader => new JournalRow(reader.GetInt64(0), reader.GetInt32(1), reader.GetFieldValue<byte[]>(2), reader.GetFieldValue<DateTimeOffset>(3)),
            cancellation);
    }
}
