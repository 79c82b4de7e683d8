namespace Bourse.Silo.Postgres;

/// <summary>How a PostgreSQL of our own is set up. The defaults fit a machine of two cores that it shares with the silo.</summary>
public sealed record LocalPostgresOptions
{
    /// <value>Memory for its page cache, MB, 16 or more. An eighth of the machine's, at most 2 GB: the indexes that every order touches have room in it.</value>
    public int SharedBuffersMb { get; init; } = (int)Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 23, 128, 2_048);

    /// <value>Most connections at once, 10 or more.</value>
    public int MaxConnections { get; init; } = 200;

    /// <value>
    /// How much write-ahead log may gather between checkpoints, MB, 64 or more. 20,000 orders a second write 35 MB of it: with 2 GB there was a
    /// checkpoint each half a minute, with its bursts of writes and whole pages. A start after a crash reads so much again at most.
    /// </value>
    public int MaxWalMb { get; init; } = 8_192;

    /// <value>
    /// Whether its log goes to the disk past the system's page cache, where the file system can do that. The cache would copy 35 MB a second at 20,000
    /// orders, into memory that holds nothing anybody reads again. PostgreSQL does so only without standbys and base backups (<c>wal_level = minimal</c>):
    /// who wants these brings a PostgreSQL or sets this to false. <c>pg_dump</c> works either way.
    /// </value>
    public bool DirectLog { get; init; } = true;

    /// <value>False survives a kill of PostgreSQL but not a power cut: for tests only.</value>
    public bool Durable { get; init; } = true;

    /// <value>
    /// Whether, until the server is stopped here, this process and what orders wait for may get a larger part of the processors (<see cref="SessionShare"/>), and
    /// the server its memory in large pages (<see cref="LargePages"/>): for a silo's process, not for a command that looks at its database.
    /// </value>
    public bool TunesSystem { get; init; }

    /// <value>How long a start, crash recovery included, may take.</value>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>All of its shared memory, with some room, MB.</summary>
    internal int SharedMemoryMb => SharedBuffersMb + (SharedBuffersMb / 16) + 128;

    /// <summary>The settings file that is written at each start.</summary>
    internal string ToConfiguration(int port) => $"""
        # Written at each start of Bourse; change nothing here.
        listen_addresses = '127.0.0.1'
        port = {port}
        unix_socket_directories = ''
        max_connections = {MaxConnections}
        shared_buffers = '{SharedBuffersMb}MB'
        work_mem = '16MB'
        maintenance_work_mem = '128MB'
        fsync = {OnOff(Durable)}
        synchronous_commit = on
        full_page_writes = {OnOff(Durable)}
        {(DirectLog ? "wal_level = minimal\nmax_wal_senders = 0\nwal_sync_method = open_datasync" : "wal_level = replica")}
        wal_compression = off
        wal_init_zero = off
        wal_buffers = '32MB'
        max_wal_size = '{MaxWalMb}MB'
        min_wal_size = '{MaxWalMb / 8}MB'
        checkpoint_timeout = '15min'
        checkpoint_completion_target = 0.9
        bgwriter_delay = '50ms'
        bgwriter_lru_maxpages = 1000
        bgwriter_lru_multiplier = 4
        random_page_cost = 1.1
        jit = off
        default_statistics_target = 20
        max_parallel_workers_per_gather = 0
        track_io_timing = off
        autovacuum_max_workers = 1
        autovacuum_naptime = '30s'
        timezone = 'UTC'
        log_timezone = 'UTC'
        log_checkpoints = off
        """.Replace("\r", "", StringComparison.Ordinal) + "\n";

    private static string OnOff(bool on) => on ? "on" : "off";
}
