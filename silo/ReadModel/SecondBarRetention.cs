using Bourse.Grains.Feeds;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Bourse.Silo.ReadModel;

/// <summary>
/// Removes kept bars of one second that have become too old: by the market time of their feed, so that a replay of a past year keeps its own last days. Every
/// silo has one; a lock lets one of them remove at a time.
/// </summary>
public sealed partial class SecondBarRetention(
    NpgsqlDataSource source, IOptions<FeedOptions> options, TimeProvider time, ILogger<SecondBarRetention> logger) : BackgroundService
{
    // Any number that nobody else locks on: "seconds" in ASCII.
    private const long LockKey = 0x7365636F6E6473;

    /// <summary>The most rows of one statement; each holds up to a minute of one feed.</summary>
    private const int MaxRows = 20_000;

    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(10);

    /// <summary>After a full statement: what is left does not wait for the next round, and PostgreSQL has room for others.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    // No market's time is ahead of the clock: the first bound finds the blocks, the second decides.
    private const string Delete =
        """
        WITH old AS (
            SELECT b.symbol, b.minute, b.id FROM second_bars b JOIN feeds f ON f.symbol = b.symbol
            WHERE b.minute < $1 AND b.minute < f.time - $2 LIMIT $3)
        DELETE FROM second_bars b USING old WHERE b.minute < $1 AND b.symbol = old.symbol AND b.minute = old.minute AND b.id = old.id
        """;

    /// <summary>Removes some of what is too old.</summary>
    /// <param name="max">The most rows; each holds the bars that one cut of a feed had of one minute.</param>
    /// <returns>How many rows were removed; fewer than <paramref name="max"/> when that was all, or another silo is at it.</returns>
    public async Task<int> Remove(int max, CancellationToken cancellation)
    {
        var keep = options.Value.KeepSecondBars;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var tryLock = new NpgsqlCommand($"SELECT pg_try_advisory_xact_lock({LockKey})", connection, transaction);
        if (await tryLock.ExecuteScalarAsync(cancellation) is not true)
        {
            return 0;
        }

        await using var delete = new NpgsqlCommand(Delete, connection, transaction)
        {
            Parameters = { new() { Value = (time.GetUtcNow() - keep).UtcDateTime }, new() { Value = keep }, new() { Value = max } },
        };
        var removed = await delete.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return removed;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var removed = 0; !stoppingToken.IsCancellationRequested;)
        {
            await Task.Delay(removed == MaxRows ? s_pause : s_interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                removed = await Remove(MaxRows, stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                removed = 0;
                if (!stoppingToken.IsCancellationRequested)
                {
                    LogFailed(e.Message);
                }
            }
        }
    }

    [LoggerMessage(4600, LogLevel.Warning, "Old bars of one second could not be removed, which is tried again later: {Reason}")]
    private partial void LogFailed(string reason);
}
