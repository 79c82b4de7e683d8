using Bourse.GrainInterfaces.Feeds;
using Bourse.Grains.Feeds;
using Bourse.Silo.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Bourse.Silo.ReadModel;

/// <summary>
/// Keeps bars and feed marks in PostgreSQL, behind the feeds: in batches, newest state only, tried again while PostgreSQL is away. Its writer
/// runs until the container disposes of it, so that feeds that close last are written too.
/// </summary>
public sealed partial class CandleStore : ICandleStore, IAsyncDisposable
{
    /// <summary>About 20 MiB where they are of one second, up to 100 MiB where they are longer.</summary>
    private const int MaxWaitingBars = 1_000_000;

    private static readonly TimeSpan Collect = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxWaitForRoom = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxDrain = TimeSpan.FromSeconds(10);

    private readonly CandleQueue _queue = new(MaxWaitingBars);
    private readonly CandleTable _table;
    private readonly FeedLookup _lookup;
    private readonly TimeProvider _time;
    private readonly ILogger<CandleStore> _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writer;
    private volatile bool _failing;

    /// <summary>1 from the first cut that finds no room to the next batch written, so that fifty thousand feeds make one line of log.</summary>
    private int _losing;

    public CandleStore(NpgsqlDataSource source, MonthlyPartitions partitions, TimeProvider time, ILogger<CandleStore> logger)
    {
        _table = new CandleTable(source, partitions);
        _lookup = new FeedLookup(_table);
        _time = time;
        _logger = logger;
        using (ExecutionContext.SuppressFlow())
        {
            _writer = Task.Run(() => Run(_stop.Token));
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> Enqueue(FeedCut cut)
    {
        var changes = new FeedChanges(cut);
        return _queue.TryAdd(changes) ? new ValueTask<bool>(true) : new ValueTask<bool>(WaitForRoom(changes));
    }

    /// <inheritdoc/>
    public async Task Flush(string symbol, CancellationToken cancellation)
    {
        while (true)
        {
            var moved = _queue.Moved;
            if (!_queue.Holds(symbol))
            {
                return;
            }

            await moved.WaitAsync(cancellation);
        }
    }

    /// <inheritdoc/>
    public async Task<FeedCut?> LoadNewest(string symbol, CancellationToken cancellation) =>
        _queue.FindNewest(symbol) ?? await _lookup.Find(symbol, cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Bar>> Load(
        string symbol, Timeframe timeframe, BarPrice price, long fromMs, long toMs, int max, CancellationToken cancellation)
    {
        // Read before the table: what is written in between is then in both, and nowhere missing.
        var behind = _queue.Read(symbol, timeframe, price, fromMs, toMs);
        var kept = await _table.Read(symbol, timeframe, price, fromMs, toMs, max, cancellation);
        if (behind.Count == 0)
        {
            return kept;
        }

        foreach (var bar in kept)
        {
            behind.TryAdd(bar.StartMs, bar);
        }

        return [.. behind.Values.Skip(Math.Max(0, behind.Count - max))];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FeedMark>> LoadMarksBelow(decimal bound, string after, int max, CancellationToken cancellation) =>
        await _table.ReadMarksBelow(bound, after, max, cancellation);

    /// <summary>Writes what still waits, for as long as ten seconds, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        var until = _time.GetTimestamp() + (long)(MaxDrain.TotalSeconds * _time.TimestampFrequency);
        while (!_queue.IsEmpty && !_failing && _time.GetTimestamp() < until)
        {
            await Task.WhenAny(_queue.Moved, Task.Delay(Collect, _time));
        }

        await _stop.CancelAsync();
        await _writer;
        _stop.Dispose();
    }

    private async Task<bool> WaitForRoom(FeedChanges changes)
    {
        var startedAt = _time.GetTimestamp();
        while (!_failing && _time.GetElapsedTime(startedAt) is var waited && waited < MaxWaitForRoom)
        {
            var moved = _queue.Moved;
            if (_queue.TryAdd(changes))
            {
                return true;
            }

            await Task.WhenAny(moved, Task.Delay(MaxWaitForRoom - waited, _time));
        }

        var taken = _queue.TryAdd(changes);
        if (!taken && Interlocked.Exchange(ref _losing, 1) == 0)
        {
            LogLosing(MaxWaitingBars);
        }

        return taken;
    }

    private async Task Run(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await _queue.WaitForWork(cancellation);
                await Task.Delay(Collect, _time, cancellation);
                while (_queue.TakeBatch() is { } batch)
                {
                    await Write(batch, cancellation);
                    _queue.Finish();
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Disposed of.
        }
    }

    private async Task Write(CandleBatch batch, CancellationToken cancellation)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                await _table.Write(batch, cancellation);
                _failing = false;
                Volatile.Write(ref _losing, 0);
                CandleMeter.Written.Add(batch.BarCount);
                return;
            }
            catch (PostgresException refused) when (refused.SqlState.StartsWith("22", StringComparison.Ordinal))
            {
                // Data that the table cannot hold: no retry will change that.
                CandleMeter.Refused.Add(batch.BarCount);
                LogRefused(batch.BarCount, refused);
                return;
            }
            catch (Exception exception) when (!cancellation.IsCancellationRequested)
            {
                // PostgreSQL is away or busy, in one of the many ways that the driver tells it: the batch stays until it is written.
                _failing = true;
                if (failures == 0)
                {
                    LogAway(exception);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(MaxBackoff.TotalMilliseconds, 100 * Math.Pow(2, Math.Min(failures, 10)))), _time, cancellation);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Candles cannot be written; they wait in memory until PostgreSQL takes them.")]
    private partial void LogAway(Exception exception);

    [LoggerMessage(2, LogLevel.Error, "PostgreSQL refused a batch of {Count} candles; they are lost.")]
    private partial void LogRefused(int count, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "{Count} bars wait and PostgreSQL takes too few: bars are lost until it takes more.")]
    private partial void LogLosing(int count);
}
