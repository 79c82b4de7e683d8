using System.Data;
using System.Data.Common;

namespace Bourse.GrainRuntime.Membership;

/// <summary>
/// Members, owners and leases in PostgreSQL. Every change of the map is made under one lock and counts the version up. A standby that was promoted may
/// know less than was seen on the primary before, and has another clock: the first change on it leaps the version, and gives each lease its full length.
/// </summary>
internal sealed class LeaseTable(DbDataSource source, string session) : IAsyncDisposable
{
    // Any number that nobody else locks on: "cluster" in ASCII.
    private const long LockKey = 0x636C7573746572;
    private const int CommandTimeoutSeconds = 3;
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(100);

    /// <summary>More than the versions that a primary can have made and a standby of it not seen.</summary>
    private const int Leap = 1_000_000;

    /// <summary>Changes when a standby is promoted; fails on a standby.</summary>
    private const string Timeline = "left(pg_walfile_name(pg_current_wal_lsn()), 8)";

    private static readonly string s_lease = $"interval '{Lease.Length.TotalSeconds} s'";
    private static readonly string s_leaseAlone = $"interval '{Lease.LengthAlone.TotalSeconds} s'";

    /// <summary>How a renewal went.</summary>
    /// <param name="Version">The map's version.</param>
    /// <param name="Expired">How many members' leases have run out.</param>
    /// <param name="Fresh">Members that have renewed theirs within the last 1.5 s.</param>
    /// <param name="Length">What was granted.</param>
    /// <param name="IsNewPrimary">Nothing was changed yet on the server that answers, since it was promoted.</param>
    public sealed record Renewal(long Version, long Expired, long[] Fresh, TimeSpan Length, bool IsNewPrimary);

    public ValueTask DisposeAsync() => source.DisposeAsync();

    /// <summary>
    /// The cluster's secret. Asks again until a deadline: a client may start before the first silo has made the tables, and a server that many come to
    /// at once may let one in late.
    /// </summary>
    /// <param name="deadline">In ms, as <see cref="Environment.TickCount64"/>.</param>
    public async Task<byte[]> ReadSecret(long deadline, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await ReadSecret(cancellation);
            }
            catch (DbException) when (Environment.TickCount64 < deadline)
            {
                await Task.Delay(s_retry, cancellation);
            }
        }
    }

    public async Task<long> ReadVersion(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var command = Command(connection, "SELECT version FROM cluster_state");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Takes a member in, with a lease. What the same process was before is gone.</summary>
    public Task<long> Join(string name, string address, bool serves, CancellationToken cancellation) => Change(
        async connection =>
        {
            await Execute(connection, "DELETE FROM cluster_member WHERE session = $1", cancellation, session);
            await using var insert = Command(
                connection,
                $"""
                INSERT INTO cluster_member (name, address, session, process, serves, lease_until)
                VALUES ($1, $2, $3, $4, $5, clock_timestamp() + {s_lease}) RETURNING id
                """,
                name, address, session, ProcessIdentity.Current, serves);
            return (true, (long)(await insert.ExecuteScalarAsync(cancellation))!);
        },
        cancellation);

    /// <summary>Null where the lease has run out: the member is none any more. Blocks its thread.</summary>
    public Renewal? Renew(long id)
    {
        using var connection = source.OpenConnection();
        using var command = Command(
            connection,
            $"""
            UPDATE cluster_member m SET renewed_at = clock_timestamp(), lease_until = clock_timestamp() + CASE WHEN n.alone THEN {s_leaseAlone} ELSE {s_lease} END
            FROM (SELECT count(*) = 1 AS alone FROM cluster_member) n WHERE id = $1 AND lease_until > clock_timestamp()
            RETURNING (SELECT version FROM cluster_state),
                (SELECT count(*) FROM cluster_member WHERE lease_until < clock_timestamp()),
                ARRAY(SELECT id FROM cluster_member WHERE renewed_at > clock_timestamp() - interval '1.5 s'),
                n.alone,
                (SELECT timeline <> {Timeline} FROM cluster_state)
            """,
            id);
        using var reader = command.ExecuteReader();
        return reader.Read()
            ? new Renewal(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<long[]>(2), reader.GetBoolean(3) ? Lease.LengthAlone : Lease.Length, reader.GetBoolean(4))
            : null;
    }

    public async Task<ClusterMap> ReadMap(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        return await ReadMap(connection, cancellation);
    }

    /// <summary>
    /// Lets go of members whose lease has run out or whose process is seen to be dead, and ends their database sessions: one that is only paused finds them closed when it wakes. Then
    /// spreads the partitions.
    /// </summary>
    /// <returns>Whether anything changed.</returns>
    public Task<bool> Balance(CancellationToken cancellation) => Change(
        async connection =>
        {
            var evicted = await Evict(connection, cancellation);
            var changes = (await ReadMap(connection, cancellation)).Balance();
            if (changes.Count > 0)
            {
                await Execute(
                    connection,
                    """
                    UPDATE cluster_partition p SET owner = n.owner, heir = n.heir, epoch = n.epoch
                    FROM unnest($1, $2, $3, $4) AS n (number, owner, heir, epoch) WHERE p.number = n.number
                    """,
                    cancellation,
                    changes.Select(c => c.Partition).ToArray(),
                    changes.Select(c => c.Ownership.Owner).ToArray(),
                    changes.Select(c => c.Ownership.Heir).ToArray(),
                    changes.Select(c => c.Ownership.Epoch).ToArray());
            }

            var changed = evicted || changes.Count > 0;
            return (changed, changed);
        },
        cancellation);

    /// <summary>Gives partitions to their heirs; those without one are nobody's.</summary>
    public Task HandOver(long owner, int[] partitions, CancellationToken cancellation) => Change(
        async connection =>
        {
            await Execute(
                connection,
                "UPDATE cluster_partition SET owner = heir, heir = 0, epoch = epoch + 1 WHERE owner = $1 AND number = ANY ($2)",
                cancellation, owner, partitions);
            return (true, true);
        },
        cancellation);

    /// <summary>Whether the member wants partitions.</summary>
    public Task SetServes(long id, bool serves, CancellationToken cancellation) => Change(
        async connection =>
        {
            await Execute(connection, "UPDATE cluster_member SET serves = $2 WHERE id = $1", cancellation, id, serves);
            return (true, true);
        },
        cancellation);

    public Task Leave(long id, CancellationToken cancellation) => Change(
        async connection =>
        {
            await Execute(connection, "DELETE FROM cluster_member WHERE id = $1", cancellation, id);
            return (true, true);
        },
        cancellation);

    private async Task<byte[]> ReadSecret(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var command = Command(connection, "SELECT secret FROM cluster_state");
        return (byte[])(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<ClusterMap> ReadMap(DbConnection connection, CancellationToken cancellation)
    {
        long version;
        await using (var command = Command(connection, "SELECT version FROM cluster_state"))
        {
            version = (long)(await command.ExecuteScalarAsync(cancellation))!;
        }

        var members = new Dictionary<long, ClusterMember>();
        await using (var command = Command(connection, "SELECT id, name, address, process, serves FROM cluster_member"))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                members[reader.GetInt64(0)] = new(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetBoolean(4));
            }
        }

        var partitions = new Ownership[Placement.PartitionMap.Count];
        await using (var command = Command(connection, "SELECT number, owner, heir, epoch FROM cluster_partition"))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                partitions[reader.GetInt32(0)] = new(reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
            }
        }

        return new ClusterMap(version, members, partitions);
    }

    private async Task<bool> Evict(DbConnection connection, CancellationToken cancellation)
    {
        var dead = (await ReadMap(connection, cancellation)).Members.Values.Where(m => ProcessIdentity.IsCertainlyDead(m.Process)).Select(m => m.Id).ToArray();
        var sessions = new List<string>();
        await using (var command = Command(
            connection, "DELETE FROM cluster_member WHERE lease_until < clock_timestamp() OR id = ANY ($1) RETURNING session", dead))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                sessions.Add(reader.GetString(0));
            }
        }

        foreach (var evicted in sessions.Where(evicted => evicted != session))
        {
            await Execute(
                connection, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE starts_with(application_name, $1) AND datname = current_database()",
                cancellation, evicted);
        }

        return sessions.Count > 0;
    }

    private async Task<T> Change<T>(Func<DbConnection, Task<(bool Changed, T Result)>> change, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await Execute(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellation);
        await FollowPrimary(connection, cancellation);
        var (changed, result) = await change(connection);
        if (changed)
        {
            await Execute(connection, "UPDATE cluster_state SET version = version + 1", cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return result;
    }

    private static Task FollowPrimary(DbConnection connection, CancellationToken cancellation) => Execute(
        connection,
        $"""
        WITH promoted AS (UPDATE cluster_state SET timeline = {Timeline}, version = version + {Leap} WHERE timeline <> {Timeline} RETURNING one)
        UPDATE cluster_member SET lease_until = greatest(
            lease_until, clock_timestamp() + CASE WHEN (SELECT count(*) FROM cluster_member) = 1 THEN {s_leaseAlone} ELSE {s_lease} END) FROM promoted
        """,
        cancellation);

    private static async Task Execute(DbConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static DbCommand Command(DbConnection connection, string sql, params object[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = CommandTimeoutSeconds;
        foreach (var value in values)
        {
            var parameter = command.CreateParameter();
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
