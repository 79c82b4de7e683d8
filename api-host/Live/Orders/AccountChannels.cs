namespace Bourse.ApiHost.Live.Orders;

/// <summary>The accounts that this front end listens to: one <see cref="AccountChannel"/> each, as long as a connection wants it.</summary>
public sealed partial class AccountChannels(IClusterClient cluster, TimeProvider clock, ILogger<AccountChannels> log) : BackgroundService
{
    private const int AtOnce = 16;

    /// <summary>A third of the lease at most; also how long a dropped event can stay unnoticed.</summary>
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(10);
    private readonly Lock guard = new();

    /// <summary>Under <see cref="guard"/>, as are the counts of users.</summary>
    private readonly Dictionary<string, AccountChannel> channels = new(StringComparer.Ordinal);

    /// <summary>The account's channel; to be given back once.</summary>
    public AccountChannel Take(string account)
    {
        lock (guard)
        {
            if (!channels.TryGetValue(account, out var channel))
            {
                channels[account] = channel = new AccountChannel(account, cluster);
            }

            channel.Users++;
            return channel;
        }
    }

    public async Task GiveBack(AccountChannel channel)
    {
        lock (guard)
        {
            if (--channel.Users > 0)
            {
                return;
            }

            channels.Remove(channel.Account);
        }

        await Try(channel, static c => c.Close());
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(RenewInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await Parallel.ForEachAsync(
                All(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
                async (channel, _) => await Try(channel, static c => c.Renew()));
        }
    }

    private AccountChannel[] All()
    {
        lock (guard)
        {
            return [.. channels.Values];
        }
    }

    private async Task Try(AccountChannel channel, Func<AccountChannel, Task> action)
    {
        try
        {
            await action(channel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogMissed(log, e.GetType().Name); // renewed again in a moment; a stream forgets a consumer that is gone
        }
    }

    [LoggerMessage(EventId = 4031, Level = LogLevel.Warning, Message = "An order channel got no answer: {Reason}")]
    private static partial void LogMissed(ILogger log, string reason);
}
