using Bourse.Grains.Journal;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Bourse.Silo.Journal;

/// <summary>
/// The journal on PostgreSQL: everything that all grains of the silo have pending is committed as one batch per lane. Safe for
/// any number of threads.
/// </summary>
public sealed class PostgresJournal : IJournal, IAsyncDisposable
{
    private const int MaxStreamLength = 200;

    private readonly JournalOptions _options;
    private readonly TimeProvider _time;
    private readonly NpgsqlDataSource _source;
    private readonly JournalReader _reader;
    private readonly JournalMeter _meter;
    private readonly SnapshotWriter _snapshots;
    private readonly JournalLane[] _lanes;
    private bool _disposed;

    private PostgresJournal(NpgsqlConnectionStringBuilder connection, JournalOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _meter = new JournalMeter(() => PendingRows);
        var session = connection.ApplicationName ?? $"bourse-{Guid.CreateVersion7(time.GetUtcNow()):N}";
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection.ConnectionString)
        {
            ApplicationName = $"{session}-journal",
            MaxPoolSize = 16,
            MaxAutoPrepare = 20,
            AutoPrepareMinUsages = 2,
        });
        _reader = new JournalReader(_source);
        _snapshots = new SnapshotWriter(_source, options, time, logger, _meter);
        _lanes = [.. Enumerable.Range(0, options.Lanes).Select(lane => MakeLane($"{session}-{lane}"))];

        JournalLane MakeLane(string name)
        {
            var seconds = Math.Max(1, (int)options.CommitTimeout.TotalSeconds);
            var own = new NpgsqlConnectionStringBuilder(connection.ConnectionString)
            {
                ApplicationName = name,
                Pooling = false,
                CommandTimeout = seconds,
                Timeout = Math.Min(seconds, 5),
                CancellationTimeout = -1, // a stuck server would not hear the wish to cancel either
                GssEncryptionMode = GssEncryptionMode.Disable, // asked for, a frozen server is tried a second time, with what is left of the timeout: less than 1 ms counts as none
                WriteBufferSize = 16 << 10,
            };
            return new JournalLane(
                name, own.ConnectionString, options, time, logger, _meter, s => _snapshots.Add(s.Stream, s.Version, s.Mark, s.Payload));
        }
    }

    /// <inheritdoc/>
    public long Epoch { get; private set; }

    /// <summary>Appends not yet durable.</summary>
    public int PendingRows => _lanes.Sum(lane => lane.Queue.PendingRows);

    /// <summary>Opens the journal of a database whose schema is up to date (<see cref="Postgres.Migrator"/>).</summary>
    /// <exception cref="NpgsqlException">PostgreSQL cannot be reached.</exception>
    public static async Task<PostgresJournal> OpenAsync(
        string connectionString, JournalOptions options, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Lanes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Lanes, 16);
        var journal = new PostgresJournal(new NpgsqlConnectionStringBuilder(connectionString), options, time, logger);
        try
        {
            journal.Epoch = await journal._reader.ReadEpoch(cancellation);
            await Task.WhenAll(journal._lanes.Select(lane => Task.Run(lane.Start, cancellation)));
            return journal;
        }
        catch
        {
            await journal.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool IsBusy => Array.Exists(_lanes, static lane => lane.IsBusy);

    /// <inheritdoc/>
    public void ThrowIfOverloaded()
    {
        var now = _time.GetTimestamp();
        var rows = 0;
        var bytes = 0L;
        foreach (var lane in _lanes)
        {
            lane.Queue.ThrowIfOverloaded(now);
            rows += lane.Queue.PendingRows;
            bytes += lane.Queue.PendingBytes;
        }

        if (rows > _options.MaxPendingRows || bytes > _options.MaxPendingBytes)
        {
            throw new JournalUnavailableException($"{rows} appends wait for PostgreSQL");
        }
    }

    /// <inheritdoc/>
    public long CommitRunOf(string stream) => LaneOf(stream).Queue.Run;

    /// <inheritdoc/>
    public ValueTask Append(string stream, long version, int count, byte[] payload, long dependsOn = 0)
    {
        CheckStream(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return LaneOf(stream).Queue.Add(PendingKind.Append, stream, version, count, 0, payload, dependsOn);
    }

    /// <inheritdoc/>
    public async Task<JournalLoad> Load(string stream, CancellationToken cancellation)
    {
        CheckStream(stream);
        var queue = LaneOf(stream).Queue;
        await queue.WaitForAll(stream);
        if (queue.Down)
        {
            throw new JournalUnavailableException("PostgreSQL does not take commits now");
        }

        var load = await _reader.Load(stream, cancellation);
        queue.ClearFault(stream);
        return load;
    }

    /// <inheritdoc/>
    public void SaveSnapshot(string stream, long version, long mark, byte[] state)
    {
        CheckStream(stream);
        _ = LaneOf(stream).Queue.Add(PendingKind.Snapshot, stream, version, 0, mark, state);
    }

    /// <inheritdoc/>
    public Task<JournalSnapshot?> FindSnapshot(string stream, long maxMark, CancellationToken cancellation) =>
        _reader.FindSnapshot(stream, maxMark, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRow>> Read(string stream, long fromVersion, int maxRows, CancellationToken cancellation) =>
        _reader.Read(stream, fromVersion, maxRows, cancellation);

    /// <summary>Writes what is pending, then closes. Appends fail from here on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await Task.WhenAll(_lanes.Select(lane => Task.Run(lane.Dispose)));
        await _snapshots.DisposeAsync();
        await _source.DisposeAsync();
        _meter.Dispose();
    }

    private static void CheckStream(string stream)
    {
        if (stream.Length is 0 or > MaxStreamLength || stream.Contains('\0'))
        {
            throw new ArgumentException($"a stream has a name of 1 to {MaxStreamLength} characters", nameof(stream));
        }
    }

    private JournalLane LaneOf(string stream) => _lanes.Length == 1 ? _lanes[0] : _lanes[(int)((uint)stream.GetHashCode() % (uint)_lanes.Length)];
}
