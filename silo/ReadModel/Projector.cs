using Bourse.Silo.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Bourse.Silo.ReadModel;

/// <summary>
/// Follows the journal into the read model. Every silo has one; a lock in PostgreSQL lets one of them work. When PostgreSQL is away
/// it waits and goes on where the cursor stands. It has a thread of its own, whose calls block: beside a full silo its many short waits would
/// else each end in a queue behind the orders' turns.
/// </summary>
public sealed partial class Projector : BackgroundService
{
    // Any number that nobody else locks on: "reader" in ASCII.
    private const long LockKey = 0x726561646572;
    private const int EquityAccountsAtOnce = 2_000;
    private const int EquityAccountsBetween = 200;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PartitionInterval = TimeSpan.FromHours(24);

    private readonly NpgsqlDataSource _source;
    private readonly ProjectorOptions _options;
    private readonly MonthlyPartitions _partitions;
    private readonly TimeProvider _time;
    private readonly ILogger<Projector> _logger;
    private readonly ProjectorMeter _meter = new();

    /// <param name="source">A writable database whose schema is up to date.</param>
    public Projector(
        NpgsqlDataSource source, ProjectorOptions options, MonthlyPartitions partitions, TimeProvider time, ILogger<Projector> logger)
    {
        _source = source;
        _options = options;
        _partitions = partitions;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _meter.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken stopping)
    {
        var backoff = FirstBackoff;
        while (!stopping.IsCancellationRequested)
        {
            var pause = _options.StandbyInterval;
            try
            {
                ProjectWhileLeader(() => backoff = FirstBackoff, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidDataException or InvalidOperationException or IOException)
            {
                _meter.Failed();
                LogFailed(e, e.Message);
                pause = backoff;
                backoff = backoff * 2 > MaxBackoff ? MaxBackoff : backoff * 2;
            }

            stopping.WaitHandle.WaitOne(pause);
        }
    }

    /// <summary>Projects until something fails; comes back at once when another silo is at it.</summary>
    private void ProjectWhileLeader(Action progressed, CancellationToken cancellation)
    {
        using var connection = _source.OpenConnection();
        var mayLead = true;
        try
        {
            using var tryLock = new NpgsqlCommand($"SELECT {Backend.Port} WHERE pg_try_advisory_lock({LockKey})", connection);
            if (tryLock.ExecuteScalar() is not { } port)
            {
                mayLead = false;
                return;
            }

            LogLeads();
            var backend = Backend.Find(connection, port);
            backend?.Yield(); // history may wait, orders may not
            var names = new NamePool();
            var batch = new ReadModelBatch(new UnresolvedItems(_options.UnresolvedMemory), names);
            var equity = new EquityPoints();
            var tail = new JournalTail(connection);
            var writer = new ReadModelWriter(connection, _partitions);
            writer.Restore(batch, names, tail, equity, cancellation);
            Project(tail, writer, batch, equity, backend, progressed, cancellation);
        }
        finally
        {
            if (mayLead)
            {
                // Back in the pool the connection would keep its settings and the lock, which a request that failed may have got too.
                NpgsqlConnection.ClearPool(connection);
            }
        }
    }

    private void Project(
        JournalTail tail, ReadModelWriter writer, ReadModelBatch batch, EquityPoints equity, Backend? backend, Action progressed, CancellationToken cancellation)
    {
        var partitionsMade = 0L;
        while (!cancellation.IsCancellationRequested)
        {
            if (partitionsMade == 0 || _time.GetElapsedTime(partitionsMade) > PartitionInterval)
            {
                _partitions.MakeAhead(_time.GetUtcNow(), cancellation).GetAwaiter().GetResult();
                partitionsMade = _time.GetTimestamp();
            }

            var started = _time.GetTimestamp();
            batch.Begin(writer.Cursor);
            tail.Read(writer.Cursor, null, _options.MaxBatchRows);
            var entersMinute = Fold(tail, batch, equity);
            var goesOn = entersMinute || batch.Rows == _options.MaxBatchRows;
            // What is behind may hold the end of what seems unresolved: then the journal's time counts.
            batch.Unresolved.Prepare(goesOn ? batch.NewestTime : _time.GetUtcNow(), batch.Cursor);
            if (batch.Rows != 0 || !batch.Unresolved.Due.IsEmpty)
            {
                Write(writer, batch, equity, backend, cancellation);
            }

            if (batch.Rows == 0)
            {
                _meter.CaughtUp();
            }

            NoteEquity(writer, equity, entersMinute, batch.Rows, cancellation);
            progressed();
            if (!goesOn)
            {
                Pause(started, batch.Rows, cancellation);
            }
        }
    }

    private void Write(ReadModelWriter writer, ReadModelBatch batch, EquityPoints equity, Backend? backend, CancellationToken cancellation)
    {
        var writing = _time.GetTimestamp();
        writer.Write(batch, cancellation);
        if (batch.Rows != 0)
        {
            equity.Add(batch);
            var lag = _time.GetUtcNow() - batch.OldestTime;
            _meter.Projected(batch, _time.GetElapsedTime(writing), lag);
            backend?.Raise((lag - _options.CalmLag) / (_options.MaxLag - _options.CalmLag));
        }
    }

    /// <summary>Folds what was read, up to the end of a minute whose equity is to be noted.</summary>
    /// <returns>True when rows of the next minute are left.</returns>
    private static bool Fold(JournalTail tail, ReadModelBatch batch, EquityPoints equity)
    {
        while (tail.Next(out var row))
        {
            if (!equity.TakesIn(row.Time) || (batch.Rows != 0 && !EquityPoints.IsSameMinute(batch.OldestTime, row.Time)))
            {
                return true;
            }

            batch.Apply(row);
        }

        return false;
    }

    /// <summary>All of it before a new minute begins, some of it while there is little else to do.</summary>
    private void NoteEquity(ReadModelWriter writer, EquityPoints equity, bool entersMinute, int rows, CancellationToken cancellation)
    {
        if (!entersMinute && rows < _options.BusyRows && (equity.HasMoved || (rows == 0 && equity.HasAny)))
        {
            writer.WriteEquity(equity, EquityAccountsBetween, cancellation);
        }

        while (entersMinute && equity.HasAny)
        {
            writer.WriteEquity(equity, EquityAccountsAtOnce, cancellation);
        }
    }

    private void Pause(long started, int rows, CancellationToken cancellation)
    {
        var interval = rows >= _options.BusyRows ? _options.BusyInterval : _options.Interval;
        var rest = interval - _time.GetElapsedTime(started);
        if (rest > TimeSpan.Zero)
        {
            cancellation.WaitHandle.WaitOne(rest);
        }
    }

    [LoggerMessage(3101, LogLevel.Information, "This silo projects the journal into the read model")]
    private partial void LogLeads();

    [LoggerMessage(3102, LogLevel.Warning, "The projector starts again from its cursor: {Reason}")]
    private partial void LogFailed(Exception cause, string reason);
}
