using Bourse.GrainInterfaces.Accounts;
using Bourse.GrainInterfaces.Books;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans;

namespace Bourse.Silo.ReadModel;

/// <summary>How the sweeper paces itself.</summary>
public sealed record SweeperOptions
{
    /// <value>How often it looks.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <value>How long something may be under way between an account and a book.</value>
    public TimeSpan Age { get; init; } = TimeSpan.FromSeconds(5);

    /// <value>The most accounts and books woken in a round.</value>
    public int MaxWoken { get; init; } = 200;

    /// <value>How long an account or book that was woken is left alone.</value>
    public TimeSpan Rest { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>
/// Brings to an end what a crash left half done: orders without their book's answer and fills that their account has not taken; and orders whose time has
/// come while their book sleeps. It wakes the grains; they know what to do. Every silo has one; a lock lets one of them look at a time.
/// </summary>
public sealed partial class Sweeper(
    NpgsqlDataSource source, IGrainFactory grains, SweeperOptions options, TimeProvider time, ILogger<Sweeper> logger) : BackgroundService
{
    // Any number that nobody else locks on: "sweep" in ASCII.
    private const long LockKey = 0x7377656570;
    private const int MaxAtOnce = 16;
    private const int RecentRows = 20_000;

    private readonly Dictionary<string, DateTimeOffset> _woken = new(StringComparer.Ordinal);

    /// <summary>One round.</summary>
    /// <returns>How many accounts and books were woken.</returns>
    public async Task<int> Sweep(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var tryLock = new NpgsqlCommand($"SELECT pg_try_advisory_xact_lock({LockKey})", connection, transaction);
        return await tryLock.ExecuteScalarAsync(cancellation) is true
            ? await Wake(await FindStuck(connection, cancellation), cancellation)
            : 0;
    }

    /// <summary>Wakes the books that wrote last: what they had told nobody yet before a crash stands in no table.</summary>
    public async Task<int> WakeRecentBooks(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "SELECT DISTINCT stream FROM (SELECT stream FROM journal ORDER BY xid DESC, position DESC LIMIT $1) r WHERE stream LIKE 'book/%' LIMIT $2");
        command.Parameters.Add(new() { Value = RecentRows });
        command.Parameters.Add(new() { Value = options.MaxWoken * 5 });
        var streams = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                streams.Add(reader.GetString(0));
            }
        }

        return await Wake(streams, cancellation);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(options.Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!started)
                {
                    await WakeRecentBooks(stoppingToken);
                    started = true;
                }

                await Sweep(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                if (!stoppingToken.IsCancellationRequested)
                {
                    LogFailed(e.Message);
                }
            }
        }
    }

    private async Task<List<string>> FindStuck(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            (SELECT account, symbol FROM unresolved WHERE since < $1 GROUP BY account, symbol ORDER BY min(since) LIMIT $2)
            UNION ALL (SELECT '', symbol FROM book_deadlines WHERE due < $1 ORDER BY due LIMIT $2)
            """,
            connection)
        {
            Parameters = { new() { Value = (time.GetUtcNow() - options.Age).UtcDateTime }, new() { Value = options.MaxWoken * 10 } },
        };
        var stuck = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.GetString(1) is { Length: > 0 } symbol)
            {
                stuck.Add($"book/{symbol}");
            }

            if (reader.GetString(0) is { Length: > 0 } account)
            {
                stuck.Add($"account/{account}");
            }
        }

        return stuck;
    }

    private async Task<int> Wake(IEnumerable<string> streams, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        foreach (var (rested, _) in _woken.Where(w => now - w.Value >= options.Rest).ToList())
        {
            _woken.Remove(rested);
        }

        var wake = streams.Distinct().Where(s => !_woken.ContainsKey(s)).Take(options.MaxWoken).ToList();
        wake.ForEach(s => _woken[s] = now);
        await Parallel.ForEachAsync(
            wake,
            new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = cancellation },
            async (stream, _) => await WakeOne(stream));
        if (wake.Count != 0)
        {
            LogWoken(wake.Count);
        }

        return wake.Count;
    }

    private async Task WakeOne(string stream)
    {
        var slash = stream.IndexOf('/');
        var key = stream[(slash + 1)..];
        try
        {
            await (stream.StartsWith("book/", StringComparison.Ordinal)
                ? grains.GetGrain<IBookGrain>(key).Resolve()
                : grains.GetGrain<IAccountGrain>(key).Resolve());
        }
        catch (Exception e)
        {
            // Whatever a grain throws, it is woken again after its rest.
            LogNotWoken(stream, e.Message);
        }
    }

    [LoggerMessage(3201, LogLevel.Information, "{Count} accounts and books had something unfinished and were woken")]
    private partial void LogWoken(int count);

    [LoggerMessage(3202, LogLevel.Warning, "A sweep failed and is repeated: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(3203, LogLevel.Warning, "{Stream} could not finish: {Reason}")]
    private partial void LogNotWoken(string stream, string reason);
}
