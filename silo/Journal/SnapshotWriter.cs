using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Bourse.Silo.Journal;

/// <summary>
/// Writes snapshots behind the commits, a few at a time on one connection, so that they never hold up an append. The newest of a stream
/// replaces one that still waits. What fails is dropped: it only costs time at the next load.
/// </summary>
internal sealed partial class SnapshotWriter : IAsyncDisposable
{
    private const int MaxAtOnce = 64;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Snapshot> _waiting = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly NpgsqlDataSource _source;
    private readonly JournalOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly JournalMeter _meter;
    private readonly Task _loop;

    public SnapshotWriter(NpgsqlDataSource source, JournalOptions options, TimeProvider time, ILogger logger, JournalMeter meter)
    {
        _source = source;
        _options = options;
        _time = time;
        _logger = logger;
        _meter = meter;
        _loop = Task.Run(Run);
    }

    /// <summary>Any thread. Dropped when too many streams wait already.</summary>
    public void Add(string stream, long version, long mark, byte[] state)
    {
        lock (_gate)
        {
            var known = _waiting.TryGetValue(stream, out var older);
            if (known ? older!.Version >= version : _waiting.Count >= _options.MaxPendingSnapshots)
            {
                return;
            }

            _waiting[stream] = new Snapshot(stream, version, mark, state);
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
    }

    /// <summary>Writes what waits, unless that fails or takes longer than a commit may, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _stop.CancelAfter(_options.CommitTimeout);
        Add("", long.MaxValue, 0, []);
        await _loop;
        _stop.Dispose();
        _wake.Dispose();
    }

    private async Task Run()
    {
        while (true)
        {
            var batch = TakeSome();
            if (batch.Count == 0)
            {
                await _wake.WaitAsync();
                continue;
            }

            var last = batch.RemoveAll(s => s.Version == long.MaxValue) != 0;
            if (batch.Count != 0)
            {
                await TryWrite(batch);
            }

            if (last)
            {
                return;
            }
        }
    }

    private List<Snapshot> TakeSome()
    {
        lock (_gate)
        {
            List<Snapshot> batch = [.. _waiting.Values.Where(s => s.Version != long.MaxValue).Take(MaxAtOnce)];
            if (batch.Count == 0)
            {
                batch.AddRange(_waiting.Values);
            }

            batch.ForEach(s => _waiting.Remove(s.Stream));
            return batch;
        }
    }

    private async Task TryWrite(List<Snapshot> batch)
    {
        try
        {
            await Write(batch);
            _meter.SnapshotsKept(batch.Count);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            LogDropped(batch.Count, e.Message);
            if (!_stop.IsCancellationRequested)
            {
                await Task.Delay(PauseAfterFailure, _time);
            }
        }
    }

    private async Task Write(List<Snapshot> batch)
    {
        var streams = new NpgsqlParameter { Value = batch.Select(s => s.Stream).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
        await using var connection = await _source.OpenConnectionAsync(_stop.Token);
        await using var insert = new NpgsqlCommand(
            """
            INSERT INTO journal_snapshots (stream, version, mark, state)
            SELECT * FROM unnest($1, $2, $3, $4) ON CONFLICT (stream, version) DO NOTHING
            """,
            connection)
        {
            Parameters =
            {
                streams,
                new() { Value = batch.Select(s => s.Version).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new() { Value = batch.Select(s => s.Mark).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new() { Value = batch.Select(s => s.State).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            },
        };
        await insert.ExecuteNonQueryAsync(_stop.Token);
        await using var prune = new NpgsqlCommand(
            """
            DELETE FROM journal_snapshots s USING unnest($1) AS n (stream)
            WHERE s.stream = n.stream COLLATE "C" AND s.version <=
                (SELECT version FROM journal_snapshots k WHERE k.stream = n.stream COLLATE "C" ORDER BY version DESC OFFSET $2 LIMIT 1)
            """,
            connection)
        {
            Parameters = { streams.Clone(), new() { Value = _options.KeptSnapshots } },
        };
        await prune.ExecuteNonQueryAsync(_stop.Token);
    }

    [LoggerMessage(3010, LogLevel.Warning, "{Count} snapshots were not kept: {Reason}")]
    private partial void LogDropped(int count, string reason);

    private sealed record Snapshot(string Stream, long Version, long Mark, byte[] State);
}
