using Bourse.Grains.Journal;
using Bourse.Silo.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Bourse.Silo.Journal;

/// <summary>
/// Commits what its streams append, one batch after the other, on a thread of its own. While a batch is under way the next one
/// gathers, so the busier the silo the larger the batches; an idle lane commits at once.
/// </summary>
internal sealed partial class JournalLane : IDisposable
{
    private const int MaxConflictRounds = 8;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);

    private readonly JournalOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly JournalMeter _meter;
    private readonly Action<PendingAppend> _keepSnapshot;
    private readonly LaneConnection _connection;
    private readonly JournalBatch _batch;
    private readonly CopyBuffer _buffer = new();
    private readonly Thread _thread;
    private bool _isBusy;

    public JournalLane(
        string name, string connectionString, JournalOptions options, TimeProvider time, ILogger logger, JournalMeter meter, Action<PendingAppend> keepSnapshot)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _meter = meter;
        _keepSnapshot = keepSnapshot;
        _connection = new LaneConnection(connectionString, name);
        _batch = new JournalBatch(options.MaxMergedBytes);
        Queue = new LaneQueue(options, time);
        _thread = new Thread(Run) { Name = name, IsBackground = true };
    }

    public LaneQueue Queue { get; }

    /// <summary>Whether the newest batch told of load. Written by the writer thread, read by any.</summary>
    public bool IsBusy { get => Volatile.Read(ref _isBusy); private set => Volatile.Write(ref _isBusy, value); }

    /// <summary>Connects and starts to write.</summary>
    public void Start()
    {
        _connection.Open();
        _thread.UnsafeStart(); // the starter's call context is not the writer's
    }

    /// <summary>Writes what waits, then ends; what cannot be written in time fails.</summary>
    public void Dispose()
    {
        Queue.Stop();
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            return;
        }

        _thread.Join();
        _connection.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            if (Queue.Down && !Heal())
            {
                break;
            }

            if (!Queue.Take(out var head))
            {
                break;
            }

            var taken = _time.GetTimestamp();
            _batch.Fill(head);
            var appends = _batch.AppendCount;
            try
            {
                Commit();
            }
            finally
            {
                _batch.Clear();
                Queue.Finish();
            }

            GatherUnderLoad(appends, taken);
        }
    }

    private void GatherUnderLoad(int appends, long taken)
    {
        IsBusy = appends >= _options.BusyBatch;
        var rest = _options.BusyInterval - _time.GetElapsedTime(taken);
        if (IsBusy && rest > TimeSpan.Zero)
        {
            Queue.Pause(rest);
        }
    }

    /// <summary>Commits the batch, without the streams that another activation wrote, or fails all of it.</summary>
    private void Commit()
    {
        var started = _time.GetTimestamp();
        var repeated = false;
        for (var round = 1; ; round++)
        {
            var sent = false;
            try
            {
                var rows = _batch.RowCount;
                if (rows != 0)
                {
                    _batch.Encode(_buffer, _time.GetUtcNow());
                    _connection.Commit(_buffer.Written, ref sent);
                }

                break;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && round <= MaxConflictRounds)
            {
                if (!TryExcludeTaken(e))
                {
                    return;
                }
            }
            catch (Exception e) when (!sent && !repeated && e is NpgsqlException and not PostgresException { IsTransient: false } or IOException)
            {
                // The connection was lost while idle: nothing was written, so once more on a fresh one.
                repeated = true;
                if (!TryReopen(e))
                {
                    return;
                }
            }
            catch (Exception e) when (IsOutage(e))
            {
                FailBatch(e);
                return;
            }
        }

        _meter.Committed(_batch.AppendCount, _batch.RowCount, _time.GetElapsedTime(started));
        Settle(_batch.Head);
    }

    private bool TryExcludeTaken(PostgresException conflict)
    {
        try
        {
            var taken = _connection.FindTaken(_batch.Rows);
            taken.RemoveAll(_batch.IsExcluded);
            if (taken.Count == 0 && _batch.Rows.Length == 1)
            {
                taken.Add(_batch.Rows[0].Stream);
            }

            taken.ForEach(_batch.Exclude);
            _batch.ExcludeDependents();
            _meter.Conflicted(taken.Count);
            LogConflict(taken.Count, conflict.Detail ?? conflict.MessageText);
            return true;
        }
        catch (Exception e) when (IsOutage(e))
        {
            FailBatch(e);
            return false;
        }
    }

    private bool TryReopen(Exception cause)
    {
        try
        {
            _connection.Open();
            return true;
        }
        catch (Exception e) when (IsOutage(e))
        {
            FailBatch(cause);
            return false;
        }
    }

    private void FailBatch(Exception cause)
    {
        _meter.Failed();
        LogFailure(_batch.AppendCount, cause.Message);
        Queue.Down = true;
        foreach (var row in _batch.Rows)
        {
            _batch.Exclude(row.Stream);
        }

        Settle(_batch.Head, cause);
    }

    /// <summary>Tells each caller how its append ended. Streams that failed are put at fault first, so that none slips through behind.</summary>
    private void Settle(PendingAppend? entry, Exception? cause = null)
    {
        var waiting = _batch.Failed.Count == 0
            ? null
            : Queue.Fault(_batch.Failed, cause is null ? "another activation wrote to it" : "the outcome of a commit is unknown");
        while (entry is not null)
        {
            var next = entry.Next;
            End(entry, _batch.IsExcluded(entry.Stream), cause);
            entry = next;
        }

        FailAll(waiting, cause);
    }

    private void FailAll(PendingAppend? entry, Exception? cause)
    {
        while (entry is not null)
        {
            var next = entry.Next;
            End(entry, failed: true, cause);
            entry = next;
        }
    }

    private void End(PendingAppend entry, bool failed, Exception? cause)
    {
        if (entry.Kind == PendingKind.Snapshot)
        {
            if (!failed)
            {
                _keepSnapshot(entry);
            }

            entry.Release();
        }
        else if (!failed || (entry.Kind == PendingKind.Barrier && cause is null))
        {
            entry.Complete();
        }
        else if (cause is null)
        {
            entry.Fail(new JournalConflictException($"another activation wrote to {entry.Stream} at or before version {entry.Version}, or to what it depends on"));
        }
        else
        {
            entry.Fail(new JournalUnavailableException("the outcome of a commit is unknown", cause));
        }
    }

    /// <summary>Tries until PostgreSQL takes commits again, with pauses that grow.</summary>
    /// <returns>False when the lane is to stop.</returns>
    private bool Heal()
    {
        for (var pause = FirstBackoff; ; pause = pause * 2 > _options.MaxBackoff ? _options.MaxBackoff : pause * 2)
        {
            var stop = Queue.Pause(pause);
            try
            {
                _connection.Open();
                Queue.Down = false;
                LogHealed();
                return true;
            }
            catch (Exception e) when (IsOutage(e))
            {
                FailAll(Queue.FaultOverdue(_options.CommitTimeout, "PostgreSQL was away"), e);
                if (stop)
                {
                    return false;
                }
            }
        }
    }

    private static bool IsOutage(Exception e) =>
        e is NpgsqlException or IOException or TimeoutException or ObjectDisposedException or InvalidOperationException or System.Net.Sockets.SocketException;

    [LoggerMessage(3001, LogLevel.Error, "A commit of {Appends} appends failed, its outcome is unknown: {Reason}")]
    private partial void LogFailure(int appends, string reason);

    [LoggerMessage(3002, LogLevel.Warning, "{Streams} streams of a batch were written by another activation: {Detail}")]
    private partial void LogConflict(int streams, string detail);

    [LoggerMessage(3003, LogLevel.Information, "PostgreSQL takes commits again")]
    private partial void LogHealed();
}
