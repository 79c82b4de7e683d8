using Bourse.ApiHost.Wire;

namespace Bourse.ApiHost.Live.Depth;

/// <summary>Brings depth and trades to connections: one <see cref="DepthChannel"/> a symbol, as long as a connection watches it.</summary>
public sealed partial class DepthFanOut(IClusterClient cluster, TimeProvider clock, ILogger<DepthFanOut> log) : BackgroundService
{
    private const int AtOnce = 16;

    /// <summary>A third of the lease; also how long what a stream has dropped can stay unnoticed.</summary>
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(5);
    private readonly Lock guard = new();

    /// <summary>Under <see cref="guard"/>, as are the counts of users.</summary>
    private readonly Dictionary<string, DepthChannel> channels = new(StringComparer.Ordinal);

    /// <summary>Begins to send a symbol's depth and trades; the first message is a snapshot. To be disposed of once.</summary>
    public async Task<IAsyncDisposable> Watch(string symbol, int levels, Func<string, RawJson, Task> send)
    {
        DepthChannel? channel;
        lock (guard)
        {
            if (!channels.TryGetValue(symbol, out channel))
            {
                channels[symbol] = channel = new DepthChannel(symbol, cluster);
            }

            channel.Users++;
        }

        var watch = new Watched(this, channel, new DepthWatcher(send), levels);
        try
        {
            await channel.Join(watch.Watcher, levels);
            return watch;
        }
        catch
        {
            await watch.DisposeAsync();
            throw;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(RenewInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await Parallel.ForEachAsync(
                All(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
                async (channel, _) => await Try(channel, static c => c.Tend()));
        }
    }

    private DepthChannel[] All()
    {
        lock (guard)
        {
            return [.. channels.Values];
        }
    }

    private async Task GiveBack(DepthChannel channel)
    {
        lock (guard)
        {
            if (--channel.Users > 0)
            {
                return;
            }

            channels.Remove(channel.Symbol);
        }

        await Try(channel, static c => c.Close());
    }

    private async Task Try(DepthChannel channel, Func<DepthChannel, Task> action)
    {
        try
        {
            await action(channel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogMissed(log, channel.Symbol, e.GetType().Name); // tended again in a moment; a stream forgets a consumer that is gone
        }
    }

    [LoggerMessage(EventId = 4036, Level = LogLevel.Warning, Message = "No depth of {Symbol} for now: {Reason}")]
    private static partial void LogMissed(ILogger log, string symbol, string reason);

    private sealed class Watched(DepthFanOut fanOut, DepthChannel channel, DepthWatcher watcher, int levels) : IAsyncDisposable
    {
        private int gone;

        public DepthWatcher Watcher => watcher;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref gone, 1) == 0)
            {
                channel.Leave(watcher, levels);
                await fanOut.GiveBack(channel);
            }
        }
    }
}
